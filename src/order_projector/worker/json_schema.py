"""The messages of the worker as JSON Schema, for those who want no AsyncAPI document."""

from collections.abc import Iterable, Mapping

from order_projector.events.json_schema import DIALECT, JsonSchema
from order_projector.worker.schema import MessageSpec


def schemas(messages: Iterable[MessageSpec]) -> dict[str, JsonSchema]:
    """By name, the schema of each message's value; that of its headers as ``NAME.headers``."""
    found = dict[str, JsonSchema]()
    for message in messages:
        found[message.name] = {"$schema": DIALECT, **message.payload}
        if message.headers:
            found[f"{message.name}.headers"] = {"$schema": DIALECT, **message.headers}
    return found


def together(found: Mapping[str, JsonSchema]) -> JsonSchema:
    """All of them in one schema: each under its name in ``$defs``, beside the shapes they share."""
    named, shapes = dict[str, JsonSchema](), dict[str, JsonSchema]()
    for name, schema in found.items():
        shapes.update(schema.get("$defs", {}))
        named[name] = {key: part for key, part in schema.items() if key not in _OF_THE_ROOT}
    return {"$schema": DIALECT, "$defs": named | dict(sorted(shapes.items()))}


_OF_THE_ROOT = frozenset({"$schema", "$defs"})
