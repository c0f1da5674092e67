"""The table of money: every event, with total, money kept and status before and after it.

`docs/reference/money.md` shows the same rows and says how to read them.
"""

from typing import Final, NamedTuple


class Row(NamedTuple):
    """An event after others, and what it changes: `before → after`, or the unchanged value."""

    rule: str
    before: str
    event: str
    total: str
    kept: str
    status: str


_ORDER_EVENTS: Final = (
    Row("a new order is CREATED", "nothing", "order of 1000", "- → 1000", "0", "CREATED"),
    Row("even if nothing is known of it", "nothing", "order.updated", "-", "0", "CREATED"),
    Row("a given status", "order of 1000", "order.updated as PAID", "1000", "0", "CREATED → PAID"),
    Row("a given status, back", "order of 1000 as PAID", "order.updated as CREATED", "1000", "0",
        "PAID → CREATED"),
    Row("no given status", "order of 1000 as PAID", "order.updated", "1000", "0", "PAID"),
    Row("named after it", "order of 1000", "order.paid", "1000", "0", "CREATED → PAID"),
    Row("named after it", "order of 1000 as FULFILLED", "order.paid", "1000", "0",
        "FULFILLED → PAID"),
    Row("named after it", "order of 1000 as PAID", "order.canceled", "1000", "0",
        "PAID → CANCELED"),
    Row("named after it", "order of 1000 as CANCELED", "order.fulfilled", "1000", "0",
        "CANCELED → FULFILLED"),
    Row("named after it", "order of 1000 as PAID", "order.processing", "1000", "0",
        "PAID → PROCESSING"),
)  # fmt: skip

_REDEMPTIONS: Final = (
    Row("a new order is CREATED", "nothing", "redemption", "-", "0", "CREATED"),
    Row("no given status", "order of 1000 as PAID", "redemption takes 100", "1000 → 900", "0",
        "PAID"),
    Row("a given status", "order of 1000", "redemption as PAID", "1000", "0", "CREATED → PAID"),
    Row("leaves no trace", "order of 1000", "redemption.failed", "1000", "0", "CREATED"),
    Row("no redemption remains", "order of 1000 as PAID, redemption takes 100", "rollback",
        "900 → 1000", "0", "PAID → CANCELED"),
    Row("whatever is paid", "order of 1000, A succeeded 1000, redemption takes 100", "rollback",
        "900 → 1000", "1000", "PAID → CANCELED"),
    Row("a redemption remains",
        "order of 1000 as PAID, redemption takes 100, redemption takes 50", "rollback",
        "850 → 900", "0", "PAID"),
    Row("a given status", "order of 1000, redemption takes 100", "rollback as PAID", "900 → 1000",
        "0", "CREATED → PAID"),
    Row("leaves no trace", "order of 1000, redemption takes 100", "redemption.rollback.failed",
        "900", "0", "CREATED"),
)  # fmt: skip

_AUTHORIZED: Final = (
    Row("PROCESSING if CREATED", "nothing", "A authorized 1000", "-", "0", "CREATED → PROCESSING"),
    Row("PROCESSING if CREATED", "order of 1000", "A authorized 1000", "1000", "0",
        "CREATED → PROCESSING"),
    *(
        Row("else unchanged", f"order of 1000 as {status}", "A authorized 1000", "1000", "0",
            status)
        for status in ("PROCESSING", "PAID", "CANCELED", "FULFILLED")
    ),
)  # fmt: skip

_SUCCEEDED: Final = (
    Row("the total is not known", "nothing", "A succeeded 1000", "-", "0 → 1000",
        "CREATED → PROCESSING"),
    Row("covered", "order of 1000", "A succeeded 1000", "1000", "0 → 1000", "CREATED → PAID"),
    Row("covered", "order of 1000 as PROCESSING", "A succeeded 1001", "1000", "0 → 1001",
        "PROCESSING → PAID"),
    Row("covered", "order of 1000 as CANCELED", "A succeeded 1000", "1000", "0 → 1000",
        "CANCELED → PAID"),
    Row("PAID already", "order of 1000 as PAID", "A succeeded 1000", "1000", "0 → 1000", "PAID"),
    Row("FULFILLED stays", "order of 1000 as FULFILLED", "A succeeded 1000", "1000", "0 → 1000",
        "FULFILLED"),
    Row("not covered", "order of 1000", "A succeeded 999", "1000", "0 → 999",
        "CREATED → PROCESSING"),
    Row("not covered", "order of 1000 as PROCESSING", "A succeeded 999", "1000", "0 → 999",
        "PROCESSING"),
    Row("not covered", "order of 1000 as CANCELED", "A succeeded 999", "1000", "0 → 999",
        "CANCELED"),
    Row("a later order.processing stays until the money or the total changes",
        "order of 1000, A succeeded 1000", "order.processing", "1000", "1000",
        "PAID → PROCESSING"),
    Row("nothing to pay", "order of 0", "A succeeded 0", "0", "0", "CREATED → PAID"),
    Row("payments add up", "order of 1000, A succeeded 400", "B succeeded 600", "1000",
        "400 → 1000", "PROCESSING → PAID"),
)  # fmt: skip

_CAPTURED: Final = (
    Row("a part", "order of 1000, A authorized 1000", "A captured 400", "1000", "0 → 400",
        "PROCESSING"),
    Row("captures add up", "order of 1000, A captured 400", "A captured 600", "1000", "400 → 1000",
        "PROCESSING → PAID"),
    Row("the greater of the two sums counts", "order of 1000, A captured 400", "A succeeded 1000",
        "1000", "400 → 1000", "PROCESSING → PAID"),
    Row("the greater of the two sums counts", "order of 1000, A succeeded 1000", "A captured 400",
        "1000", "1000", "PAID"),
    Row("the greater of the two sums counts", "order of 1000, A succeeded 300, A captured 200",
        "A captured 200", "1000", "300 → 400", "PROCESSING"),
    Row("another payment is other money", "order of 1000, A succeeded 600", "B captured 400",
        "1000", "600 → 1000", "PROCESSING → PAID"),
)  # fmt: skip

_FAILED: Final = (
    *(
        Row("never succeeded", f"order of 1000 as {status}", "A failed", "1000", "0", status)
        for status in ("CREATED", "PROCESSING", "PAID", "CANCELED", "FULFILLED")
    ),
    Row("known only from a refund, so never succeeded", "order of 1000 as PAID, A refunded 300",
        "A failed", "1000", "0", "PAID"),
    Row("bounced, not covered", "order of 1000, A succeeded 1000", "A failed", "1000", "1000 → 0",
        "PAID → PROCESSING"),
    Row("bounced, all its captures with it", "order of 1000, A captured 400, A captured 600",
        "A failed", "1000", "1000 → 0", "PAID → PROCESSING"),
    Row("bounced, not covered by the rest", "order of 1000, A succeeded 400, B succeeded 600",
        "A failed", "1000", "1000 → 600", "PAID → PROCESSING"),
    Row("bounced, covered by the rest", "order of 1000, A succeeded 1000, B succeeded 1000",
        "A failed", "1000", "2000 → 1000", "PAID"),
    Row("bounced, nothing to pay", "order of 0, A succeeded 5", "A failed", "0", "5 → 0", "PAID"),
    Row("bounced, the total is not known", "A succeeded 1000, order.paid", "A failed", "-",
        "1000 → 0", "PAID → PROCESSING"),
    Row("bounced after all of it was refunded",
        "order of 1000, A succeeded 1000, A refunded 1000, order.paid", "A failed", "1000", "0",
        "PAID → PROCESSING"),
    *(
        Row("bounced, not PAID", f"order of 1000, A succeeded 1000, order.updated as {status}",
            "A failed", "1000", "1000 → 0", status)
        for status in ("CREATED", "PROCESSING", "CANCELED", "FULFILLED")
    ),
    Row("what it takes later counts", "order of 1000, A succeeded 1000, A failed",
        "A captured 1000", "1000", "0 → 1000", "PROCESSING → PAID"),
    Row("its refunds stay", "order of 1000, A succeeded 1000, A refunded 300, A failed",
        "A captured 1000", "1000", "0 → 700", "PROCESSING"),
    Row("another payment takes its place", "order of 1000, A succeeded 1000, A failed",
        "B succeeded 1000", "1000", "0 → 1000", "PROCESSING → PAID"),
)  # fmt: skip

_CANCELED: Final = (
    Row("no money is kept", "order of 1000", "A canceled", "1000", "0", "CREATED → CANCELED"),
    Row("no money is kept", "order of 1000, A authorized 1000", "A canceled", "1000", "0",
        "PROCESSING → CANCELED"),
    Row("no money is kept after a bounce", "order of 1000, A succeeded 1000, A failed",
        "B canceled", "1000", "0", "PROCESSING → CANCELED"),
    Row("a payment of nothing keeps none", "order of 1000, A succeeded 0", "B canceled", "1000",
        "0", "PROCESSING → CANCELED"),
    *(
        Row("not open", f"order of 1000 as {status}", "A canceled", "1000", "0", status)
        for status in ("PAID", "CANCELED", "FULFILLED")
    ),
    Row("money is kept", "order of 1000, A succeeded 1", "B canceled", "1000", "1", "PROCESSING"),
    Row("what it took is kept", "order of 1000, A succeeded 1", "A canceled", "1000", "1",
        "PROCESSING"),
)  # fmt: skip

_REFUNDED: Final = (
    *(
        Row("from something to nothing",
            f"order of 1000, A succeeded 1000, order.updated as {status}", "A refunded 1000",
            "1000", "1000 → 0", "CANCELED" if status == "CANCELED" else f"{status} → CANCELED")
        for status in ("CREATED", "PROCESSING", "PAID", "CANCELED", "FULFILLED")
    ),
    Row("in parts", "order of 1000, A succeeded 1000, A refunded 400", "A refunded 600", "1000",
        "600 → 0", "PAID → CANCELED"),
    Row("something is left", "order of 1000, A succeeded 1000", "A refunded 999", "1000",
        "1000 → 1", "PAID"),
    Row("another payment is left", "order of 1000, A succeeded 1000, B succeeded 10",
        "A refunded 1000", "1000", "1010 → 10", "PAID"),
    Row("more than its payment took", "order of 1000, A succeeded 500", "A refunded 800", "1000",
        "500 → 0", "PROCESSING → CANCELED"),
    Row("more than its payment took: nothing from another",
        "order of 1000, A succeeded 500, B succeeded 500", "A refunded 800", "1000", "1000 → 500",
        "PAID"),
    Row("more than its payment took: nothing from a later one",
        "order of 1000, A succeeded 500, A refunded 800", "B succeeded 1000", "1000", "0 → 1000",
        "CANCELED → PAID"),
    Row("a refund of nothing", "order of 1000, A authorized 1000", "A refunded 0", "1000", "0",
        "PROCESSING"),
    Row("a refund of nothing", "order of 1000, A succeeded 1000", "A refunded 0", "1000", "1000",
        "PAID"),
    Row("from nothing to nothing: before its payment", "order of 1000", "A refunded 300", "1000",
        "0", "CREATED"),
    Row("from nothing to nothing: after a bounce", "order of 1000, A succeeded 1000, A failed",
        "A refunded 1000", "1000", "0", "PROCESSING"),
    Row("counts once its payment has succeeded", "order of 1000, A refunded 300",
        "A succeeded 1000", "1000", "0 → 700", "CREATED → PROCESSING"),
    Row("counts once its payment has succeeded", "order of 1000, A refunded 1000",
        "A succeeded 1000", "1000", "0", "CREATED → PROCESSING"),
)  # fmt: skip

_CURRENCIES: Final = (
    Row("another currency does not count", "order of 1000, A succeeded 500 USD",
        "B succeeded 500 JPY", "1000", "500", "PROCESSING"),
    Row("of a capture, too", "order of 1000, A captured 400 USD", "A captured 600 EUR", "1000",
        "400", "PROCESSING"),
    Row("of a refund, too", "order of 1000, A succeeded 1000 USD", "A refunded 1000 EUR", "1000",
        "1000", "PAID"),
    Row("letter case is ignored", "order of 1000, A succeeded 500 USD", "B succeeded 500 usd",
        "1000", "500 → 1000", "PROCESSING → PAID"),
    Row("what names none counts", "order of 1000, A succeeded 500 USD", "B succeeded 500", "1000",
        "500 → 1000", "PROCESSING → PAID"),
    Row("what names none counts", "order of 1000, A succeeded 1000 USD", "A refunded 1000", "1000",
        "1000 → 0", "PAID → CANCELED"),
    Row("the earliest success that names one decides", "order of 1000, A succeeded 500",
        "B succeeded 500 JPY", "1000", "500 → 1000", "PROCESSING → PAID"),
    Row("only a success decides", "order of 1000, A authorized 1000 EUR, A refunded 5 EUR",
        "B succeeded 1000 USD", "1000", "0 → 1000", "PROCESSING → PAID"),
    Row("until then everything counts", "order of 1000, A succeeded 100", "A refunded 100 EUR",
        "1000", "100 → 0", "PROCESSING → CANCELED"),
    Row("from then on earlier events do not count either",
        "order of 1000, A succeeded 100, A refunded 100 EUR", "B succeeded 900 USD", "1000",
        "0 → 1000", "CANCELED → PAID"),
    Row("what did not count cannot bounce",
        "order of 1000, A succeeded 1000 USD, B succeeded 1000 JPY", "B failed", "1000", "1000",
        "PAID"),
    Row("it is a success all the same", "order of 1000, A succeeded 1000 USD, order.canceled",
        "B succeeded 5 JPY", "1000", "1000", "CANCELED → PAID"),
)  # fmt: skip

_SETTLEMENT: Final = (
    Row("a payment before its order", "A succeeded 900", "order of 900", "- → 900", "900",
        "PROCESSING → PAID"),
    Row("not covered", "A succeeded 900", "order of 1000", "- → 1000", "900", "PROCESSING"),
    Row("a discount", "order of 1000, A succeeded 900", "redemption takes 100", "1000 → 900",
        "900", "PROCESSING → PAID"),
    Row("a lower amount", "order of 1000, A succeeded 900", "order.updated 900", "1000 → 900",
        "900", "PROCESSING → PAID"),
    Row("a higher amount takes nothing back", "order of 1000, A succeeded 1000",
        "order.updated 5000", "1000 → 5000", "1000", "PAID"),
    Row("a partial refund of an open order", "order of 500, A succeeded 1000, order.processing",
        "A refunded 500", "500", "1000 → 500", "PROCESSING → PAID"),
    Row("a bounce that leaves enough",
        "order of 1000, A succeeded 1000, B succeeded 1000, order.processing", "A failed", "1000",
        "2000 → 1000", "PROCESSING → PAID"),
    Row("no payment has succeeded", "order of 1000, A authorized 1000", "order.updated 0",
        "1000 → 0", "0", "PROCESSING"),
    Row("one has, though its money is not kept", "order of 1000, A succeeded 500, A failed",
        "order.updated 0", "1000 → 0", "0", "PROCESSING → PAID"),
    Row("FULFILLED is not open", "order of 1000, A succeeded 900, order.fulfilled",
        "order.updated 900", "1000 → 900", "900", "FULFILLED"),
)  # fmt: skip

_REVIVAL: Final = (
    Row("not by an authorized payment", "order of 1000, A succeeded 1000, order.canceled",
        "B authorized 5", "1000", "1000", "CANCELED"),
    Row("not by a lower amount", "order of 1000, A succeeded 900, order.canceled",
        "order.updated 900", "1000 → 900", "900", "CANCELED"),
    Row("not by a discount", "order of 1000, A succeeded 900, order.canceled",
        "redemption takes 100", "1000 → 900", "900", "CANCELED"),
    Row("not by a refund that leaves enough", "order of 500, A succeeded 1000, order.canceled",
        "A refunded 500", "500", "1000 → 500", "CANCELED"),
    Row("by a success, if the money kept covers the total",
        "order of 1000, A succeeded 1000, order.canceled", "B succeeded 0", "1000", "1000",
        "CANCELED → PAID"),
    Row("by a success after a full refund", "order of 1000, A succeeded 1000, A refunded 1000",
        "B succeeded 1000", "1000", "0 → 1000", "CANCELED → PAID"),
)  # fmt: skip

SECTIONS: Final = {
    "`order.*`": _ORDER_EVENTS,
    "Redemptions and rollbacks": _REDEMPTIONS,
    "`payment.authorized`": _AUTHORIZED,
    "`payment.succeeded`": _SUCCEEDED,
    "`payment.succeeded` with a capture": _CAPTURED,
    "`payment.failed`": _FAILED,
    "`payment.canceled`": _CANCELED,
    "`payment.refunded`": _REFUNDED,
    "Currencies": _CURRENCIES,
    "Settlement": _SETTLEMENT,
    "Canceled orders": _REVIVAL,
}
"""The rows by section of the table."""
