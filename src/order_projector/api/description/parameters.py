"""Parameters of requests, as OpenAPI describes them."""

from typing import Any, Final

from order_projector.api.channel import HEADER
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


def header_parameter(name: str, description: str = "") -> JsonSchema:
    """Return the description of a header."""
    described: JsonSchema = {"name": name, "in": "header", "schema": {"type": "string"}}
    return described | {"description": description} if description else described


IF_NONE_MATCH: Final = header_parameter(
    "If-None-Match",
    "The ETag of what the client has: if it is still the newest, the answer is 304.",
)
CHANNEL: Final[tuple[JsonSchema, ...]] = (
    header_parameter(
        HEADER,
        "The SDK that sends the request. Python-, Ruby-, PHP-, Java- and .NET- are shown values "
        "that Voucherify publishes alone: CREATED instead of PROCESSING.",
    ),
    {
        "name": "statuses",
        "in": "query",
        "schema": {"enum": ["published"]},
        "description": "Show published values alone, whichever SDK sends the request.",
    },
)
"""What a strict channel is known by."""
