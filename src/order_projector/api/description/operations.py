"""The operations of the API, path by path."""

from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import Any, Final

from order_projector.api.description.pages import page_operations
from order_projector.api.description.parameters import (
    CHANNEL,
    IF_NONE_MATCH,
    header_parameter,
    path_parameter,
    query_parameter,
)
from order_projector.api.description.schemas import reference
from order_projector.api.query import Parameter
from order_projector.api.routes.exports import FILE_TYPES, TOKEN
from order_projector.api.routes.exports import LIST_PARAMETERS as EXPORT_PARAMETERS
from order_projector.api.routes.importing import ACTION_PARAMETERS, MOST_ORDERS
from order_projector.api.routes.reading import LIST_PARAMETERS, ORDER_PARAMETERS
from order_projector.events.json_schema import JsonSchema

_KEYS: Final[list[Any]] = [{"app_id": [], "app_token": []}, {"bearer": []}]
_OPEN: Final[list[Any]] = []
_KEPT: Final = (401, 403, 404, 405, 429, 500, 503)
"""Answers that any request with a key may get."""
_BODY: Final = (400, 413, 415)
_TEXT: Final[JsonSchema] = {"schema": {"type": "string"}}

Answers = dict[int, JsonSchema | None]


def operations() -> JsonSchema:
    """Return the paths with their operations."""
    by_channel = _of_orders() | _of_bulk() | _of_actions()
    shown = {path: _by_channel(item) for path, item in by_channel.items()}
    return shown | page_operations() | _of_services()


def _by_channel(item: JsonSchema) -> JsonSchema:
    """Return a path whose answers depend on the channel."""
    return item | {"parameters": [*item.get("parameters", ()), *CHANNEL]}


def _of_orders() -> JsonSchema:
    return {
        "/v1/orders": {
            "get": _get("List orders", "OrderList", LIST_PARAMETERS),
            "post": _post(
                "Create an order, or update it",
                reference("Order"),
                {200: reference("ServedOrder"), 202: reference("ServedOrder")},
                (409, 410),
                header_parameter("Idempotency-Key"),
            ),
        },
        "/v1/orders/{name}": {
            "parameters": [path_parameter("name", "An order's id, or its source id.")],
            "get": _get(
                "Return an order",
                "ServedOrder",
                ORDER_PARAMETERS,
                (304, 409, 410),
                IF_NONE_MATCH,
            ),
            "put": _post(
                "Update an order",
                reference("Order"),
                {200: reference("ServedOrder"), 202: reference("ServedOrder")},
                (409, 410, 412),
                header_parameter("Idempotency-Key"),
                header_parameter("If-Match", "The ETag that must be stored, or `*`."),
                header_parameter("If-None-Match", "ETags that must not be stored, or `*`."),
            ),
        },
        "/v1/orders/{name}/timeline": {
            "parameters": [path_parameter("name", "An order's id, or its source id.")],
            "get": _get("Return how an order came to be", "Timeline", (), (410,)),
        },
    }


def _of_bulk() -> JsonSchema:
    return {
        "/v1/orders/import": {
            "post": _post(
                "Import orders",
                {"type": "array", "maxItems": MOST_ORDERS, "items": {}},
                {202: reference("ImportAccepted")},
                (409,),
                header_parameter("Idempotency-Key"),
            )
        },
        "/v1/orders/export": {
            "post": _post(
                "Export orders",
                reference("ExportParameters"),
                {200: reference("Export")},
                (409,),
                header_parameter("Idempotency-Key"),
            )
        },
        "/v1/exports": {
            "get": _get("List exports", "ExportList", EXPORT_PARAMETERS),
            "post": _post(
                "Make an export",
                reference("ExportRequest"),
                {200: reference("Export")},
                (409,),
                header_parameter("Idempotency-Key"),
            ),
        },
        "/v1/exports/{name}": {
            "parameters": [path_parameter("name", "The id of the export.")],
            "get": _export(),
            "delete": _operation("Delete an export", {204: None}, _KEPT),
        },
    }


def _of_actions() -> JsonSchema:
    return {
        "/v1/async-actions": {"get": _get("List imports", "ActionList", ACTION_PARAMETERS)},
        "/v1/async-actions/{name}": {
            "parameters": [path_parameter("name", "The id of the action.")],
            "get": _get("Return how far an import is", "Action", ()),
        },
    }


def _of_services() -> JsonSchema:
    return {
        "/webhooks/voucherify": {"post": _webhook()},
        "/livez": {"get": _operation("Say that the process answers", _HEALTHY, (), security=_OPEN)},
        "/readyz": {
            "get": _operation(
                "Say whether all services answer",
                {**_HEALTHY, 503: reference("Health")},
                (),
                security=_OPEN,
            )
        },
        "/metrics": {"get": _metrics()},
        "/openapi.json": {
            "get": _operation(
                "Return this description", {200: {"type": "object"}}, (), security=_OPEN
            )
        },
    }


_HEALTHY: Final[Answers] = {200: reference("Health")}


def _get(
    summary: str,
    schema: str,
    parameters: Sequence[Parameter],
    also: Iterable[int] = (),
    *headers: JsonSchema,
) -> JsonSchema:
    operation = _operation(summary, {200: reference(schema)}, (400, *_KEPT, *also))
    return operation | {"parameters": [*map(query_parameter, parameters), *headers]}


def _export() -> JsonSchema:
    operation = _get("Return an export, or its file", "Export", (TOKEN,))
    operation["responses"]["200"]["content"] |= dict.fromkeys(FILE_TYPES, _TEXT)
    return operation | {"security": [*_KEYS, {"download": []}]}


def _metrics() -> JsonSchema:
    operation = _operation("Return metrics", {200: None}, (), security=_OPEN)
    operation["responses"]["200"]["content"] = {"text/plain": _TEXT}
    return operation


def _post(
    summary: str, body: JsonSchema, answers: Answers, also: Iterable[int], *headers: JsonSchema
) -> JsonSchema:
    return _operation(summary, answers, (*_BODY, *_KEPT, *also)) | {
        "parameters": [*headers],
        "requestBody": {"content": {"application/json": {"schema": body}}},
    }


def _webhook() -> JsonSchema:
    summary = "Publish a signed webhook"
    answers: Answers = {200: reference("Received")}
    errors = (401, 404, 405, 413, 415, 429, 500, 503)
    return _operation(summary, answers, errors, security=_OPEN) | {
        "parameters": [header_parameter("x-voucherify-signature")],
        "requestBody": {"content": {"application/json": {"schema": {}}}},
    }


def _operation(
    summary: str, answers: Answers, errors: Iterable[int], *, security: list[Any] = _KEYS
) -> JsonSchema:
    return {
        "summary": summary,
        "security": security,
        "responses": dict(sorted(_responses(answers, errors))),
    }


def _responses(answers: Answers, errors: Iterable[int]) -> Iterator[tuple[str, JsonSchema]]:
    for status, schema in answers.items():
        described: JsonSchema = {"description": HTTPStatus(status).phrase}
        if schema is not None:
            described["content"] = {"application/json": {"schema": schema}}
        yield str(status), described
    for status in errors:
        described = {"description": HTTPStatus(status).phrase}
        if status != HTTPStatus.NOT_MODIFIED:
            described["content"] = {"application/json": {"schema": reference("Error")}}
        yield str(status), described
