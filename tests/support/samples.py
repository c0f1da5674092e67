"""The official sample orders, and the events that lead to them."""

import json
from pathlib import Path

from tests.support.events import Json, event

SAMPLES: list[Json] = json.loads(
    (Path(__file__).parent.parent / "data" / "sample_orders.json").read_text()
)

IPHONE = {
    "product_id": "prod_0b7d7c4e814be5c502",
    "price": 70000,
    "product": {"name": "Apple iPhone 12", "price": 70000},
}
COMICS = {
    "product_id": "prod_0b7d7dfb05cbe5c616",
    "sku_id": "sku_0b7d7dfb090be5c619",
    "price": 1600,
    "product": {"name": "Comic Books1", "price": 1600},
    "sku": {"sku": "Comics1", "price": 1600},
}
VASE = {
    "product_id": "prod_0b72b0bd64d198e3ae",
    "price": 1500,
    "product": {"name": "Vase - Boho Vintage", "price": 1500},
}
CUP = {
    "product_id": "prod_0a65b3ff8592d7a5b5",
    "price": 3000,
    "product": {"name": "Koffee Cup", "price": 3000},
}


def calculated(order_id: str, lines: list[tuple[Json, int, int]], off_the_order: int) -> Json:
    """Return the order as its sender calculated it with the redemption."""
    amount = sum(product["price"] * quantity for product, quantity, _ in lines)
    return {
        "id": order_id,
        "status": "PAID",
        "amount": amount,
        "total_amount": amount - off_the_order - sum(off for _, _, off in lines),
        "applied_discount_amount": off_the_order,
        "items": [
            {**product, "quantity": quantity, "applied_discount_amount": off}
            for product, quantity, off in lines
        ],
    }


def history(
    order_id: str,
    customer: str,
    times: tuple[str, str, str],
    redemption: tuple[str, str, str | None],
    lines: list[tuple[Json, int, int]],
    off_the_order: int = 0,
) -> list[Json]:
    """Return the events of an order that is created, redeems a voucher, and is stored.

    `times` are those of the three events; `lines` are product, quantity and item-level discount.
    """
    created_at, redeemed_at, updated_at = times
    redemption_id, voucher, campaign = redemption
    cart = [{**product, "quantity": quantity} for product, quantity, _ in lines]
    created = {"id": order_id, "created_at": created_at, "customer": {"id": customer}}
    return [
        event("order.created", {"order": {**created, "items": cart}}, on=created_at, name="evt_1"),
        event(
            "redemption.succeeded",
            {
                "order": calculated(order_id, lines, off_the_order),
                "redemption": {"id": redemption_id, "date": redeemed_at},
                "voucher": {"id": voucher, "campaign_id": campaign},
            },
            on=redeemed_at,
            name="evt_2",
        ),
        event("order.updated", {"order": {"id": order_id}}, on=updated_at, name="evt_3"),
    ]


HISTORIES = [
    history(
        "ord_3JkWC6jG0JgyRf5lO3r4IyU1",
        "cust_tAED42tFhLM9v7GmZUaklJFd",
        ("2022-09-09T07:04:22.597Z", "2022-09-09T07:04:22.692Z", "2022-09-09T07:04:23.743Z"),
        ("r_0ba9fffae90e1b2495", "v_24rljiUfdLNC9poBf0BPNmoh2txzFkLs", None),
        [(IPHONE, 1, 7000), (COMICS, 1, 160), (VASE, 1, 150)],
    ),
    history(
        "ord_HwdbziIPvUZJkIC7z74FKmPv",
        "cust_tAED42tFhLM9v7GmZUaklJFd",
        ("2022-09-09T06:47:14.195Z", "2022-09-09T06:47:14.369Z", "2022-09-09T06:47:15.369Z"),
        ("r_0ba9fc0eb00e1b2230", "v_3vEprqa6tbzfhFtpjr4mDlkNchXepW7s", None),
        [(COMICS, 1, 0), (IPHONE, 1, 0)],
        off_the_order=7160,
    ),
    history(
        "ord_Qg5utCohAZ3tafYvc1O4C80r",
        "cust_tAED42tFhLM9v7GmZUaklJFd",
        ("2022-09-09T06:42:34.083Z", "2022-09-09T06:42:34.183Z", "2022-09-09T06:42:35.169Z"),
        (
            "r_0ba9fafd11d28ed999",
            "v_RaMaTT7F0Q47BetdGcFxsyqwo1aZGzJs",
            "camp_hg7ajfHh6DcE1xa18mw3SdF6",
        ),
        [(IPHONE, 1, 0)],
        off_the_order=4000,
    ),
    history(
        "ord_G9LBb5SOPa36pHdwxUvzkw4P",
        "cust_tAED42tFhLM9v7GmZUaklJFd",
        ("2022-09-09T06:38:17.984Z", "2022-09-09T06:38:18.099Z", "2022-09-09T06:38:19.064Z"),
        (
            "r_0ba9fa02fcd28ed8f1",
            "v_KqP2NOSb4dJb1D6UBhcq7ScPZXun0y40",
            "camp_hC2GdqYtOmTT45zfhib62cK1",
        ),
        [(COMICS, 1, 0), (CUP, 1, 300)],
    ),
    history(
        "ord_7bqlkoHyEJCQuxVZpKfZYNeA",
        "cust_CSnYd37MXmrbS19XCrghjBsv",
        ("2022-09-02T17:12:13.213Z", "2022-09-02T17:12:13.293Z", "2022-09-02T17:12:13.969Z"),
        (
            "r_0ba187f9bb45792c13",
            "v_pg6DhwhmeZASoSoJ15PdzMT9MhsPjYuc",
            "camp_W8DJVd8J0btqXT6FBwn7BSkC",
        ),
        [(COMICS, 4, 0), (VASE, 4, 0), (IPHONE, 4, 900)],
    ),
]
