"""The structure of an event's data according to the contract: the fuzzer's own field table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, NamedTuple


class Kind(Enum):
    """What a field may hold."""

    ID = auto()
    SOURCE = auto()
    MONEY = auto()
    QUANTITY = auto()
    WHOLE_MONEY = auto()
    WHOLE_QUANTITY = auto()
    DECIMAL = auto()
    TEXT = auto()
    TIME = auto()
    STATUS = auto()
    OPAQUE = auto()
    RATIO = auto()
    POSITIVE = auto()
    NAME = auto()
    PRICE = auto()
    OBJECT = auto()
    LIST = auto()


@dataclass(frozen=True, slots=True)
class Required:
    """A field without which the event is invalid."""

    shape: Any


Shape = Mapping[str, Any]

NAMED: Shape = {"id": Kind.ID}
PERSON: Shape = {"id": Kind.ID, "source_id": Kind.SOURCE}
CATALOGUE: Shape = {"id": Kind.NAME, "source_id": Kind.NAME, "price": Kind.PRICE}
ITEM: Shape = {
    "product_id": Kind.ID,
    "sku_id": Kind.ID,
    "source_id": Kind.SOURCE,
    "quantity": Kind.QUANTITY,
    "initial_quantity": Kind.QUANTITY,
    "discount_quantity": Kind.QUANTITY,
    "applied_discount_quantity": Kind.QUANTITY,
    "price": Kind.MONEY,
    "amount": Kind.MONEY,
    "initial_amount": Kind.MONEY,
    "applied_discount_amount": Kind.MONEY,
    "product": CATALOGUE,
    "sku": CATALOGUE,
    "metadata": Kind.OPAQUE,
}
ORDER: Shape = {
    "id": Kind.ID,
    "source_id": Kind.SOURCE,
    "status": Kind.STATUS,
    "amount": Kind.MONEY,
    "total_amount": Kind.MONEY,
    "total_discount_amount": Kind.MONEY,
    "applied_discount_amount": Kind.MONEY,
    "items": [ITEM],
    "metadata": Kind.OPAQUE,
    "customer": PERSON,
    "customer_id": Kind.ID,
    "referrer": PERSON,
    "referrer_id": Kind.ID,
    "created_at": Kind.TIME,
    "updated_at": Kind.TIME,
}
TARGET: Shape = {
    "id": Kind.ID,
    "source_id": Kind.SOURCE,
    "price": Kind.WHOLE_MONEY,
    "quantity_limit": Kind.WHOLE_QUANTITY,
    "amount_limit": Kind.WHOLE_MONEY,
    "skip_initially": Kind.WHOLE_QUANTITY,
    "effect": Kind.TEXT,
}
UNIT: Shape = {
    "unit_off": Kind.WHOLE_QUANTITY,
    "unit_type": Kind.ID,
    "effect": Kind.TEXT,
    "product": CATALOGUE,
}
BUNDLE: Shape = {"quantity": Kind.POSITIVE}
DISCOUNT: Shape = {
    **UNIT,
    "type": Kind.TEXT,
    "amount_off": Kind.WHOLE_MONEY,
    "percent_off": Kind.DECIMAL,
    "fixed_amount": Kind.WHOLE_MONEY,
    "units": [UNIT],
    "amount_limit": Kind.WHOLE_MONEY,
    "applicable_to": {"data": [TARGET]},
    "inapplicable_to": {"data": [TARGET]},
}
COIN: Shape = {"exchange_ratio": Kind.RATIO, "points_ratio": Kind.RATIO}
REWARD: Shape = {"type": Kind.TEXT, "parameters": {"coin": COIN}}
VOUCHER: Shape = {
    "id": Kind.ID,
    "campaign_id": Kind.ID,
    "type": Kind.TEXT,
    "discount": DISCOUNT,
    "gift": {"credits": Kind.WHOLE_MONEY, "effect": Kind.TEXT},
    "bundle": BUNDLE,
    "reward": REWARD,
    "applicable_to": {"data": [TARGET]},
}
TIER: Shape = {
    "id": Kind.ID,
    "campaign": NAMED,
    "action": {"discount": DISCOUNT},
    "bundle": BUNDLE,
}
BEARER: Shape = {
    "voucher": VOUCHER,
    "promotion_tier": TIER,
    "promotion_stack": NAMED,
    "reward": REWARD,
    "bundle": BUNDLE,
}
REDEMPTION: Shape = {
    **BEARER,
    "id": Required(Kind.ID),
    "date": Kind.TIME,
    "amount": Kind.MONEY,
    "gift": {"amount": Kind.WHOLE_MONEY},
    "loyalty_card": {"points": Kind.WHOLE_MONEY},
    "redemption": Kind.ID,
    "customer_id": Kind.ID,
    "order": ORDER,
    "related_object_id": Kind.ID,
}
ROLLBACK: Shape = {
    "id": Required(Kind.ID),
    "date": Kind.TIME,
    "redemption": Required(Kind.ID),
    "order": ORDER,
}
PAYMENT: Shape = {
    "id": Required(Kind.ID),
    "order_id": Kind.ID,
    "amount": Required(Kind.MONEY),
    "currency": Kind.TEXT,
    "date": Kind.TIME,
    "method": Kind.TEXT,
}
REFUND: Shape = {"id": Required(Kind.ID), "amount": Required(Kind.MONEY), "date": Kind.TIME}
AROUND: Shape = {"order": ORDER, "customer": PERSON}

ONE_REDEMPTION: Shape = {**BEARER, **AROUND, "redemption": Required(REDEMPTION)}
MANY_REDEMPTIONS: Shape = {
    **AROUND,
    "redemptions": Required([REDEMPTION]),
    "parent_redemption": REDEMPTION,
}
ONE_ROLLBACK: Shape = {**AROUND, "redemption_rollback": Required(ROLLBACK)}
MANY_ROLLBACKS: Shape = {**AROUND, "rollbacks": [ROLLBACK], "parent_rollback": Required(ROLLBACK)}
NAMES: Shape = {"id": Kind.ID, "source_id": Kind.SOURCE}
ONE_PAYMENT: Shape = {"payment": Required(PAYMENT), "order": NAMES}
ONE_REFUND: Shape = {"payment": Required(PAYMENT), "refund": Required(REFUND), "order": NAMES}
SNAPSHOT: Shape = AROUND
VOID: Shape = {"order": NAMES, "voids": Required(Kind.ID)}
ERASURE: Shape = {"order": NAMED}


class Field(NamedTuple):
    """A field that is present in an event: where it is, and what it may hold."""

    holder: dict[str, Any]
    name: str
    path: str
    kind: Kind
    is_required: bool


def fields(data: dict[str, Any], shape: Shape, path: str = "data") -> Iterator[Field]:
    """Yield every field of the shape that is present in the data."""
    for name, member in shape.items():
        if name in data:
            inner = member.shape if isinstance(member, Required) else member
            place = f"{path}.{name}"
            yield Field(data, name, place, _kind(inner), isinstance(member, Required))
            yield from _inside(data[name], inner, place)


def _inside(value: Any, shape: Any, path: str) -> Iterator[Field]:
    match value, shape:
        case dict(), Mapping():
            yield from fields(value, shape, path)
        case list(), [inner]:
            for number, each in enumerate(value):
                if each is not None:
                    yield from fields(each, inner, f"{path}[{number}]")
        case _:
            return


def _kind(shape: Any) -> Kind:
    match shape:
        case Kind():
            return shape
        case Sequence():
            return Kind.LIST
        case _:
            return Kind.OBJECT
