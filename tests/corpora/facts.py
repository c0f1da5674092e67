"""The facts of the stored documents: together they have every member that a fact can have."""

from typing import Final

from order_projector.domain.details import (
    CalculatedDiscount,
    CalculatedTotals,
    Counted,
    EventDetails,
)
from order_projector.domain.facts import (
    Capture,
    Erasure,
    EventStamp,
    Fact,
    Payment,
    Redemption,
    Refund,
    Related,
    Rollback,
    Snapshot,
    Stack,
    Void,
)
from order_projector.domain.lines import Line
from order_projector.domain.redeemables import Coin, Discount, DiscountTarget, Gift, Points, UnitOff
from order_projector.domain.status import PaymentType, Status

NOON: Final = 1_772_366_400_000

MUG = Line(
    quantity=3,
    amount=3000,
    price=1000,
    id="line_1",
    source_id="mug",
    related_object="product",
    product_id="prod_1",
    sku_id="sku_1",
    product={"id": "prod_1", "name": "Mug", "price": 1000},
    sku={"id": "sku_1", "metadata": {"color": "ré"}},
    metadata={"engraving": None},
)
DETAILS = EventDetails(
    source_id="shop-1",
    items=(MUG,),
    counted=(
        Counted(
            place=0,
            initial_quantity=2,
            initial_amount=2000,
            discount_quantity=1,
            discount_amount=1100,
            applied_quantity=1,
            applied_quantity_amount=1000,
            applied_discount_quantity=1,
            applied_discount_amount=1000,
        ),
    ),
    amount=3001,
    discrepancy=1,
    totals=CalculatedTotals(
        total_amount=1700,
        amount=3001,
        discount_amount=200,
        items_discount_amount=1100,
        names_items=True,
        adds_up=False,
    ),
    metadata={"a.b": [1, 2.5, True, None], "$set": {"é": ""}},
    customer_id="cust_1",
    customer_source_id="ada",
    referrer_id="cust_2",
    referrer_source_id="bob",
    status=Status.PROCESSING,
    created_at=NOON,
    updated_at=NOON + 1,
)
DISCOUNT = Discount(
    type="UNIT",
    effect="ADD_MANY_ITEMS",
    amount_off=100,
    percent_off="12.5",
    fixed_amount=700,
    units=(
        UnitOff(
            unit_off=2,
            unit_type="prod_1",
            effect="ADD_NEW_ITEMS",
            product={"id": "prod_1"},
            sku={"id": "sku_1"},
        ),
    ),
    amount_limit=500,
    aggregated_amount_limit=900,
    applicable_to=(
        DiscountTarget(
            object="product",
            id="prod_1",
            source_id="mug",
            price=1,
            effect="APPLY_TO_CHEAPEST",
            quantity_limit=2,
            aggregated_quantity_limit=3,
            amount_limit=4,
            aggregated_amount_limit=5,
            order_item_indices=(0, 1),
            order_item_units=((0, 2),),
            skip_initially=6,
            repeat=7,
            target="ITEM",
        ),
    ),
    inapplicable_to=(DiscountTarget(object="sku", id="sku_2"),),
)


def stamp(number: int) -> EventStamp:
    """Return the stamp of an event."""
    return EventStamp(NOON + number, f"evt_{number}")


def paid(number: int, amount: int = 500, payment: str = "") -> Payment:
    """Return a successful payment."""
    payment = payment or f"pay_{number}"
    return Payment(payment, stamp(number), NOON + number, PaymentType.SUCCEEDED, amount)


def failed(number: int) -> Payment:
    """Return a failed payment, which the toy fold flags and does not serve."""
    return Payment(f"pay_{number}", stamp(number), NOON + number, PaymentType.FAILED)


def redeemed(number: int, **members: object) -> Redemption:
    """Return a redemption."""
    return Redemption(f"r_{number}", stamp(number), NOON + number, **members)  # type: ignore[arg-type]


def noted(number: int, note: dict[str, object]) -> Snapshot:
    """Return a snapshot with metadata, which the toy fold serves."""
    return Snapshot(stamp(number), NOON + number, EventDetails(metadata=note))


ROUNDS: Final[dict[str, list[list[tuple[Fact, ...]]]]] = {
    "new": [[(paid(1),)]],
    "several-at-once": [[(paid(3),), (paid(1),), (noted(2, {"x": 1}),)]],
    "pending-with-flags": [[(paid(1),), (failed(2),)], [(failed(3),)]],
    "retired": [[(paid(1, payment="pay"),)], [(paid(2, 600, payment="pay"),)]],
    "payment-in-parts": [
        [
            (
                Payment(
                    id="pay_1",
                    event=stamp(1),
                    at=NOON,
                    type=PaymentType.SUCCEEDED,
                    amount=900,
                    currency="USD",
                    method="card",
                    date=NOON,
                    capture=Capture("cap 1", 400),
                ),
            ),
            (Refund("ref_1", stamp(2), NOON, 100, "pay_1", 900, "USD", "card", NOON),),
        ]
    ],
    "calculated": [
        [
            (
                redeemed(
                    1,
                    details=DETAILS,
                    afterwards=EventDetails(amount=7),
                    parent="r_0",
                    calculated=CalculatedDiscount(200),
                    related=Related("voucher", "v_1", "camp_1", "SUMMER10"),
                    nth=1,
                    tells_for=("r_2", "r_3"),
                ),
            )
        ]
    ],
    "discount": [[(redeemed(1, redeemable=DISCOUNT),)]],
    "gift-card": [
        [
            (
                redeemed(
                    1, redeemable=Gift(500, "APPLY_TO_ITEMS", (DiscountTarget(id="p"),), used=400)
                ),
            )
        ]
    ],
    "loyalty-points": [[(redeemed(1, redeemable=Points(100, Coin("1", "2.5"), "COIN")),)]],
    "stack": [
        [
            (
                Stack(
                    id="r_0",
                    event=stamp(1),
                    children=("r_1", "r_2"),
                    whole=True,
                    details=EventDetails(amount=5),
                    calculated=CalculatedDiscount(3),
                    promotion_stack="stack_1",
                ),
                redeemed(1, parent="r_0"),
            )
        ]
    ],
    "stack-listed": [[(redeemed(1, parent="r_0"), Stack("r_0", stamp(1), ("r_1", "r_2")))]],
    "rollback": [
        [(Rollback("rr_1", stamp(1), NOON, "r_1", EventDetails(status=Status.CANCELED), "rr_0"),)]
    ],
    "snapshot-and-void": [
        [
            (Snapshot(stamp(1), NOON, EventDetails(), Status.FULFILLED),),
            (Void(stamp(2), NOON, "evt_1"),),
        ]
    ],
    "erased": [[(paid(1),)], [(Erasure(stamp(2), NOON + 2),)]],
    "hostile-metadata": [
        [
            (
                noted(
                    1,
                    {
                        "$ref": "orders",
                        "$id": 2**63 - 1,
                        "a.b": {"": [None, -(2**63), 0.1, 1e300]},
                        "_projection": {"layout": 9},
                        "\u0001\U0001f600": "\u2028",
                    },
                ),
            )
        ]
    ],
}
"""By document name: its rounds, each with its events, each with its facts."""
