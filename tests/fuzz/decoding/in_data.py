"""Mutations of an event's data: one wrong field, list or number."""

from collections.abc import Callable
from random import Random
from typing import Any

from tests.fuzz.decoding.cases import (
    ACCEPTED,
    INVALID_EVENT,
    INVALID_JSON,
    SKIPPED,
    UNKNOWN_ORDER,
    Case,
    of_data,
    untouched,
)
from tests.fuzz.decoding.corpus import Sample, raw
from tests.fuzz.decoding.shapes import DISCOUNT, ONE_REDEMPTION, Field, Kind, fields
from tests.fuzz.decoding.values import HUGE, LONG, MANY, MOST, WRONG

_NAMING = ("data.order", "data.order.id")


def _field(random: Random, sample: Sample) -> Field:
    """Choose a known field; every kind that is present is equally likely."""
    found = list(fields(sample.data, sample.shape))
    kind = random.choice(sorted({field.kind for field in found}, key=lambda kind: kind.name))
    return random.choice([field for field in found if field.kind is kind])


def wrong_value(random: Random, sample: Sample) -> Case:
    """Give a field a value that no field of its kind may hold."""
    field = _field(random, sample)
    field.holder[field.name] = random.choice(WRONG[field.kind])
    return of_data(sample, INVALID_EVENT, place=field.path)


def wrong_definition(random: Random, sample: Sample) -> Case:
    """Give a field of a discount's definition a value that it may not hold."""
    kind = random.choice((Kind.DECIMAL, Kind.WHOLE_MONEY, Kind.WHOLE_QUANTITY, Kind.ID, Kind.TEXT))
    name = random.choice([name for name, member in DISCOUNT.items() if member is kind])
    voucher = {"id": "v_1", "discount": {name: random.choice(WRONG[kind])}}
    sample.type, sample.shape = "redemption.succeeded", ONE_REDEMPTION
    sample.data = {"order": {"id": "ord_1"}, "redemption": {"id": "r_1"}}
    holder, place = random.choice(
        ((sample.data, "data"), (sample.data["redemption"], "data.redemption"))
    )
    holder["voucher"] = voucher
    return of_data(sample, INVALID_EVENT, place=f"{place}.voucher.discount.{name}")


def null_or_missing(random: Random, sample: Sample) -> Case:
    """Set a field to null or remove it: this is valid unless the event requires the field."""
    field = _field(random, sample)
    if random.random() < 0.5:
        field.holder[field.name] = None
    else:
        del field.holder[field.name]
    concerns_an_order = not sample.type.startswith("redemption.") or field.name != "order"
    if not concerns_an_order:  # if it was the only order, the event is skipped
        return of_data(sample, ACCEPTED, UNKNOWN_ORDER, SKIPPED)
    if field.path in _NAMING:
        return of_data(sample, ACCEPTED, UNKNOWN_ORDER)
    if not field.is_required:
        return of_data(sample, ACCEPTED)
    if field.kind in (Kind.OBJECT, Kind.LIST):
        return of_data(sample, ACCEPTED, INVALID_EVENT)
    return of_data(sample, INVALID_EVENT, place=field.path)


def empty(random: Random, sample: Sample) -> Case:
    """Empty an object or a list; members that are then missing are judged as usual."""
    found = [
        field
        for field in fields(sample.data, sample.shape)
        if field.kind in (Kind.OBJECT, Kind.LIST, Kind.OPAQUE)
    ]
    field = random.choice(found)
    if field.kind is Kind.LIST:
        field.holder[field.name] = random.choice(([], [None], [None, None]))
        return of_data(sample, ACCEPTED, INVALID_EVENT)
    field.holder[field.name] = random.choice(({}, []))
    if field.is_required or field.name == "parent_redemption":
        return of_data(sample, INVALID_EVENT, place=f"{field.path}.id")
    return of_data(sample, ACCEPTED, *((UNKNOWN_ORDER,) if field.path in _NAMING else ()))


def empty_data(random: Random, sample: Sample) -> Case:
    """Empty the data, so that it names no order."""
    sample.data = random.choice(({}, []))
    return of_data(sample, INVALID_EVENT, UNKNOWN_ORDER, SKIPPED)


def noise(random: Random, sample: Sample) -> Case:
    """Add unknown fields that hold anything that JSON allows."""
    found = [each.holder for each in fields(sample.data, sample.shape)]
    loud: list[Any] = [
        *(LONG, HUGE, "\ud800", {"\udfff": [None, True, {}]}, "\0", -1, [[], [[]]]),
        *(raw("1." + "7" * 3_000), raw("-7" + "0" * 500), "x" * 10_000),
    ]
    for _ in range(random.randint(1, 4)):
        name = random.choice(("news", "Order", "order_", "a.b", "", "\ud800", "k" * 1_000))
        random.choice(found)[name] = random.choice(loud)
    return untouched_unless_served(sample)


def untouched_unless_served(sample: Sample) -> Case:
    """Expect no effect, unless the sample holds a product or SKU.

    Products and SKUs are served with all their members, so those must be storable.
    """
    inside = any(
        field.name in ("product", "sku") and field.kind is Kind.OBJECT
        for field in fields(sample.data, sample.shape)
    )
    return of_data(sample, ACCEPTED, INVALID_EVENT) if inside else untouched(sample)


def deep(random: Random, sample: Sample) -> Case:
    """Nest arrays in an unknown field; 64 levels are allowed, including those around it."""
    around = 2 if sample.style == "binary" else 3
    levels = random.choice((4, 40, 64, 65, 66, 200, 201, 990, 1_100, 100_000))
    token = "[" * (levels - around) + "]" * (levels - around)
    sample.data["order"]["news"] = raw(token)
    if levels <= 64:
        return untouched(sample)
    case = of_data(sample, INVALID_JSON)
    is_unseen = sample.style == "binary" and sample.type == "voucher.created"
    return case if is_unseen else Case(case.value, case.headers, frozenset((INVALID_JSON,)))


def products(random: Random, sample: Sample) -> Case:
    """Make an amount or quantity that results from the event's own numbers too large."""
    sample = sample.with_details()
    items: list[dict[str, Any]] = [{"product_id": "p", "quantity": 1, "price": 1}]
    at = random.randrange(2)
    wrong: dict[str, Any] = {"product_id": "q", "quantity": random.choice((3, MANY))}
    match random.choice(("price", "product", "sku", "sum", "before", "total")):
        case "price":
            items.insert(at, {**wrong, "price": MOST - random.randrange(9)})
            place = f"data.order.items[{at}].price"
        case "sum":
            items.insert(at, {"sku_id": "s", "amount": MOST})
            place = "data.order.items"
        case "before":
            items.insert(at, {**wrong, "quantity": MANY, "applied_quantity": -1})
            place = f"data.order.items[{at}].applied_quantity"
        case "total":
            sample.data["order"] = {"id": "o", "total_amount": MOST, "total_discount_amount": 1}
            return of_data(sample, INVALID_EVENT, place="data.order.total_amount")
        case holder:
            items.insert(at, {**wrong, holder: {"price": MOST}})
            place = f"data.order.items[{at}].{holder}.price"
    sample.data["order"] = {"id": "ord_1", "items": items}
    return of_data(sample, INVALID_EVENT, place=place)


def units_of_a_price(random: Random, sample: Sample) -> Case:
    """Discount units that cost too much at the price stated with them."""
    if "redemption" not in sample.shape or not isinstance(sample.data.get("redemption"), dict):
        return products(random, sample)
    holder = {"unit_off": MANY, random.choice(("product", "sku")): {"price": MOST}}
    discount, at = random.choice(((holder, ""), ({"units": [{}, holder]}, ".units[1]")))
    sample.data["redemption"]["voucher"] = {"id": "v_1", "discount": discount}
    place = f"data.redemption.voucher.discount{at}.unit_off"
    return of_data(sample, INVALID_EVENT, place=place)


def bundle(random: Random, sample: Sample) -> Case:
    """Multiply a number of a definition by a bundle, up to its bound or beyond it."""
    name, most = random.choice((("amount_off", MOST), ("unit_off", MANY)))
    times = random.choice((1, 2, 7))
    number = most // times + random.randrange(2)
    discount: dict[str, Any] = {"type": "UNIT", name: number}
    sample.type, sample.shape = "redemption.succeeded", ONE_REDEMPTION
    sample.data = {"order": {"id": "ord_1"}, "redemption": {"id": "r_1"}}
    at, holder = random.choice(
        (("data", sample.data), ("data.redemption", sample.data["redemption"]))
    )
    holder["voucher"] = {"id": "v_1", "discount": discount}
    random.choice((holder, holder["voucher"]))["bundle"] = {"quantity": times}
    if number * times <= most:
        return of_data(sample, ACCEPTED)
    return of_data(sample, INVALID_EVENT, place=f"{at}.voucher.discount.{name}")


IN_DATA: tuple[Callable[[Random, Sample], Case], ...] = (
    wrong_value,
    wrong_value,
    wrong_definition,
    null_or_missing,
    empty,
    empty_data,
    bundle,
    noise,
    deep,
    products,
    units_of_a_price,
)
