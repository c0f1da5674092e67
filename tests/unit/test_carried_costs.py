"""Carried units, and prices that rise, cost what the sender says that their line costs."""

from tests.support.calculated import applied, whatever_arrives_first
from tests.support.events import order_event, order_of, rolled_back


def test_carried_units_are_not_charged_to_the_units_that_a_redemption_adds_itself() -> None:
    """Neither is told by the sender: two units of 500 are the redemption's, two are carried."""
    mugs = {"product_id": "mug", "price": 500, "initial_quantity": 0, "initial_amount": 0}
    added = applied(
        1,
        "r_2",
        [
            mugs
            | {"quantity": 4, "amount": 2000, "discount_quantity": 4, "discount_amount": 2000}
            | {"applied_quantity": 2, "applied_discount_quantity": 2}
            | {"applied_discount_amount": 1000}
        ],
        total=0,
    )
    left = mugs | {"quantity": 2, "amount": 1000, "discount_quantity": 2, "discount_amount": 1000}
    whole = {"id": "ord_1", "items": [left], "amount": 1000, "total_amount": 0}

    [shown] = order_of(added)["items"]
    assert (shown["quantity"], shown["amount"], shown["discount_amount"]) == (4, 2000, 2000)
    undone = order_of(added, rolled_back(2, "rr_1", "r_1", **whole))
    [shown] = undone["items"]
    assert (shown["quantity"], shown["amount"], undone["total_amount"]) == (2, 1000, 0)
    carried = order_of(added, rolled_back(2, "rr_2", "r_2"))
    [shown] = carried["items"]
    assert (shown["quantity"], shown["amount"], shown["discount_amount"]) == (2, 1000, 1000)


def test_units_without_a_price_share_what_the_customer_s_own_leave_of_the_line() -> None:
    """One unit is the customer's for 100; two are carried and one is added, for 900 together."""
    lamps = {"product_id": "lamp", "quantity": 4, "amount": 1000}
    stated = {"initial_quantity": 1, "initial_amount": 100, "applied_quantity": 1}
    added = applied(1, "r_2", [lamps | stated | {"applied_discount_quantity": 1}], total=1000)

    [shown] = order_of(added)["items"]
    assert (shown["quantity"], shown["amount"]) == (4, 1000)
    [shown] = order_of(added, rolled_back(2, "rr_2", "r_2"))["items"]
    assert (shown["quantity"], shown["amount"], shown["initial_amount"]) == (3, 700, 100)


def test_a_price_that_rises_under_a_free_unit_is_the_sender_s_amount() -> None:
    """The free unit was added at 500; at 600 it costs 100 more, and is free of that, too."""
    mug = {"product_id": "mug", "quantity": 2, "initial_quantity": 1, "discount_quantity": 1}
    added = applied(
        1,
        "r_1",
        [
            mug
            | {"price": 500, "amount": 1000, "initial_amount": 500, "discount_amount": 500}
            | {"applied_quantity": 1, "applied_quantity_amount": 500}
            | {"applied_discount_quantity": 1, "applied_discount_amount": 500}
        ],
        total=500,
    )
    dearer = mug | {"price": 600, "amount": 1200, "initial_amount": 600, "discount_amount": 600}
    risen = order_event(2, amount=1200, total_amount=600, items=[dearer])

    order = whatever_arrives_first(added, risen)
    assert (order["amount"], order["total_amount"]) == (1200, 600)
    [shown] = order["items"]
    assert (shown["initial_amount"], shown["amount"], shown["discount_amount"]) == (600, 1200, 600)
    alone = order_of(added, risen, rolled_back(3, "rr_1", "r_1"))
    assert alone["total_amount"] == 600


def test_a_price_that_has_risen_is_no_redemption_that_remains() -> None:
    mug = {"product_id": "mug", "quantity": 2, "initial_quantity": 1, "discount_quantity": 1}
    free = {"applied_quantity": 1, "applied_discount_quantity": 1, "applied_discount_amount": 500}
    of_500 = {"price": 500, "amount": 1000, "initial_amount": 500, "discount_amount": 500}
    of_600 = {"price": 600, "amount": 1200, "initial_amount": 600, "discount_amount": 500}
    added = applied(1, "r_1", [mug | of_500 | free], total=500)
    risen = order_event(2, amount=1200, total_amount=700, items=[mug | of_600])
    undone = rolled_back(3, "rr_1", "r_1")

    assert order_of(added, risen)["total_amount"] == 700
    assert order_of(added, undone)["status"] == "CANCELED"
    assert order_of(added, risen, undone)["status"] == "CANCELED"
