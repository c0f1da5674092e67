"""The headers of answers, and the methods that every path with GET, or any path at all, has."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

from order_projector.events.json_schema import JsonSchema

_TEXT: Final[JsonSchema] = {"type": "string"}
_NUMBER: Final[JsonSchema] = {"type": "integer", "minimum": 0}
_ETAG: Final[JsonSchema] = {"type": "string", "pattern": '^"[^"]*"$'}
_URL: Final[JsonSchema] = {"type": "string", "format": "uri"}

_HEADERS: Final[Mapping[str, tuple[str, JsonSchema]]] = {
    "X-Request-Id": ("The `request_id` of the answer, and of its line in the log.", _TEXT),
    "Vary": ("What else the answer depends on.", _TEXT),
    "Cache-Control": (
        "`no-store`, or `private, no-cache` of what has an ETag.",
        {"enum": ["no-store", "private, no-cache"]},
    ),
    "Referrer-Policy": ("No address is sent to other hosts.", {"const": "no-referrer"}),
    "X-Content-Type-Options": ("The type is as stated.", {"const": "nosniff"}),
    "X-Frame-Options": ("The answer is shown in no frame.", {"const": "DENY"}),
    "Content-Security-Policy": ("What the answer may load.", _TEXT),
    "X-Rate-Limit-Limit": ("Requests a minute; 1000000 where there is no limit.", _NUMBER),
    "X-Rate-Limit-Remaining": ("Requests that are left in this minute.", _NUMBER),
    "ETag": ("What `If-None-Match` and `If-Match` take: the revision of an order.", _ETAG),
    "Location": ("Where the order stands, or will.", _URL),
    "WWW-Authenticate": ("How a key is sent.", _TEXT),
    "Allow": ("The methods of the path.", _TEXT),
    "Retry-After": ("Seconds after which to ask again.", _NUMBER),
    "Content-Disposition": ("The name of the file.", _TEXT),
    "Content-Encoding": ("`gzip` where the client accepts it.", {"const": "gzip"}),
}
_ALWAYS: Final = (
    *("X-Request-Id", "Vary", "Cache-Control", "Referrer-Policy", "X-Content-Type-Options"),
    *("X-Frame-Options", "Content-Security-Policy"),
)
_OF_API: Final = ("X-Rate-Limit-Limit", "X-Rate-Limit-Remaining")

_ORDER: Final = "/v1/orders/{name}"
_EXPORT: Final = "/v1/exports/{name}"
_WITH_ETAG: Final = frozenset(
    {
        ("/v1/orders", "post"),
        (_ORDER, "get"),
        (_ORDER, "put"),
        ("/orders/{name}", "get"),
        ("/orders/{name}/json", "get"),
        ("/orders/assets/{file}", "get"),
    }
)
_COMPRESSED: Final = ("/v1/exports", "/v1/async-actions", "/orders")
_WITHOUT_KEY: Final = "/webhooks/voucherify"


def headers() -> JsonSchema:
    """Return all headers by name, for the components of the document."""
    return {
        name: {"description": description, "required": True, "schema": schema}
        for name, (description, schema) in _HEADERS.items()
    }


def with_headers(paths: JsonSchema) -> JsonSchema:
    """Return the paths with the headers of each answer, with HEAD and with OPTIONS."""
    return {path: _finished(path, item) for path, item in paths.items()}


def _finished(path: str, item: JsonSchema) -> JsonSchema:
    known: JsonSchema = {}
    for method, operation in item.items():
        if method == "parameters":
            known[method] = operation
            continue
        known[method] = _described(path, method, operation)
        if method == "get":
            known["head"] = _without_content(known[method])
    return known | {"options": _described(path, "options", _options(path, known))}


def _described(path: str, method: str, operation: JsonSchema) -> JsonSchema:
    responses = {
        status: answer | {"headers": dict(_headers_of(path, method, int(status)))}
        for status, answer in operation["responses"].items()
    }
    return operation | {"responses": responses}


def _headers_of(path: str, method: str, status: int) -> Iterator[tuple[str, JsonSchema]]:
    """Yield the headers of an answer: those that are always there, and those that may be."""
    always = [*_ALWAYS, *(_OF_API if path.startswith("/v1/") else ())]
    for name in (*always, *_of_status(path, method, HTTPStatus(status))):
        yield name, {"$ref": f"#/components/headers/{name}"}
    for name in _at_times(path, method, HTTPStatus(status)):
        description, schema = _HEADERS[name]
        yield name, {"description": description, "schema": schema}


def _of_status(path: str, method: str, status: HTTPStatus) -> Iterator[str]:
    """Yield the names of the headers that every answer of this status has."""
    match status:
        case HTTPStatus.NOT_MODIFIED:
            yield "ETag"
        case HTTPStatus.SEE_OTHER:
            yield "Location"
        case HTTPStatus.ACCEPTED if (path, method) in _WITH_ETAG:
            yield "Location"
        case HTTPStatus.UNAUTHORIZED if path != _WITHOUT_KEY:
            yield "WWW-Authenticate"
        case HTTPStatus.METHOD_NOT_ALLOWED:
            yield "Allow"
        case HTTPStatus.NO_CONTENT if method == "options":
            yield "Allow"
        case HTTPStatus.TOO_MANY_REQUESTS:
            yield "Retry-After"
        case HTTPStatus.SERVICE_UNAVAILABLE:
            yield "Retry-After"


def _at_times(path: str, method: str, status: HTTPStatus) -> Iterator[str]:
    """Yield the names of the headers that some answers of this status have."""
    if status is HTTPStatus.OK and (path, method) in _WITH_ETAG:
        yield "ETag"
    if status is HTTPStatus.OK and (path, method) == (_EXPORT, "get"):
        yield "Content-Disposition"
    if method == "get" and (path == "/v1/orders" or path.startswith(_COMPRESSED)):
        yield "Content-Encoding"


def _without_content(operation: JsonSchema) -> JsonSchema:
    """Return the operation of HEAD: what GET answers, and no content."""
    responses = {
        status: {name: value for name, value in answer.items() if name != "content"}
        for status, answer in operation["responses"].items()
    }
    summary = f"{operation['summary']}: the headers alone"
    return operation | {"summary": summary, "responses": responses}


def _options(path: str, item: JsonSchema) -> JsonSchema:
    """Return the operation of OPTIONS, which needs no key; its 404 is that of every method."""
    answers: dict[str, Any] = {"204": {"description": HTTPStatus.NO_CONTENT.phrase}}
    for operation in item.values():
        match operation:
            case {"responses": {"404": {"description": description, "content": content}}}:
                answers["404"] = {"description": description, "content": content}
    return {
        "summary": f"Return the methods of {path}",
        "security": [],
        "responses": answers,
    }
