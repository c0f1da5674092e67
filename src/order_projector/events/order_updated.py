"""The value of an ``order.updated`` event, and the served order in it.

The published schema is generated from these models. It is open: members may be added, and readers
ignore unknown ones. Records that the worker writes are checked more strictly (`announced`): exactly
these members, in this key order.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    ValidationError,
)
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import from_json

from order_projector.domain.differences import differences, is_same
from order_projector.domain.flags import FlagCode

T = TypeVar("T")


def _not_null(value: object) -> object:
    if value is None:
        raise ValueError("should be left out where it is not known")
    return value


Maybe = Annotated[T | SkipJsonSchema[None], BeforeValidator(_not_null)]
"""A member that is left out if it is unknown, and never null."""

TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$"
"""The format of every time in the event: UTC, to the millisecond."""

Time = Annotated[str, Field(pattern=TIME, json_schema_extra={"format": "date-time"})]
Cents = Annotated[int, Field(ge=0, description="Money, in the smallest currency unit.")]
Units = Annotated[int, Field(ge=0)]
Free = Annotated[dict[str, Any], Field(description="As it was given.")]


_CODES: Final = [code.value for code in FlagCode]


class Served(BaseModel):
    """A JSON object that is published: readers ignore unknown members."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class ServedItem(Served):
    """One line of an order."""

    object: Literal["order_item"]
    id: Maybe[str] = None
    source_id: Maybe[str] = None
    related_object: Maybe[str] = None
    product_id: Maybe[str] = None
    sku_id: Maybe[str] = None
    quantity: Units
    initial_quantity: Maybe[Units] = None
    discount_quantity: Maybe[Units] = None
    amount: Maybe[Cents] = None
    initial_amount: Maybe[Cents] = None
    discount_amount: Maybe[Cents] = None
    price: Maybe[Cents] = None
    subtotal_amount: Maybe[Cents] = None
    product: Maybe[Free] = None
    sku: Maybe[Free] = None
    metadata: Maybe[Free] = None


class ServedPerson(Served):
    """The customer or the referrer of an order."""

    id: str
    object: Literal["customer"]


class ServedRedemption(Served):
    """One redemption of an order, and its rollback where there is one."""

    date: Time
    rollback_id: Maybe[str] = None
    rollback_date: Maybe[Time] = None
    related_object_type: Maybe[str] = None
    related_object_id: Maybe[str] = None
    related_object_parent_id: Maybe[str] = None
    stacked: Maybe[list[str]] = None
    rollback_stacked: Maybe[list[str]] = None


class ServedPayment(Served):
    """One payment of an order."""

    date: Time
    status: Literal["AUTHORIZED", "SUCCEEDED", "FAILED", "CANCELED", "REFUNDED"]
    amount: Maybe[Cents] = None
    captured_amount: Maybe[Cents] = None
    refunded_amount: Maybe[Cents] = None
    currency: Maybe[str] = None
    method: Maybe[str] = None


class ServedOrder(Served):
    """An order as it is stored and served everywhere."""

    id: str
    source_id: str | None
    created_at: Time
    updated_at: Time | None
    status: Literal["CREATED", "PROCESSING", "PAID", "CANCELED", "FULFILLED"]
    amount: Maybe[Cents] = None
    initial_amount: Maybe[Cents] = None
    discount_amount: Maybe[Cents] = None
    items_discount_amount: Maybe[Cents] = None
    total_discount_amount: Maybe[Cents] = None
    total_amount: Maybe[Cents] = None
    items: Maybe[list[ServedItem]] = None
    metadata: Free
    customer: Maybe[ServedPerson] = None
    referrer: Maybe[ServedPerson] = None
    customer_id: str | None
    referrer_id: str | None
    object: Literal["order"]
    redemptions: Maybe[dict[str, ServedRedemption]] = None
    payments: Maybe[dict[str, ServedPayment]] = None


class MergedOrder(Served):
    """An order under a derived id that went into the one that owns its source id.

    It is the last record of its key: a consumer that keeps a table of orders drops the row.
    """

    id: str
    object: Literal["order"]
    merged_into: Annotated[str, Field(description="Id of the order that it went into.")]


_SERVED, _MERGED = "served", "merged"


def _kind(order: object) -> str:
    is_merged = isinstance(order, MergedOrder) or (
        isinstance(order, Mapping) and "merged_into" in order
    )
    return _MERGED if is_merged else _SERVED


class RaisedFlag(Served):
    """One thing that was noticed, and that the numbers of the order do not show."""

    code: Annotated[
        str, Field(description="Its kind; a later release may have others.", examples=_CODES)
    ]
    event: Annotated[str, Field(description="Id of the event that it belongs to.")]
    about: Annotated[str, Field(description="Id of what it is about, by its kind.")]
    message: Annotated[str, Field(description="For people; the wording may change.")]


class OrderUpdated(Served):
    """The value of an ``order.updated``."""

    order: Annotated[
        Annotated[ServedOrder, Tag(_SERVED)] | Annotated[MergedOrder, Tag(_MERGED)],
        Discriminator(_kind),
    ]
    revision: Annotated[int, Field(ge=1)]
    changes: Annotated[
        list[str], Field(description="Top-level fields that came, changed or went away.")
    ]
    causes: Annotated[
        list[str], Field(description="Ids of the events taken in since the revision before.")
    ]
    flags: Annotated[
        Maybe[Annotated[list[RaisedFlag], Field(min_length=1)]],
        Field(description="What was noticed, as of this revision; absent if none."),
    ] = None


ANNOUNCED = TypeAdapter(OrderUpdated)


def announced(value: bytes | None) -> OrderUpdated:
    """Parse a value published by a worker, which must match the models exactly.

    Raises ValueError, naming the place, if the shape differs, if a member is not in the schema or
    if the key order differs.
    """
    content = from_json(value or b"")
    try:
        update = ANNOUNCED.validate_python(content, strict=True)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(step) for step in fault["loc"] if step not in {_SERVED, _MERGED})
        raise ValueError(f"{place}: {fault['msg']}") from None
    known = ANNOUNCED.dump_python(update, exclude_unset=True)
    for difference in () if is_same(known, content) else differences(known, content):
        raise ValueError(f"{difference.path}: not in the schema")
    return update
