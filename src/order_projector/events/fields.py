"""The field types of inbound events: numbers, ids, times, texts and free JSON.

Money and quantities are whole, non-negative numbers; a float, a boolean or a text in their place
is an error, never converted. Only definitions of discounts may write 1.0 for 1, as official ones
do (`WholeMoney`, `WholeQuantity`). Values that the store would not return unchanged are rejected.
"""

import math
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    Strict,
    ValidationInfo,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from order_projector.domain.limits import (
    LARGEST_AMOUNT,
    LARGEST_QUANTITY,
    LONGEST_ID,
    MOST_ENTRIES,
    MOST_IN_A_REQUEST,
)
from order_projector.events.free_json import fault_in, judge
from order_projector.events.json_schema import (
    EMPTY_ARRAY_TOO,
    LARGEST_DOUBLE,
    NO_NUL,
    NULL_MEMBERS,
    FreeObject,
    JsonSchema,
    PublishedAs,
    adding,
    instead,
)
from order_projector.events.text import LONE_SURROGATE, is_unicode
from order_projector.events.times import milliseconds

T = TypeVar("T")


class WireModel(BaseModel):
    """A JSON object on the wire: unknown members are ignored.

    An empty array is an empty object, because PHP writes one as the other.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _empty_array_as_object(cls, value: Any) -> Any:
        return value if type(value) is dict else empty_array_as_object(value)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the schema of the model; it allows an empty array unless a member is required."""
        found = handler(schema)
        definition = handler.resolve_ref_schema(found)
        if not definition.get("required"):
            definition |= EMPTY_ARRAY_TOO
        return found


def _no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not hold a NUL character")
    return text


def whole_characters(text: str) -> str:
    """Return the text. Raises ValueError if it holds a lone surrogate."""
    if text.isascii() or is_unicode(text):
        return text
    raise ValueError(LONE_SURROGATE)


def _named_otherwise(text: str, info: ValidationInfo) -> str | None:
    """Treat an empty source id as null if an id is given; alone it would name nothing."""
    if text:
        return text
    if any(info.data.get(name) for name in ("id", "product_id", "sku_id")):
        return None
    raise ValueError("should not be empty without an id")


def named_by(*names: str) -> JsonSchema:
    """Return the schema rule that an empty source id needs one of these ids to be given."""
    others = [
        {"properties": {name: {"type": "string", "minLength": 1}}, "required": [name]}
        for name in names
    ]
    return {"anyOf": [{"properties": {"source_id": {"not": {"const": ""}}}}, *others]}


def empty_array_as_object(value: Any) -> Any:
    """Return an empty object in place of an empty array, any other value as it is."""
    return {} if value == [] else value


def _storable(value: dict[str, Any]) -> dict[str, Any]:
    if not judge(value).is_storable and (fault := fault_in(value)):
        raise fault
    return value


def members(value: Any) -> Any:
    """Drop the nulls of a list; they carry no information."""
    return [member for member in value if member is not None] if isinstance(value, list) else value


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _decimal_text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("should be a number")
    if value < 0 or not _is_finite(value):
        raise ValueError("should be a finite, non-negative number")
    return str(value)


def _ratio(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        if isinstance(value, str):
            whole_characters(value)
        return NOT_A_NUMBER
    return _decimal_text(value)


NOT_A_NUMBER = "NaN"


def _is_finite(number: float) -> bool:
    """Whether the number fits a double; `isfinite` overflows on an integer that is too large."""
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


ID_SCHEMA = {"type": "string", "minLength": 1, "maxLength": LONGEST_ID, "pattern": NO_NUL}

_MONTHS = (
    "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|[12][0-9]))"
)
TIME_SCHEMA = {
    "type": "string",
    "description": "ISO 8601, with any number of fraction digits and any offset; none means UTC.",
    "pattern": f"^(?!0000)[0-9]{{4}}-{_MONTHS}[Tt ](?:[01][0-9]|2[0-3]):[0-5][0-9]"
    "(?::[0-5][0-9](?:[.,][0-9]+)?)?(?:[Zz]|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)?$",
}

Listed = Annotated[list[T], Field(fail_fast=True), BeforeValidator(members), NULL_MEMBERS]
Entries = Annotated[
    list[T],
    Field(fail_fast=True, max_length=MOST_ENTRIES),
    BeforeValidator(members),
    NULL_MEMBERS,
]
"""A list of at most `MOST_ENTRIES`; a longer one is rejected without validating the excess."""
Parts = Annotated[
    list[T],
    Field(fail_fast=True, max_length=MOST_IN_A_REQUEST),
    BeforeValidator(members),
    NULL_MEMBERS,
]
"""The redemptions or rollbacks of one request, at most `MOST_IN_A_REQUEST`."""
Money = Annotated[int, Strict(), Field(ge=0, le=LARGEST_AMOUNT)]
SignedMoney = Annotated[int, Strict(), Field(ge=-LARGEST_AMOUNT, le=LARGEST_AMOUNT)]
Quantity = Annotated[int, Strict(), Field(ge=0, le=LARGEST_QUANTITY)]
WholeMoney = Annotated[Money, BeforeValidator(_whole)]
WholeQuantity = Annotated[Quantity, BeforeValidator(_whole)]
WholePositive = Annotated[int, Strict(), Field(ge=1, le=LARGEST_QUANTITY), BeforeValidator(_whole)]
SignedQuantity = Annotated[int, Strict(), Field(ge=-LARGEST_QUANTITY, le=LARGEST_QUANTITY)]
Text = Annotated[str, Strict(), AfterValidator(whole_characters)]
Word = Annotated[str, Strict(), Field(max_length=LONGEST_ID)]
Id = Annotated[
    str,
    Strict(),
    Field(min_length=1, max_length=LONGEST_ID),
    AfterValidator(_no_nul),
    adding(pattern=NO_NUL),
]
SourceName = Annotated[
    str,
    Strict(),
    Field(max_length=LONGEST_ID),
    AfterValidator(_no_nul),
    adding(pattern=NO_NUL),
]
"""A source id that may be empty, for objects that are identified in another way."""
SourceId = Annotated[SourceName, AfterValidator(_named_otherwise)]
Time = Annotated[int, Strict(), BeforeValidator(milliseconds), instead(TIME_SCHEMA)]
DecimalText = Annotated[
    str,
    BeforeValidator(_decimal_text),
    instead({"type": "number", "minimum": 0, "maximum": LARGEST_DOUBLE}),
]
RatioText = Annotated[
    str, BeforeValidator(_ratio), instead({"minimum": 0, "maximum": LARGEST_DOUBLE})
]
"""A ratio as text; `NOT_A_NUMBER` if it is something else, which makes its definition invalid."""
FreeJson = Annotated[
    dict[str, Any],
    BeforeValidator(empty_array_as_object),
    AfterValidator(_storable),
    PublishedAs(FreeObject),
    adding(**EMPTY_ARRAY_TOO),
]
"""Metadata: any JSON object that the store returns unchanged."""
