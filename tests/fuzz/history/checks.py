"""What must hold for the served order after each event, whatever the arrival order."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import orjson

from tests.fuzz.history.books import Key, Ordered
from tests.fuzz.history.fold import Worker
from tests.fuzz.history.names import expected_of, named_anew, orders_of
from tests.fuzz.history.shop import Right, Sent

Json = dict[str, Any]

OF_MONEY = ("other_currency", "refund_exceeds_payment")


class Violation(Exception):
    """The served order is wrong; the message says after which event, and how."""


def check_prefixes(history: Sequence[Sent]) -> Worker:
    """Check the served order after each event; raise `Violation` if it is wrong."""
    worker = Worker()
    for sent in history:
        try:
            worker.take([sent.event])
        except Exception as error:
            raise Violation(f"after {sent.event['id']}: {error!r}") from error
        if sent.right is None:
            continue
        differences = list(_differences(worker.served, sent.right))
        differences += _flag_differences(worker.flags, sent.right)
        if differences:
            raise Violation(f"after {sent.event['id']}: " + "; ".join(differences))
    return worker


def check_arrival(events: list[Json], expected: Worker, random: Random) -> None:
    """Check that shuffled batches of the events, some of them twice, give the same result."""
    arrival = events + random.sample(events, random.randint(0, len(events)))
    random.shuffle(arrival)
    other = Worker()
    while arrival:
        size = random.randint(1, len(arrival))
        batch, arrival = arrival[:size], arrival[size:]
        try:
            other.take(batch)
        except Exception as error:
            names = [event["id"] for event in batch]
            raise Violation(f"another arrival, at {names}: {error!r}") from error
    if other.text != expected.text:
        found, right = other.text.decode(), expected.text.decode()
        raise Violation(f"another arrival makes {found}, not {right}")
    if other.flags != expected.flags:
        raise Violation(f"another arrival notices {other.flags}, not {expected.flags}")


def check_names(history: Sequence[Sent], expected: Worker, random: Random) -> None:
    """Check that the order is the same if some events name it by its source id alone."""
    events = named_anew(history, random)
    orders, right = orders_of(events, random), expected_of(expected, events)
    if [orjson.dumps(order) for order in orders.values()] != [orjson.dumps(right)]:
        raise Violation(f"with the shop's number it is {orders}, not {right}")


def _flag_differences(flags: Sequence[tuple[str, str, str]], right: Right) -> Iterator[str]:
    """Yield wrong flags about money, and every flag about carried or unknown redemptions.

    All events are present, so no discount may be carried and no redemption unknown.
    """
    of_money = {(code, about) for code, _, about in flags if code in OF_MONEY}
    if of_money != right.flags:
        yield f"noticed of the money is {sorted(of_money)}, right is {sorted(right.flags)}"
    for code, event, about in flags:
        if code in ("carried_discount", "unknown_redemption"):
            yield f"{code} is noticed at {event} of {about}"


def _differences(served: Json, right: Right) -> Iterator[str]:
    expected_fields: dict[str, Any] = {
        "status": right.status,
        "amount": right.amount,
        "total_amount": right.total_amount,
        "discount_amount": right.discount_amount or None,
        "items_discount_amount": right.items_discount_amount or None,
        "total_discount_amount": right.discount_amount + right.items_discount_amount or None,
    }
    for name, expected in expected_fields.items():
        if served.get(name) != expected:
            yield f"{name} is {served.get(name)}, right is {expected}"
    yield from _line_differences(served, right.lines)
    yield from _member_differences("rollbacks", _rollbacks(served), right.rollbacks)
    for name, payment in right.payments.items():
        found = served.get("payments", {}).get(name, {})
        yield from _member_differences(name, {it: found.get(it) for it in payment}, payment)
    if right.alone is not None:
        yield from _what_is_left(served, right.alone)
    yield from _sums(served)


def _rollbacks(served: Json) -> Json:
    """Return the rollback of each redemption, and of each child of a stack that has one."""
    entries = served.get("redemptions", {})
    whole = {name: it["rollback_id"] for name, it in entries.items() if "rollback_id" in it}
    return whole | {
        rollback[3:].rsplit("#")[0]: rollback
        for it in entries.values()
        for rollback in it.get("rollback_stacked", ())
    }


def _member_differences(what: str, found: Json, right: Json) -> Iterator[str]:
    if found != right:
        yield f"{what}: {found}, right is {right}"


def _line_differences(served: Json, right: dict[Key, dict[str, int | None]]) -> Iterator[str]:
    lines = _by_key(served.get("items", ()))
    if lines.keys() != right.keys():
        yield f"lines are {sorted(lines)}, right are {sorted(right)}"
        return
    for key, item in lines.items():
        for name, expected in right[key].items():
            found = item.get(name, 0 if name.startswith("discount_") else None)
            if name == "initial_quantity" and found is None:
                found = item["quantity"]
            if found != expected:
                yield f"{name} of {key} is {found}, right is {expected}"


def _what_is_left(served: Json, cart: Sequence[Ordered]) -> Iterator[str]:
    """Check that only the customer's cart is left if no redemption is in force."""
    found = [
        (item.get("product_id"), item.get("sku_id"), item["quantity"], item.get("amount"))
        for item in served.get("items", ())
    ]
    left = [(it.product.id, it.product.sku, it.quantity, it.amount) for it in cart]
    if found != left:
        yield f"without redemptions {found} is left, right is the cart {left}"
    discounted = [name for name in served if "discount" in name]
    if discounted or any("discount_amount" in item for item in served.get("items", ())):
        yield "without redemptions a discount is left"


def _by_key(items: Sequence[Json]) -> dict[Key, Json]:
    seen: dict[str, int] = {}
    lines: dict[Key, Json] = {}
    for item in items:
        sku = item.get("sku_id")
        name = item["product_id"] if sku is None else f"{item['product_id']}/{sku}"
        lines[name, seen.get(name, 0)] = item
        seen[name] = seen.get(name, 0) + 1
    return lines


def _sums(served: Json) -> Iterator[str]:
    """Yield violations of the served order's formulas, which hold for every history."""
    items = served.get("items", [])
    for item in items:
        amount, discount = item.get("amount"), item.get("discount_amount", 0)
        if amount is not None and not 0 <= discount <= amount:
            yield f"a line of {amount} has {discount} off"
        if amount is not None and item["subtotal_amount"] != amount - discount:
            yield f"a line's subtotal is {item['subtotal_amount']}"
    total = served.get("discount_amount", 0) + served.get("items_discount_amount", 0)
    if "amount" in served and served["total_amount"] != served["amount"] - total:
        yield "total_amount is not amount less the discounts"
    if any(value < 0 for value in served.values() if isinstance(value, int)):
        yield "something is negative"
