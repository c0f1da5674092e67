"""JSON Schema (2020-12) of the typed models, as it is published.

Pydantic cannot derive a schema from a validator function; `Published` states in JSON Schema what
the validator next to it requires.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field, GetJsonSchemaHandler, RootModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

JsonSchema = dict[str, Any]

DIALECT: Final = GenerateJsonSchema.schema_dialect

NULL: Final[JsonSchema] = {"type": "null"}
NO_NUL: Final = r"^[^\u0000]*$"
LARGEST_DOUBLE: Final = 1.7976931348623157e308
EMPTY_ARRAY_TOO: Final[JsonSchema] = {"type": ["object", "array"], "maxItems": 0}
"""Keywords that make the schema of an object accept an empty array as well."""


@dataclass(frozen=True, slots=True, eq=False)
class Published:
    """Annotation: adjusts the schema of a field to what its validators require."""

    rule: Callable[[JsonSchema], JsonSchema]

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the schema of the type with the rule applied to it."""
        return self.rule(handler(schema))


def adding(**keywords: Any) -> Published:
    """Add these keywords to the schema of the type."""
    return Published(lambda schema: {**schema, **keywords})


def instead(schema: JsonSchema) -> Published:
    """Replace the schema of the type."""
    return Published(lambda _: dict(schema))


@dataclass(frozen=True, slots=True, eq=False)
class PublishedAs:
    """Annotation: publishes the schema of another type for a field."""

    type: Any

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the schema of the other type."""
        del schema
        return handler(TypeAdapter(self.type).core_schema)


def _with_null_members(schema: JsonSchema) -> JsonSchema:
    return {**schema, "items": {"anyOf": [schema["items"], NULL]}}


NULL_MEMBERS: Final = Published(_with_null_members)
"""Annotation: the list may contain nulls, which are ignored."""


class _Generator(GenerateJsonSchema):
    """Omits what readers do not need: titles derived from names, defaults that are never sent."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Leave out titles: they would repeat the field's name."""
        del schema
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Leave out the default: an absent member is unknown, it has no default value."""
        return self.generate_inner(schema["schema"])


_Double = Annotated[float, Field(ge=-LARGEST_DOUBLE, le=LARGEST_DOUBLE)]


class Free(RootModel["FreeObject | list[Free] | str | bool | _Double | None"]):
    """Any JSON that can be stored and comes back unchanged."""


FreeObject = Annotated[dict[str, Free], adding(propertyNames={"pattern": NO_NUL})]
"""A JSON object that can be stored."""


def json_schema(adapter: TypeAdapter[Any]) -> JsonSchema:
    """Return the schema of a type, with the schemas it refers to in its ``$defs``."""
    return adapter.json_schema(schema_generator=_Generator)


def definitions(
    read: type[BaseModel], written: type[BaseModel], reference: str
) -> dict[str, JsonSchema]:
    """Return the schemas of a model that is read, one that is written, and all in them, by name.

    ``reference`` is how they refer to each other, with ``{model}`` for the name.
    """
    _, found = models_json_schema(
        [(written, "serialization"), (read, "validation")], ref_template=reference
    )
    schemas: dict[str, JsonSchema] = found["$defs"]
    return schemas
