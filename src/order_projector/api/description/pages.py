"""The operations of the page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from order_projector.api.description.parameters import (
    CHANNEL,
    IF_NONE_MATCH,
    path_parameter,
    query_parameter,
)
from order_projector.api.description.schemas import reference
from order_projector.api.page.rendering import assets
from order_projector.api.page.routes import PAGE_PARAMETERS, SEARCH_PARAMETERS
from order_projector.api.routes.reading import MOMENT_PARAMETERS
from order_projector.events.json_schema import JsonSchema

_KEYS: Final[list[Any]] = [{"basic": []}, {"app_id": [], "app_token": []}]
_ERRORS: Final = (400, 401, 403, 404, 405, 429, 500, 503)
_HTML: Final[Mapping[str, JsonSchema]] = {"text/html": {"schema": {"type": "string"}}}
_NAME: Final = path_parameter("name", "An order's id, or its source id.")


def page_operations() -> JsonSchema:
    """Return the paths of the page with their operations."""
    return {
        "/orders": {
            "get": _get("Find orders, and show them", _HTML, SEARCH_PARAMETERS, (303,), *CHANNEL),
        },
        "/orders/{name}": {
            "parameters": [_NAME],
            "get": _get("Show an order", _HTML, PAGE_PARAMETERS, (304, 410), *CHANNEL),
        },
        "/orders/{name}/json": {
            "parameters": [_NAME],
            "get": _get(
                "Return the order that a page shows",
                {"application/json": {"schema": reference("ServedOrder")}},
                MOMENT_PARAMETERS,
                (304, 410),
                *CHANNEL,
            ),
        },
        "/orders/assets/{file}": {
            "parameters": [path_parameter("file", "What a page loads.", enum=[*assets()])],
            "get": _get("Return a file that pages load", _files(), (), (304,)),
        },
    }


def _files() -> Mapping[str, JsonSchema]:
    types = (asset.media_type.partition(";")[0] for asset in assets().values())
    return {name: {"schema": {"type": "string"}} for name in types}


def _get(
    summary: str,
    content: Mapping[str, JsonSchema],
    parameters: Iterable[Any],
    also: Sequence[int],
    *others: JsonSchema,
) -> JsonSchema:
    asked = [IF_NONE_MATCH] if HTTPStatus.NOT_MODIFIED in also else []
    return {
        "summary": summary,
        "security": _KEYS,
        "parameters": [*map(query_parameter, parameters), *asked, *others],
        "responses": dict(sorted(_responses(content, also))),
    }


def _responses(
    content: Mapping[str, JsonSchema], also: Iterable[int]
) -> Iterator[tuple[str, JsonSchema]]:
    yield "200", {"description": HTTPStatus.OK.phrase, "content": content}
    for status in (*_ERRORS, *also):
        described: JsonSchema = {"description": HTTPStatus(status).phrase}
        if status != HTTPStatus.NOT_MODIFIED:
            described["content"] = _HTML
        yield str(status), described
