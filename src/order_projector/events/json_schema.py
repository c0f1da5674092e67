"""JSON Schema (2020-12) of the typed models, as it is published."""

from typing import Any, Final

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

JsonSchema = dict[str, Any]

DIALECT: Final = GenerateJsonSchema.schema_dialect


class _Generator(GenerateJsonSchema):
    """Says what a reader needs: no titles made of names, and no default that is never sent."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """A field's name says it all."""
        del schema
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Leave out the default: a member that is absent is not known."""
        return self.generate_inner(schema["schema"])


def json_schema(adapter: TypeAdapter[Any]) -> JsonSchema:
    """The schema of a type; what it refers to stands in its ``$defs``."""
    return adapter.json_schema(schema_generator=_Generator)
