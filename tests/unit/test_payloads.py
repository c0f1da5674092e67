"""Orders made of the figures and ids of official event payloads, shaped by hand."""

from tests.support.events import event, order_of, to_json

MUG = {"source_id": "adv-mug", "related_object": "product", "price": 1000, "amount": 2000}
BOTTLE = {"source_id": "star-th-bottle", "related_object": "product", "price": 2500}
FREE_MUG = {
    "id": "ord_3VYCHwdV0YOOch2nm1RsTKNI",
    "source_id": None,
    "status": "PAID",
    "customer_id": "cust_1g637SqVZnkdPNdAIZ7Ra879",
    "amount": 7000,
    "items_discount_amount": 1000,
    "items_applied_discount_amount": 1000,
    "total_amount": 6000,
    "items": [
        {**MUG, "quantity": 2, "discount_quantity": 1, "applied_discount_amount": 1000},
        {**BOTTLE, "quantity": 2, "amount": 5000},
    ],
    "created_at": "2024-01-15T12:20:38.596843Z",
}
FREE_MUG_REDEEMED = {
    "order": FREE_MUG,
    "redemption": {"id": "r_0e2500291ae016adea", "date": "2024-01-15T12:20:38.635000Z"},
    "voucher": {
        "id": "v_VZgTRbJvauZR7Ub7exOtAg0MqxXljPpA",
        "campaign_id": "camp_kwMyXFKquedx8FzXNpVPN7QU",
        "discount": {"type": "UNIT", "unit_off": 1, "effect": "ADD_NEW_ITEMS"},
    },
}


def test_free_units_added_to_a_line_are_served_as_the_sample_event_has_them() -> None:
    served = order_of(
        event("redemption.succeeded", FREE_MUG_REDEEMED, on="2024-01-15T12:20:38.636Z")
    )
    assert to_json(served["items"]) == to_json(
        [
            {
                "object": "order_item",
                "source_id": "adv-mug",
                "related_object": "product",
                "quantity": 2,
                "discount_quantity": 1,
                "amount": 2000,
                "discount_amount": 1000,
                "price": 1000,
                "subtotal_amount": 1000,
            },
            {
                "object": "order_item",
                "source_id": "star-th-bottle",
                "related_object": "product",
                "quantity": 2,
                "amount": 5000,
                "price": 2500,
                "subtotal_amount": 5000,
            },
        ]
    )
    assert {key: served[key] for key in served if key.endswith("amount")} == {
        "amount": 7000,
        "items_discount_amount": 1000,
        "total_discount_amount": 1000,
        "total_amount": 6000,
    }
    assert (served["created_at"], served["updated_at"]) == ("2024-01-15T12:20:38.596Z", None)


REFERRAL_ORDER = {
    "id": "ord_OPBS4bwowjzQ3odiMNk09WPL",
    "items": [],
    "status": "PAID",
    "metadata": {},
    "created_at": "2024-02-01T08:45:31.967Z",
    "customer_id": "cust_IdgAFZxYwwHctOk9pPuMu308",
}
REFERRAL_VOUCHER = {
    "id": "v_7JItZDjNzMjqSw0BZoxNEMBfdHHB9EHf",
    "campaign_id": "camp_QULf1Wzu4yvT3cJ3IzFp76nY",
    "discount": {"type": "AMOUNT", "amount_off": 0},
}
REFERRAL_REDEMPTION = {"id": "r_0e3ab1f3fb99fee4b9", "date": "2024-02-01T08:45:32.014Z"}
REFERRAL_ROLLBACK = {
    "id": "rr_0e3ac8762299fef1e3",
    "date": "2024-02-01T10:23:52.499Z",
    "redemption": "r_0e3ab1f3fb99fee4b9",
    "reason": "Fraud prevention",
}
REFERRAL_AFTER = {**REFERRAL_ORDER, "status": "CANCELED", "updated_at": "2024-02-01T10:23:52.507Z"}
REFERRAL = [
    event(
        "redemption.succeeded",
        {
            "order": REFERRAL_ORDER,
            "redemption": REFERRAL_REDEMPTION,
            "voucher": REFERRAL_VOUCHER,
        },
        on="2024-02-01T08:45:32.015Z",
    ),
    event(
        "redemption.rollback.succeeded",
        {
            "order": REFERRAL_AFTER,
            "redemption_rollback": REFERRAL_ROLLBACK,
            "redemption": REFERRAL_REDEMPTION,
        },
        on="2024-02-01T10:23:52.508Z",
        name="evt_2",
    ),
]


def test_a_referral_that_is_rolled_back_leaves_an_order_without_amounts() -> None:
    served = order_of(*REFERRAL)
    assert to_json(served) == to_json(
        {
            "id": "ord_OPBS4bwowjzQ3odiMNk09WPL",
            "source_id": None,
            "created_at": "2024-02-01T08:45:31.967Z",
            "updated_at": "2024-02-01T10:23:52.507Z",
            "status": "CANCELED",
            "metadata": {},
            "customer": {"id": "cust_IdgAFZxYwwHctOk9pPuMu308", "object": "customer"},
            "customer_id": "cust_IdgAFZxYwwHctOk9pPuMu308",
            "referrer_id": None,
            "object": "order",
            "redemptions": {
                "r_0e3ab1f3fb99fee4b9": {
                    "date": "2024-02-01T08:45:32.014Z",
                    "rollback_id": "rr_0e3ac8762299fef1e3",
                    "rollback_date": "2024-02-01T10:23:52.499Z",
                    "related_object_type": "voucher",
                    "related_object_id": "v_7JItZDjNzMjqSw0BZoxNEMBfdHHB9EHf",
                    "related_object_parent_id": "camp_QULf1Wzu4yvT3cJ3IzFp76nY",
                }
            },
        }
    )


def test_a_created_order_is_served_as_its_response_has_it() -> None:
    phone = {
        "source_id": "prod_1",
        "related_object": "product",
        "quantity": 2,
        "product": {"name": "Apple iPhone 12", "price": 60000, "override": True},
    }
    book = {
        "source_id": "ComicBook_1",
        "related_object": "sku",
        "quantity": 1,
        "product": {"source_id": "Books", "price": 2100, "override": True},
        "sku": {"sku": "Comics1", "source_id": "ComicBook_1", "price": 1700, "override": True},
    }
    order = {"id": "ord_cRKOEXiBOj0EZKF7g9n6l0eH", "source_id": "new", "status": "FULFILLED"}
    served = order_of(event("order.created", {"order": {**order, "items": [phone, book]}}))
    assert (served["amount"], served["total_amount"]) == (121700, 121700)
    assert [item["amount"] for item in served["items"]] == [120000, 1700]
    assert served["status"] == "FULFILLED"


def test_an_updated_order_whose_amount_is_not_its_items_sum_keeps_it() -> None:
    bottle = {"product_id": "prod_0df14b7e7d8975079d", "quantity": 2, "price": 2500, "amount": 5000}
    shipping = {"product_id": "prod_5h1pp1ng", "quantity": 1, "price": 0, "amount": 0}
    order = {
        "id": "ord_tNridJhmcEOQXUqNyenX1Up6",
        "items": [bottle, shipping],
        "amount": 5500,
        "total_amount": 5500,
        "status": "PAID",
    }
    served = order_of(event("customer.order.updated", {"order": order}))
    assert (served["amount"], served["total_amount"], served["status"]) == (5500, 5500, "PAID")


FIRST = {"product_id": "prod_0a9f9ab4ab019a42d5", "quantity": 1, "amount": 3300, "price": 3000}
SECOND = {"product_id": "prod_0a9f9aeddb019a42db", "quantity": 2, "amount": 3400, "price": 3000}
PROPORTIONAL_ORDER = {
    "id": "ord_J5ogV1Gkk2yfxmBEhYIg4O65",
    "created_at": "2023-01-27T12:55:34.673Z",
    "updated_at": None,
    "status": "PAID",
    "amount": 6000,
    "items_discount_amount": 300,
    "total_discount_amount": 300,
    "total_amount": 5700,
    "items": [
        {**FIRST, "discount_amount": 148, "applied_discount_amount": 148},
        {**SECOND, "discount_amount": 152, "applied_discount_amount": 152},
    ],
}
PROPORTIONAL_REDEMPTION = {"id": "r_0c5e8ef10842da0aad", "date": "2023-01-27T12:55:34.689Z"}
PROPORTIONAL = event(
    "redemption.succeeded",
    {"order": PROPORTIONAL_ORDER, "redemption": PROPORTIONAL_REDEMPTION},
    on="2023-01-27T12:55:34.700Z",
)
ORDER_AFTER = {
    "id": "ord_J5ogV1Gkk2yfxmBEhYIg4O65",
    "updated_at": "2023-01-27T15:20:03.743Z",
    "status": "CANCELED",
    "amount": 6000,
    "total_amount": 6000,
    "items": [FIRST, SECOND],
}
PROPORTIONAL_ROLLBACK = {
    "id": "rr_0c5eb002b40cce9d62",
    "date": "2023-01-27T15:20:03.536Z",
    "redemption": "r_0c5e8ef10842da0aad",
}
PROPORTIONAL_UNDONE = event(
    "redemption.rollback.succeeded",
    {"redemption_rollback": {**PROPORTIONAL_ROLLBACK, "order": ORDER_AFTER}},
    on="2023-01-27T15:20:03.540Z",
    name="evt_2",
)


def test_a_proportional_discount_and_its_rollback_keep_the_amount_that_was_given() -> None:
    served = order_of(PROPORTIONAL)
    assert {key: served[key] for key in served if key.endswith("amount")} == {
        "amount": 6000,
        "items_discount_amount": 300,
        "total_discount_amount": 300,
        "total_amount": 5700,
    }
    assert [item["subtotal_amount"] for item in served["items"]] == [3152, 3248]
    served = order_of(PROPORTIONAL, PROPORTIONAL_UNDONE)
    assert {key: served[key] for key in served if key.endswith("amount")} == {
        "amount": 6000,
        "total_amount": 6000,
    }
    assert [item["subtotal_amount"] for item in served["items"]] == [3300, 3400]
    assert (served["status"], served["updated_at"]) == ("CANCELED", "2023-01-27T15:20:03.743Z")
