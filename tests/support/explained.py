"""Explanations of orders, and an order with something of each kind to explain."""

from order_projector.domain.explanation import Explanation, explain
from order_projector.domain.facts import Fact
from order_projector.projection import codec
from tests.support.events import Json, accepted, order_event, paid, redeemed, rolled_back

MUGS = {"product_id": "prod_mug", "quantity": 2, "price": 1000}
TEA = {"product_id": "prod_tea", "quantity": 1, "price": 1100}
ORDER = {"id": "ord_1"}


def voucher(**discount: object) -> Json:
    return {"id": "v_1", "discount": discount}


TEN_PERCENT = voucher(type="PERCENT", percent_off=10, effect="APPLY_TO_ORDER")
FREE_CAP = voucher(
    type="UNIT",
    effect="ADD_NEW_ITEMS",
    unit_off=1,
    unit_type="prod_cap",
    product={"id": "prod_cap", "price": 500},
)

EVENTS = [
    order_event(0, "created", items=[MUGS, TEA]),
    redeemed(1, "r_1", order=ORDER, voucher=TEN_PERCENT),
    redeemed(2, "r_2", order=ORDER, voucher=FREE_CAP),
    rolled_back(3, "rr_1", "r_1"),
    redeemed(4, "r_3", order=ORDER, voucher=voucher(type="MAGIC")),
    paid(5, 3100),
]


def explained(*events: Json) -> Explanation:
    facts: dict[str, Fact] = {}
    for event in events:
        facts |= codec.merge(facts.get, accepted(event).facts)
    return explain("ord_1", facts)


def titles(*events: Json) -> list[str]:
    """Return the title of each step, the same in the text and in the JSON."""
    explanation = explained(*events)
    return [explanation.title(entry) for entry in explanation.entries]
