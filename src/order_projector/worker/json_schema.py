"""The messages of the worker as plain JSON Schema, without AsyncAPI."""

from collections.abc import Iterable, Mapping

from order_projector.events.json_schema import DIALECT, JsonSchema
from order_projector.worker.schema import MessageSpec


def schemas(messages: Iterable[MessageSpec]) -> dict[str, JsonSchema]:
    """Return each message's value schema by name, and its header schema as ``NAME.headers``."""
    found = dict[str, JsonSchema]()
    for message in messages:
        found[message.name] = {"$schema": DIALECT, **message.payload}
        if message.headers:
            found[f"{message.name}.headers"] = {"$schema": DIALECT, **message.headers}
    return found


def together(found: Mapping[str, JsonSchema]) -> JsonSchema:
    """Combine them into one schema: each by name in ``$defs``, with the definitions they share."""
    named, shapes = dict[str, JsonSchema](), dict[str, JsonSchema]()
    for name, schema in found.items():
        shapes.update(schema.get("$defs", {}))
        named[name] = {key: part for key, part in schema.items() if key not in _OF_THE_ROOT}
    return {"$schema": DIALECT, "$defs": named | dict(sorted(shapes.items()))}


_OF_THE_ROOT = frozenset({"$schema", "$defs"})
"""Keys that belong at the root of the combined schema only."""
