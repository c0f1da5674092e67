"""What is published, held against the published schema."""

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
    """Every published JSON Schema by its name."""
    settings = Settings()
    return schemas([*received(settings), *sent(settings)])


@cache
def validator(name: str) -> Draft202012Validator:
    """What holds a value against the schema of that name."""
    Draft202012Validator.check_schema(published()[name])
    return Draft202012Validator(published()[name])


@cache
def _headers_from(source: str) -> Draft202012Validator:
    """What holds the headers of a worker with that `ORDERS_EVENT_SOURCE` against their schema."""
    found = schemas(sent(Settings(event_source=source)))
    return Draft202012Validator(found["order-updated.headers"])


def served(order: Any) -> Any:
    """The same order, once it has been seen to be one that may be announced."""
    announced(orjson.dumps({"order": order, "revision": 1, "changes": [], "causes": []}))
    return order


def check_order_updated(value: bytes | None, headers: Headers) -> None:
    """Hold an ``order.updated``, value and headers, against its schema and its typed model.

    A null value, that of an erased order, is exempt; its headers are not.
    """
    texts = _texts(headers)
    _headers_from(texts.get("ce_source", "")).validate(texts)
    if value is not None:
        validator("order-updated").validate(orjson.loads(value))
        announced(value)


def check_dead_letter(headers: Headers) -> None:
    """Hold the headers of a dead letter against their schema."""
    validator("dead-letter.headers").validate(_texts(headers))


def check_record(value: bytes | None, headers: Headers) -> None:
    """Hold a record against the schema of what it says it is; others may be anything."""
    headers = tuple(headers)
    names = {name for name, _ in headers}
    if "error-code" in names:
        check_dead_letter(headers)
    elif ("ce_type", b"order.updated") in headers:
        check_order_updated(value, headers)


def _texts(headers: Headers) -> dict[str, str]:
    """Headers by name, the last of a name, as the text that they hold."""
    return {name: (value or b"").decode(errors="replace") for name, value in headers}
