"""The invariants of every served order, and of the projection state that is stored with it.

The worker checks them before each write, and the tests check the same ones. Violations name only
fields and numbers, never an event's free text, so that they are safe to log.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

from order_projector.domain.details import EventDetails
from order_projector.domain.facts import (
    Erasure,
    Fact,
    Payment,
    Redemption,
    Refund,
    Void,
)
from order_projector.domain.limits import LARGEST_AMOUNT, LARGEST_QUANTITY

_DISCOUNTS: Final = ("discount_amount", "items_discount_amount", "total_discount_amount")
_OF_ORDER: Final = dict.fromkeys(
    ("amount", "initial_amount", *_DISCOUNTS, "total_amount"), LARGEST_AMOUNT
)
_OF_ITEM: Final = dict.fromkeys(
    ("amount", "initial_amount", "discount_amount", "price", "subtotal_amount"), LARGEST_AMOUNT
) | dict.fromkeys(("quantity", "initial_quantity", "discount_quantity"), LARGEST_QUANTITY)
_OF_PAYMENT: Final = dict.fromkeys(("amount", "captured_amount", "refunded_amount"), LARGEST_AMOUNT)
"""The largest value of each number that is served; the smallest is 0."""

Order = Mapping[str, Any]

_NOTHING: Final[Order] = {}


class CheckedState(Protocol):
    """The part of `ProjectionState` that is checked here."""

    @property
    def counter(self) -> int: ...

    @property
    def revision(self) -> int: ...

    @property
    def facts(self) -> Mapping[str, object]: ...

    @property
    def digests(self) -> Mapping[str, str]: ...

    @property
    def causes(self) -> Sequence[str]: ...

    @property
    def pending(self) -> Sequence[str]: ...

    @property
    def retired(self) -> Sequence[str]: ...

    @property
    def erased(self) -> bool: ...

    @property
    def offsets(self) -> Mapping[tuple[str, int], int]: ...


def order_violations(order: Order, facts: Iterable[Fact]) -> tuple[str, ...]:
    """Return the invariants that a served order of these facts violates."""
    return violations_of(order, lambda: any(map(states_an_amount, facts)))


def violations_of(
    order: Order, is_stated: Callable[[], bool], before: Order = _NOTHING
) -> tuple[str, ...]:
    """Return the invariants that a served order violates.

    `is_stated` returns whether a fact of the order states an amount that is not the sum of its own
    items; it is called only if that matters. ``before`` is an earlier order that violates none:
    what is still the same object need not be looked at again.
    """
    items: Sequence[Order] = order.get("items", ())
    is_new = items is not before.get("items") or any(
        order.get(name) is not before.get(name) for name in _OF_ORDER
    )
    out_of_bounds = _out_of_bounds(order, items) if is_new else []
    if payments := order.get("payments"):
        known = before.get("payments", _NOTHING)
        for nth, (name, payment) in enumerate(payments.items()):
            if payment is not known.get(name) and not _is_within(payment, _OF_PAYMENT):
                out_of_bounds += _bounds(f"payments[{nth}].", payment, _OF_PAYMENT)
    if out_of_bounds:
        return tuple(out_of_bounds)  # the sums below need integers within bounds
    if not is_new:
        return ()
    found = [*_totals(order, items), *_amount(order, items, is_stated)]
    for nth, item in enumerate(items):
        found += _item(f"items[{nth}].", item)
    return tuple(found)


def state_violations(
    before: CheckedState, after: CheckedState, known: Collection[str]
) -> tuple[str, ...]:
    """Return the invariants violated by a new state that follows an old one.

    `known` are the ids of the events whose facts the old one has. An event causes at most one
    revision: one whose facts were known before, and that is not pending, cannot be a new cause. A
    revision that no new event has made has no causes. Only an erasure takes facts away, and it is a
    revision.
    """
    turned = after.digests != before.digests or after.erased != before.erased
    new = set(after.causes if turned else after.pending)
    listed = new.intersection(known).difference(before.pending)
    return tuple(
        message
        for holds, message in (
            (after.counter == before.counter + 1, "the counter does not grow by one"),
            (
                after.revision == before.revision + turned,
                "the revision does not grow by one exactly with a change of the served order",
            ),
            (
                len(new) == len(after.causes if turned else after.pending),
                "an event is named twice among the causes",
            ),
            (
                not listed and new.isdisjoint(before.retired),
                "an event is a cause that has been one before",
            ),
            (after.erased or before.facts.keys() <= after.facts.keys(), "a fact is lost"),
            (
                all(after.offsets.get(at, -1) >= last for at, last in before.offsets.items()),
                "an offset goes back",
            ),
        )
        if not holds
    )


def _out_of_bounds(order: Order, items: Sequence[Order]) -> list[str]:
    found = _bounds("", order, _OF_ORDER)
    for nth, item in enumerate(items):
        if not _is_within(item, _OF_ITEM):
            found += _bounds(f"items[{nth}].", item, _OF_ITEM)
    return found


def _is_within(held: Order, largest: Mapping[str, int]) -> bool:
    for name in largest.keys() & held.keys():
        value = held[name]
        if type(value) is not int or not 0 <= value <= largest[name]:
            return False
    return True


def _bounds(path: str, held: Order, largest: Mapping[str, int]) -> list[str]:
    found = []
    for name, most in largest.items():
        value = held.get(name, 0)
        if type(value) is not int:
            found.append(f"{path}{name} is no integer")
        elif not 0 <= value <= most:
            found.append(f"{path}{name} {value} is not between 0 and {most}")
    return found


def _totals(order: Order, items: Sequence[Order]) -> Iterator[str]:
    amount, total = order.get("amount"), order.get("total_amount")
    of_order, of_items, discount = (order.get(name, 0) for name in _DISCOUNTS)
    if (amount is None) != (total is None):
        yield "amount and total_amount are not known together"
    if discount != of_order + of_items:
        yield (
            f"total_discount_amount {discount} is not discount_amount {of_order} "
            f"+ items_discount_amount {of_items}"
        )
    if amount is not None and total != amount - discount:
        yield f"total_amount {total} is not amount {amount} - total_discount_amount {discount}"
    of_lines = sum(item.get("discount_amount", 0) for item in items)
    if of_items != min(of_lines, amount or 0):
        yield (
            f"items_discount_amount {of_items} is not the lines' discounts {of_lines} "
            f"within amount {amount or 0}"
        )
    if ("initial_amount" in order) != any("initial_amount" in item for item in items):
        yield "initial_amount is not there exactly where a line has one"


def _item(path: str, item: Order) -> list[str]:
    found = []
    amount, discount = item.get("amount", 0), item.get("discount_amount", 0)
    if discount > amount:
        found.append(f"{path}discount_amount {discount} is more than amount {amount}")
    if item.get("subtotal_amount", 0) != amount - discount:
        found.append(
            f"{path}subtotal_amount {item.get('subtotal_amount')} is not amount {amount} "
            f"- discount_amount {discount}"
        )
    if item.get("discount_quantity", 0) > item.get("quantity", 0):
        found.append(f"{path}discount_quantity is more than quantity")
    return found


def _amount(order: Order, items: Sequence[Order], is_stated: Callable[[], bool]) -> Iterator[str]:
    """Check that the amount is the sum of its items, unless a sender states another."""
    amounts = [item["amount"] for item in items if "amount" in item]
    if not amounts or len(amounts) < len(items):
        return
    summed = min(sum(amounts), LARGEST_AMOUNT)
    if order.get("amount") != summed and not is_stated():
        yield f"amount {order.get('amount')} is not the sum of its items, {summed}"


def states_an_amount(fact: Fact) -> bool:
    """Return whether the fact states an amount that is not the sum of its own items."""
    match fact:
        case Payment() | Refund() | Void() | Erasure():
            return False
        case Redemption(afterwards=EventDetails() as afterwards):
            return _differs(fact.details) or _differs(afterwards)
        case _:
            return _differs(fact.details)


def _differs(details: EventDetails) -> bool:
    if details.discrepancy or details.amount is None:
        return bool(details.discrepancy)
    return not details.has_amounts
