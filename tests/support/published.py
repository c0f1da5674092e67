"""Validate published records against the published schemas."""

from collections.abc import Iterable
from functools import cache
from typing import Any

import orjson
from jsonschema import Draft202012Validator

from order_projector.events.order_updated import announced
from order_projector.settings import Settings
from order_projector.worker.json_schema import schemas
from order_projector.worker.messages import received, sent

Headers = Iterable[tuple[str, bytes | None]]


@cache
def published() -> dict[str, dict[str, Any]]:
    """Return every published JSON Schema by name."""
    settings = Settings()
    return schemas([*received(settings), *sent(settings)])


@cache
def validator(name: str) -> Draft202012Validator:
    """Return the validator of the schema with this name."""
    Draft202012Validator.check_schema(published()[name])
    return Draft202012Validator(published()[name])


@cache
def _headers_from(source: str) -> Draft202012Validator:
    """Return the validator of the headers from a worker with this `ORDERS_EVENT_SOURCE`."""
    found = schemas(sent(Settings(event_source=source)))
    return Draft202012Validator(found["order-updated.headers"])


def served(order: Any) -> Any:
    """Return the same order after checking that it may be announced."""
    announced(orjson.dumps({"order": order, "revision": 1, "changes": [], "causes": []}))
    return order


def check_order_updated(value: bytes | None, headers: Headers) -> None:
    """Check the value and headers of an ``order.updated`` against its schema and its typed model.

    The null value of an erased order is exempt; its headers are not.
    """
    texts = _texts(headers)
    _headers_from(texts.get("ce_source", "")).validate(texts)
    if value is not None:
        validator("order-updated").validate(orjson.loads(value))
        announced(value)


def check_dead_letter(headers: Headers) -> None:
    """Check the headers of a dead letter against their schema."""
    validator("dead-letter.headers").validate(_texts(headers))


def check_record(value: bytes | None, headers: Headers) -> None:
    """Check a record against the schema of its kind, if it is one that a worker publishes."""
    headers = tuple(headers)
    names = {name for name, _ in headers}
    if "error-code" in names:
        check_dead_letter(headers)
    elif ("ce_type", b"order.updated") in headers:
        check_order_updated(value, headers)


def _texts(headers: Headers) -> dict[str, str]:
    """Return the headers by name as text; of repeated names, the last one."""
    return {name: (value or b"").decode(errors="replace") for name, value in headers}
