"""Several redemptions or rollbacks of one request that belong to no stack (sections 3 and 5)."""

from tests.support.calculated import CUP, MUG, line, whatever_arrives_first
from tests.support.events import Json, event_at, order_of, redeemed, rolled_back

ORDER = {"id": "ord_1"}


def calculated(*items: Json, total: int) -> Json:
    """Return a calculated order of these lines."""
    amount = sum(item["amount"] for item in items)
    off = sum(item.get("discount_amount", 0) for item in items)
    return {**ORDER, "items": list(items), "amount": amount, "total_amount": total} | (
        {"items_discount_amount": off} if off else {}
    )


def off(voucher: str, **discount: object) -> Json:
    """Return the voucher of a redemption."""
    return {"id": voucher, "discount": discount}


def request(minute: int, *redemptions: Json, **beside: Json) -> Json:
    return event_at(minute, "redemption.succeeded", {"redemptions": list(redemptions), **beside})


def test_a_free_unit_of_the_last_element_leaves_the_customer_s_unit() -> None:
    """Ids say nothing about the sequence: r_10 is less than r_9 as a text."""
    free = {"initial_quantity": 1, "discount_quantity": 1}
    free |= {"discount_amount": 1000, "applied_discount_amount": 1000}
    order = whatever_arrives_first(
        request(
            1,
            {"id": "r_9", "order": calculated(line(MUG), total=1000)},
            {"id": "r_10", "order": calculated(line(MUG, 2, **free), total=1000)},
        )
    )

    assert (order["amount"], order["total_amount"]) == (2000, 1000)
    assert [(it["quantity"], it["initial_quantity"]) for it in order["items"]] == [(2, 1)]


def test_each_element_is_priced_against_what_the_ones_before_it_left() -> None:
    order = order_of(
        request(
            1,
            {"id": "r_9", "voucher": off("v_1", type="AMOUNT", amount_off=100)},
            {"id": "r_10", "voucher": off("v_2", type="PERCENT", percent_off=10)},
            order={**ORDER, "amount": 1000},
        )
    )

    assert order["total_amount"] == 810
    assert list(order["redemptions"]) == ["r_9", "r_10"]


def test_details_of_the_request_s_order_count_last() -> None:
    first = {**ORDER, "amount": 1, "metadata": {"told": "first"}}
    whole = {**ORDER, "amount": 2, "metadata": {"told": "last"}}
    order = order_of(request(1, {"id": "r_9", "order": first}, {"id": "r_10"}, order=whole))

    assert (order["amount"], order["metadata"]) == (2, {"told": "last"})


def test_rollbacks_of_one_request_happen_in_its_sequence() -> None:
    taken = {"discount_amount": 100, "applied_discount_amount": 100}
    twice = taken | {"discount_amount": 200}
    whole = {**ORDER, "amount": 1000}
    undone = [
        {
            "id": "rr_9",
            "redemption": "r_9",
            "order": {**whole, "total_amount": 900} | {"discount_amount": 100},
        },
        {"id": "rr_10", "redemption": "r_10", "order": {**whole, "total_amount": 1000}},
    ]
    order = whatever_arrives_first(
        redeemed(1, "r_9", order={**whole, **taken, "total_amount": 900}),
        redeemed(2, "r_10", order={**whole, **twice, "total_amount": 800}),
        event_at(3, "redemption.rollback.succeeded", {"rollbacks": undone}),
    )

    assert (order["total_amount"], order["status"]) == (1000, "CANCELED")
    assert "discount_amount" not in order


def test_the_customer_of_an_order_comes_before_the_one_beside_the_orders() -> None:
    """It does so whichever of the orders names one: all of them belong to the same event."""
    named, beside = {**ORDER, "customer": {"id": "cust_a"}}, {"id": "cust_b"}
    rolled = {"id": "rr_1", "redemption": "r_1", "order": named}
    undone = event_at(
        2,
        "redemption.rollback.succeeded",
        {"redemption_rollback": rolled, "order": ORDER, "customer": beside},
    )
    several = request(
        1, {"id": "r_1", "order": named}, {"id": "r_2", "order": ORDER}, customer=beside
    )

    assert order_of(undone)["customer_id"] == "cust_a"
    assert order_of(several)["customer_id"] == "cust_a"


def test_a_redemption_s_own_customer_comes_after_those_of_all_orders() -> None:
    named = {**ORDER, "customer_id": "cust_a"}
    own = {"id": "r_2", "customer_id": "cust_c", "order": ORDER}
    order = order_of(request(1, {"id": "r_1", "order": named}, own))

    assert order["customer_id"] == "cust_a"


def test_the_source_id_beside_the_orders_counts_where_they_give_an_id_only() -> None:
    rolled = {"id": "rr_1", "redemption": "r_1", "order": {**ORDER, "customer": {"id": "cust_a"}}}
    beside = {"id": "cust_b", "source_id": "shopper"}
    order = order_of(
        event_at(
            2,
            "redemption.rollback.succeeded",
            {"redemption_rollback": rolled, "order": ORDER, "customer": beside},
        )
    )

    assert order["customer"] == {"id": "cust_a", "object": "customer"}
    assert order["customer_id"] == "cust_a"


def test_the_order_of_a_parent_beside_that_of_the_request_leaves_the_customer_s_units() -> None:
    """Their initial quantity is what stood before the request: the customer's and a free unit."""

    def held(quantity: int) -> Json:
        free = {"initial_quantity": quantity - 1, "discount_quantity": quantity - 1}
        free |= {"discount_amount": 300 * (quantity - 1), "applied_discount_amount": 300}
        return calculated(line(CUP, quantity, **free), total=300)

    order = whatever_arrives_first(
        redeemed(1, "r_0", order=held(2)),
        event_at(
            2,
            "redemption.succeeded",
            {
                "redemptions": [{"id": "r_1"}],
                "parent_redemption": {"id": "r_p", "order": held(3)},
                "order": held(3),
            },
        ),
        rolled_back(3, "rr_p", "r_p"),
        rolled_back(4, "rr_0", "r_0"),
    )

    assert [(it["product_id"], it["quantity"]) for it in order["items"]] == [("cup", 1)]
    assert order["total_amount"] == 300
