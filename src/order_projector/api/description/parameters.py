"""Parameters of requests, as OpenAPI describes them."""

from typing import Any

from order_projector.api.query import Parameter, Several
from order_projector.events.json_schema import JsonSchema


def query_parameter(parameter: Parameter) -> JsonSchema:
    """Return the description of a parameter of the query."""
    described: JsonSchema = {"name": parameter.name, "in": "query", "schema": parameter.schema}
    if parameter.description:
        described["description"] = parameter.description
    if isinstance(parameter, Several):
        described |= {"style": "form", "explode": True}
    return described


def path_parameter(name: str, description: str, **schema: Any) -> JsonSchema:
    """Return the description of a segment of the path: any name, unless the schema says more."""
    return {
        "name": name,
        "in": "path",
        "required": True,
        "schema": {"type": "string", "minLength": 1, "maxLength": 256} | schema,
        "description": description,
    }


def header_parameter(name: str) -> JsonSchema:
    """Return the description of a header."""
    return {"name": name, "in": "header", "schema": {"type": "string"}}
