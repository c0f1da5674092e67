"""The schemas of bodies and answers."""

from typing import Any, Final

from order_projector.api.errors import ANSWERS
from order_projector.api.exporting.ledger import SORTS as LEDGER_SORTS
from order_projector.api.exporting.orders import SORTS, Format
from order_projector.events.json_schema import JsonSchema, definitions
from order_projector.events.order_updated import ServedOrder
from order_projector.events.snapshot import OrderData

REF: Final = "#/components/schemas/{model}"

_TIME: Final[JsonSchema] = {"type": "string", "format": "date-time"}
_TEXT: Final[JsonSchema] = {"type": "string"}
_COUNT: Final[JsonSchema] = {"type": "integer", "minimum": 0}
_OBJECT: Final[JsonSchema] = {"type": "object"}


def reference(name: str) -> JsonSchema:
    """Return the reference to a schema."""
    return {"$ref": REF.format(model=name)}


def _having(required: JsonSchema, **optional: Any) -> JsonSchema:
    return {"type": "object", "required": [*required], "properties": {**required, **optional}}


def _list(reference_name: str, name: str, **more: Any) -> JsonSchema:
    members = {
        "object": {"const": "list"},
        "data_ref": {"const": name},
        name: {"type": "array", "items": reference(reference_name)},
    }
    return _having({**members, **more})


def _orders() -> JsonSchema:
    """Return the schemas of a served order, and of one as it is written."""
    found = definitions(OrderData, ServedOrder, REF)
    del found["OrderData"]
    return found


def _error() -> JsonSchema:
    return _having(
        {
            "code": {"enum": sorted({code for code, _ in ANSWERS.values()})},
            "key": {"enum": [*ANSWERS]},
            "message": _TEXT,
            "request_id": _TEXT,
        },
        details=_TEXT,
        resource_id=_TEXT,
        resource_type=_TEXT,
        revision=_COUNT,
    )


_ACTION: Final[JsonSchema] = {
    "id": _TEXT,
    "object": {"const": "async_action"},
    "type": {"const": "ORDERS.IMPORT"},
    "status": {"enum": ["ENQUEUED", "IN_PROGRESS", "DONE", "FAILED"]},
    "created_at": _TIME,
    "updated_at": _TIME,
}
_FAILED: Final = _having({"index": _COUNT, "message": _TEXT})
_RESULT: Final = _having(
    {
        "done_count": _COUNT,
        "failed_count": _COUNT,
        "failed": {"type": "array", "items": _FAILED},
    }
)
_OUTCOME: Final[JsonSchema] = {"enum": ["SUCCESS", "FAILED"]}
_PARAMETERS: Final[JsonSchema] = {
    "type": ["object", "null"],
    "properties": {
        "order": {"enum": [*SORTS, *LEDGER_SORTS, None]},
        "fields": {"type": ["array", "null"], "items": _TEXT},
        "filters": {"type": ["object", "null"]},
        "format": {"enum": [*Format, None]},
    },
}
_EXPORTED: Final[JsonSchema] = {"enum": ["order", "ledger"]}
_EXPORT: Final = _having(
    {
        "id": _TEXT,
        "object": {"const": "export"},
        "created_at": _TIME,
        "status": {"enum": ["SCHEDULED", "DONE"]},
        "channel": {"const": "API"},
        "exported_object": _TEXT,
        "parameters": _OBJECT,
        "result": {"anyOf": [{"type": "null"}, _having({"url": _TEXT})]},
        "user_id": {"type": "null"},
    }
)


def schemas() -> JsonSchema:
    """Return all schemas, by name."""
    return {
        **_orders(),
        "Error": _error(),
        "OrderList": _list("ServedOrder", "orders", total=_COUNT, has_more={"type": "boolean"}),
        "Timeline": _having(
            {"order_id": _TEXT, "chapters": {"type": "array"}, "order": _OBJECT, "holds": {}}
        ),
        "ImportAccepted": _having({"async_action_id": _TEXT}),
        "Action": _having(
            {**_ACTION, "result": {"anyOf": [{"type": "null"}, _RESULT]}},
            operation_status=_OUTCOME,
        ),
        "ListedAction": _having(_ACTION, operation_status=_OUTCOME),
        "ActionList": _list("ListedAction", "async_actions", has_more={"type": "boolean"}),
        "ExportParameters": {"type": "object", "properties": {"parameters": _PARAMETERS}},
        "ExportRequest": _having(
            {"exported_object": {"enum": ["order", "ledger"]}}, parameters=_PARAMETERS
        ),
        "Export": _EXPORT,
        "ExportList": _list("Export", "exports", total=_COUNT),
        "Health": _having({"status": _TEXT, "reasons": {"type": "array", "items": _TEXT}}),
        "Received": _having({"received": {"const": True}}),
    }
