"""Documentation of the messages: an HTML page without external resources, and its source."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from hashlib import sha256
from html import escape
from typing import Any, Final

from order_projector.worker.schema import Document

_STYLE: Final = (
    "body{font-family:sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;line-height:1.5}"
    "pre{background:#f4f4f4;padding:1rem;overflow-x:auto;line-height:1.3}"
    "summary{cursor:pointer}code{background:#f4f4f4}"
)
STYLE_SOURCE: Final = f"'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'"
"""The Content-Security-Policy source that allows the inline style of the page."""

Body = Callable[[], bytes]


def documentation(document: Callable[[], Document]) -> tuple[Body, Body]:
    """Return the page and the AsyncAPI document in JSON; each is built on its first request."""

    @cache
    def page() -> bytes:
        return "".join(_page(document().to_jsonable())).encode()

    @cache
    def source() -> bytes:
        return document().to_json().encode()

    return page, source


def _page(document: Mapping[str, Any]) -> Iterator[str]:
    info = document["info"]
    title = escape(f"{info['title']} {info['version']}")
    yield f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
    yield f"<style>{_STYLE}</style></head><body><h1>{title}</h1>"
    yield f"<p>{escape(info.get('description', ''))}</p>"
    yield '<p>The AsyncAPI document of this page: <a href="/docs.json">/docs.json</a></p>'
    for name, operation in document["operations"].items():
        yield from _operation(name, operation, document)
    yield "<h2>Schemas</h2>"
    for name, schema in document["components"]["schemas"].items():
        yield _folded(name, schema, f"schema-{name}")
    yield "</body></html>"


def _operation(
    name: str, operation: Mapping[str, Any], document: Mapping[str, Any]
) -> Iterator[str]:
    yield f"<h2>{escape(name)}</h2>"
    for reference in operation["messages"]:
        key = reference["$ref"].rpartition("/")[2].replace("~1", "/").replace("~0", "~")
        message = document["components"]["messages"][key]
        yield f"<h3>{escape(key)}</h3><p>{escape(message.get('summary', ''))}</p>"
        for part in ("headers", "payload"):
            if part in message:
                yield _folded(part, message[part], f"{name}-{key}-{part}")


def _folded(name: str, schema: Any, anchor: str) -> str:
    text = escape(json.dumps(schema, ensure_ascii=False, indent=2))
    summary = f"<summary><code>{escape(name)}</code></summary>"
    return f'<details id="{escape(anchor)}">{summary}<pre>{text}</pre></details>'
