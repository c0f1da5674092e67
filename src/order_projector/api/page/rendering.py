"""Rendering: the templates, the assets, and the headers of every page."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

from fastapi import Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from order_projector import __version__
from order_projector.api.errors import ApiError
from order_projector.api.page.text import sentence_of

_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Final[Mapping[str, str]] = {"Content-Security-Policy": _POLICY}
_TYPES: Final[Mapping[str, str]] = {
    "icon.svg": "image/svg+xml",
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
}

_PACKAGE: Final = "order_projector.api.page"
_TEMPLATES: Final = Environment(
    loader=PackageLoader(_PACKAGE),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that pages load."""

    content: bytes
    media_type: str
    etag: str


@cache
def assets() -> Mapping[str, Asset]:
    """Return the files that pages load, by name."""
    return {name: _asset(name, media_type) for name, media_type in _TYPES.items()}


def _asset(name: str, media_type: str) -> Asset:
    content = (files(_PACKAGE) / "assets" / name).read_bytes()
    return Asset(content, media_type, f'"{sha256(content).hexdigest()[:16]}"')


class PageForm(Enum):
    """The statuses that a page uses for an order; the value ends its ETag."""

    WHOLE = ""
    PUBLISHED = "-p"


def page_etag(revision: int, form: PageForm) -> str:
    """Return the ETag of an order's page: another release may show the same order differently."""
    return f'"{revision}-{__version__}{form.value}"'


def rendered(template: str, **values: Any) -> str:
    """Return the HTML of a page. Every value in it is text, wherever it comes from."""
    return _TEMPLATES.get_template(template).render(values)


def page(html: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer that is a page."""
    return Response(html, status, {**_HEADERS, **(headers or {})}, media_type="text/html")


def unchanged(etag: str) -> Response:
    """Return the answer to a browser that has the page: its headers replace those it has kept."""
    return Response(status_code=304, headers={**_HEADERS, "ETag": etag})


def error_page(error: ApiError, request_id: str) -> Response:
    """Return the page of an error."""
    details = None if error.details is None else sentence_of(error.details)
    html = rendered(
        "error.html", message=error.message, details=details, request_id=request_id, asked=""
    )
    return page(html, error.status, error.headers)
