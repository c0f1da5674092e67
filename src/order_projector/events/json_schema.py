"""JSON Schema (2020-12) of the typed models, as it is published.

What a validator demands stands in no type; `Published` says it beside the validator, in the words
of JSON Schema.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import Field, GetJsonSchemaHandler, RootModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

JsonSchema = dict[str, Any]

DIALECT: Final = GenerateJsonSchema.schema_dialect

NULL: Final[JsonSchema] = {"type": "null"}
NO_NUL: Final = r"^[^\u0000]*$"
LARGEST_DOUBLE: Final = 1.7976931348623157e308


@dataclass(frozen=True, slots=True, eq=False)
class Published:
    """How the schema of a field says what its validators demand."""

    rule: Callable[[JsonSchema], JsonSchema]

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Give the schema of the type with the rule applied to it."""
        return self.rule(handler(schema))


def adding(**keywords: Any) -> Published:
    """A rule that adds these keywords to those of the type."""
    return Published(lambda schema: {**schema, **keywords})


def instead(schema: JsonSchema) -> Published:
    """A rule that says all of it, whatever the type says."""
    return Published(lambda _: dict(schema))


@dataclass(frozen=True, slots=True, eq=False)
class PublishedAs:
    """That the schema of a field is the one of another type."""

    type: Any

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Give the schema of the other type."""
        del schema
        return handler(TypeAdapter(self.type).core_schema)


def _with_null_members(schema: JsonSchema) -> JsonSchema:
    return {**schema, "items": {"anyOf": [schema["items"], NULL]}}


NULL_MEMBERS: Final = Published(_with_null_members)
"""A list in which nulls carry nothing."""


class _Generator(GenerateJsonSchema):
    """Says what a reader needs: no titles made of names, and no default that is never sent."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """A field's name says it all."""
        del schema
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Leave out the default: a member that is absent is not known."""
        return self.generate_inner(schema["schema"])


_Double = Annotated[float, Field(ge=-LARGEST_DOUBLE, le=LARGEST_DOUBLE)]


class Free(RootModel["FreeObject | list[Free] | str | bool | _Double | None"]):
    """Any JSON that can be stored and comes back unchanged."""


FreeObject = Annotated[dict[str, Free], adding(propertyNames={"pattern": NO_NUL})]
"""An object of it."""


def json_schema(adapter: TypeAdapter[Any]) -> JsonSchema:
    """The schema of a type; what it refers to stands in its ``$defs``."""
    return adapter.json_schema(schema_generator=_Generator)
