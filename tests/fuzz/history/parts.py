"""What must hold for parts of a history: without its beginning, or with an event voided."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from tests.fuzz.history.checks import Violation
from tests.fuzz.history.fold import Worker
from tests.fuzz.history.shop import Sent

Json = dict[str, Any]

_TIMES = ("created_at", "updated_at")
_NOTHING_KNOWN: Json = {"id": "ord_1", "status": "CREATED", "metadata": {}, "object": "order"}
"""What is served of an order whose events are all void."""


def check_suffixes(history: Sequence[Sent], random: Random, whole: bytes) -> None:
    """Check the views that begin at some event of the history, and complete one of them.

    After an event that states the totals of all redemptions, the total is the sender's, whatever is
    missing before it. The exceptions:

    - Once the suffix has a redemption priced by the worker, nothing more is checked: the sender's
      totals may or may not include it. (A missing rollback would show; a suffix misses no rollback
      of a redemption that it has.)
    - An order of which only the amount is known is not checked once an event has named units that
      it was given: its amount no longer says what they cost.
    - If a sender does not say which units are a redemption's own, those of an earlier, missing
      redemption seem to be its own, and stay when the earlier one is rolled back. Nothing more is
      checked after that.
    - If the discounts exceed the order, a rollback may change no total, so that without the other
      redemptions it seems to keep its discount. Nothing more is checked after that.
    """
    completed = random.randrange(len(history))
    for start in range(1, len(history)):
        worker = _check_suffix(history[:start], history[start:])
        if start == completed:
            missing = [sent.event for sent in history[:start]]
            random.shuffle(missing)
            worker.take(missing)
            if worker.text != whole:
                raise Violation(
                    f"from {history[start].event['id']} on, and then completed, it is "
                    f"{worker.text.decode()}, not {whole.decode()}"
                )


def _check_suffix(missing: Sequence[Sent], suffix: Sequence[Sent]) -> Worker:
    worker = Worker()
    is_plain, tells_units = True, True
    names = {sent.redemption for sent in missing if sent.redemption}
    for sent in suffix:
        before = worker.served
        try:
            worker.take([sent.event])
        except Exception as error:
            raise Violation(f"from {suffix[0].event['id']} on: {error!r}") from error
        is_plain = is_plain and not sent.is_priced
        tells_units = tells_units and (sent.redemption is None or _tells_units(sent.states))
        is_plain = is_plain and (tells_units or sent.undoes not in names)
        is_plain = is_plain and not (sent.undoes and _has_totals_of(sent.states, before))
        if sent.states and is_plain and _tells_all(sent.states, worker.served):
            differences = list(_stated(worker.served, sent.states))
            if differences:
                where = f"from {suffix[0].event['id']} to {sent.event['id']}"
                raise Violation(f"{where}: " + "; ".join(differences))
    return worker


def _has_totals_of(order: Json | None, served: Json) -> bool:
    totals = ("amount", "total_amount")
    return order is not None and all(order[name] == served.get(name) for name in totals)


def _tells_units(order: Json | None) -> bool:
    """Return whether a redemption's calculated order says which units are its own, if any."""
    items = (order or {}).get("items", ())
    return all("applied_quantity" in it or "initial_quantity" not in it for it in items)


def _tells_all(order: Json, served: Json) -> bool:
    """Return whether a calculated order adds up and names the lines, if there are any."""
    items = order.get("items", ())
    of_items = sum(it.get("discount_amount", 0) for it in items) or order.get(
        "items_discount_amount", 0
    )
    discounts = order.get("discount_amount", 0) + of_items
    adds_up = order["total_amount"] == order["amount"] - discounts
    return bool(adds_up and (items or "items" not in served))


def _stated(served: Json, stated: Json) -> Iterator[str]:
    for name in ("amount", "total_amount"):
        if served.get(name) != stated[name]:
            yield f"{name} is {served.get(name)}, stated {stated[name]}"
    found, right = _quantities(served), _quantities(stated)
    if right and found != right:
        yield f"the lines' quantities are {found}, stated {right}"


def _quantities(order: Json) -> list[tuple[str, str, int]]:
    """Return the quantities of the lines that have units and an amount.

    A line without units of the customer's exists only for those that know its redemption. For a
    line without an amount, some senders do not say which redemption its units come from.
    """
    return sorted(
        (item["product_id"], item.get("sku_id", ""), item["quantity"])
        for item in order.get("items", ())
        if item["quantity"] and "amount" in item
    )


def check_voids(history: Sequence[Sent], random: Random) -> None:
    """Check that voiding an event removes its effect, and that voiding the void restores it.

    The times are not compared, since they include those of the voids.
    """
    events = [sent.event for sent in history]
    place = random.randrange(len(events))
    others = events[:place] + events[place + 1 :]
    void = _void(events[place]["id"], 1)
    expected = _worker(others)
    _compare(_shuffled([*events, void], random), expected, f"voiding {events[place]['id']}")
    expected = _worker(events)
    undone = [*events, void, _void(void["id"], 2)]
    _compare(_shuffled(undone, random), expected, f"voiding and not {events[place]['id']}")


def _void(event: str, minute: int) -> Json:
    return {
        "id": f"void_{minute}",
        "type": "event.voided",
        "created_at": f"2026-03-03T10:{minute:02}:00Z",
        "data": {"order": {"id": "ord_1"}, "voids": event},
    }


def _shuffled(events: list[Json], random: Random) -> list[Json]:
    random.shuffle(events)
    return events


def _worker(events: list[Json]) -> Worker:
    worker = Worker()
    if events:
        worker.take(events)
    return worker


def _compare(events: list[Json], expected: Worker, what: str) -> None:
    found, right = _told(_worker(events)), _told(expected)
    if found != right:
        raise Violation(f"{what} makes {found}, not {right}")


def _told(worker: Worker) -> tuple[Json, list[tuple[str, str, str]]]:
    """Return what is served without the times, and the flags other than ``unknown_event``.

    An order whose events are all void equals one of which nothing is known.
    """
    served = worker.served or _NOTHING_KNOWN
    nobody = {"source_id": None, "customer_id": None, "referrer_id": None}
    known = {name: it for name, it in (nobody | served).items() if name not in _TIMES}
    return known, [flag for flag in worker.flags if flag[0] != "unknown_event"]
