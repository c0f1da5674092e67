"""Answers: orders and lists as bytes, with their headers."""

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any, Final

import orjson
from fastapi import Request, Response

from order_projector.api.channel import HEADER, is_strict, shown_order
from order_projector.api.encodings import as_it_is, compressed
from order_projector.projection.ports import StoredOrder

JSON: Final = "application/json"


def of_strict_channel(request: Request) -> bool:
    """Whether a request is of a strict channel."""
    return is_strict(request.headers.get(HEADER), request.scope["query_string"])


def to_json(value: Any) -> bytes:
    """Return the JSON of any value that was JSON, whose key order stays; infinity is null."""
    try:
        return orjson.dumps(value)
    except TypeError:  # an integer beyond 64 bits, or a lone surrogate: valid JSON all the same
        text = json.dumps(_finite(value), ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "backslashreplace")  # which is how JSON escapes a surrogate


def _finite(value: Any) -> Any:
    match value:
        case dict():
            return {name: _finite(member) for name, member in value.items()}
        case list() | tuple():
            return [_finite(each) for each in value]
        case float() if not isfinite(value):
            return None
        case _:
            return value


def json_answer(
    value: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return an answer of JSON."""
    return Response(to_json(value), status, headers, media_type=JSON)


def etag_of(request: Request, revision: int) -> str:
    """Return the ETag of a stored order in the form that the request's channel sees."""
    return f'"{revision}-p"' if of_strict_channel(request) else f'"{revision}"'


def stored_order(request: Request, stored: StoredOrder) -> Response:
    """Return the answer that shows an order as it is stored."""
    return json_answer(
        as_shown(request, stored.order), headers={"ETag": etag_of(request, stored.revision)}
    )


def as_shown(request: Request, order: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the order in the form that the request's channel sees."""
    return shown_order(order) if of_strict_channel(request) else order


def known(request: Request, etag: str) -> str | None:
    """Return the ETag by which ``If-None-Match`` names an answer, if it does.

    Weak and strong ones compare alike, and that of the compressed form is one of the answer, too.
    """
    forms = {etag, compressed(etag)}
    for each in map(_bare, _listed(request, "if-none-match")):
        if each in forms:
            return each
        if each == "*":
            return etag
    return None


def allows_write(request: Request, revision: int) -> bool:
    """Whether ``If-Match`` and ``If-None-Match`` allow a write on top of a revision.

    Either may name it in any form. The former compares strongly, the latter weakly.
    """
    here = {"*", f'"{revision}"', f'"{revision}-p"'}
    wanted = {as_it_is(each) for each in _listed(request, "if-match")}
    unwanted = {as_it_is(_bare(each)) for each in _listed(request, "if-none-match")}
    return (not wanted or not here.isdisjoint(wanted)) and here.isdisjoint(unwanted)


def not_modified(etag: str) -> Response:
    """Return the answer to a client that has the newest state already."""
    return Response(status_code=304, headers={"ETag": etag})


def _listed(request: Request, header: str) -> list[str]:
    values = ",".join(request.headers.getlist(header))
    return [each.strip() for each in values.split(",") if each.strip()]


def _bare(etag: str) -> str:
    return etag.removeprefix("W/")
