"""The JSON form of an order's state at one point on its timeline, for a checkpoint of the fold.

It is exact: folding on from a state that was written and read gives what folding on from the state
itself gives. `FORM` is raised with every change of it; a checkpoint of another form is not read,
and the order is folded from its facts.
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from order_projector.domain.cart import Contribution
from order_projector.domain.details import NO_DETAILS
from order_projector.domain.facts import EventStamp, Fact, Related, Rollback, identity
from order_projector.domain.flags import Flag, FlagCode
from order_projector.domain.order import Carried, OrderState, RedemptionEntry
from order_projector.domain.payments import Payments, PaymentState, Takings
from order_projector.domain.prefix import Prefix
from order_projector.domain.status import Status
from order_projector.projection import codec
from order_projector.projection.long_orders import cart_form
from order_projector.projection.long_orders.cart_form import (
    ReadTables,
    Tables,
    read_cart,
    read_contribution,
    write_cart,
    write_contribution,
)
from order_projector.projection.long_orders.on_demand import ReadOnDemand

FORM: Final = 1
"""The number of this form."""

_PLAIN: Final = (
    *("source_id", "metadata", "customer_id", "customer_source_id"),
    *("referrer_id", "referrer_source_id", "stated_created_at", "stated_updated_at"),
    *("first_at", "last_at", "earlier_events", "child_rollbacks"),
)
"""The members of a state that are JSON values as they are."""

_OF_PAYMENT: Final = (
    *("first_event_at", "date", "told", "ends_with_refund", "amount", "captured_amount"),
    *("refunded_amount", "currency", "method", "has_succeeded", "returned", "kept"),
)
"""The members of a payment that are JSON values, in the order of its fields."""

FIELDS: Final[Mapping[type, frozenset[str]]] = {
    **cart_form.FIELDS,
    OrderState: frozenset(_PLAIN)
    | {"status", "cart", "entries", "payments", "applied", "standing", "rollbacks", "carried"}
    | {"events", "flags"},
    RedemptionEntry: frozenset({"id", "at", "related", "stacked"}),
    Related: frozenset({"type", "id", "parent_id", "code"}),
    Carried: frozenset({"contribution", "event", "about"}),
    Flag: frozenset({"code", "event", "about", "message"}),
    Payments: frozenset({"by_id", "kept", "succeeded_once", "currency"})
    | {"uncounted", "undecided", "last_refunds"},
    PaymentState: frozenset(_OF_PAYMENT) | {"taken", "ever_taken"},
    Takings: frozenset({"whole", "captured"}),
    Prefix: frozenset({"order", "place", "flags", "states_an_amount"}),
}

Json = dict[str, Any]


class UnreadableState(Exception):
    """A text that is not a state of this form."""


def write_state(prefix: Prefix) -> str | None:
    """Return the JSON text of a prefix, its place left out; None if JSON as it is cannot hold it.

    An integer beyond 64 bits in what a sender says about a product is such a case.
    """
    order, tables = prefix.order, Tables()
    try:
        state = {
            **{name: getattr(order, name) for name in _PLAIN},
            "status": order.status.value,
            "entries": [_write_entry(entry) for entry in order.entries.values()],
            "cart": write_cart(order.cart, tables),
            "applied": {
                name: [write_contribution(each, tables) for each in contributions]
                for name, contributions in order.applied.items()
            },
            "standing": sorted(order.standing),
            "rollbacks": {name: [it.id, it.at] for name, it in order.rollbacks.items()},
            "carried": _write_carried(order.carried, tables),
            "payments": _write_payments(order.payments),
            "events": list(order.events),
            "flags": [_write_flag(flag) for flag in order.flags.values()],
            "earlier_flags": [_write_flag(flag) for flag in prefix.flags],
            "states_an_amount": prefix.states_an_amount,
            "tables": tables.written(),
        }
        return orjson.dumps(state).decode()
    except TypeError:
        return None


def read_state(text: str, place: tuple[int, str]) -> Prefix:
    """Return the prefix up to that place which `write_state` wrote. Raises `UnreadableState`."""
    try:
        return _read(orjson.loads(text), place)
    except (LookupError, TypeError, ValueError, AttributeError, codec.UnreadableFact):
        raise UnreadableState from None


def _read(state: Json, place: tuple[int, str]) -> Prefix:
    tables = ReadTables.of(state["tables"])
    entries = [_read_entry(entry) for entry in state["entries"]]
    flags = [_read_flag(flag) for flag in state["flags"]]
    order = OrderState(
        **{name: state[name] for name in _PLAIN},
        status=Status(state["status"]),
        cart=read_cart(state["cart"], tables),
        entries={entry.id: entry for entry in entries},
        payments=_read_payments(state["payments"]),
        applied=ReadOnDemand(state["applied"], lambda forms: _read_applied(forms, tables)),
        standing=set(state["standing"]),
        rollbacks={
            name: Rollback(rollback_id, EventStamp(at, ""), at, name, NO_DETAILS)
            for name, (rollback_id, at) in state["rollbacks"].items()
        },
        carried=_read_carried(state["carried"], tables),
        events=dict.fromkeys(state["events"]),
        flags={(flag.code, flag.event, flag.about): flag for flag in flags},
    )
    earlier = tuple(_read_flag(flag) for flag in state["earlier_flags"])
    return Prefix(order, place, earlier, state["states_an_amount"])


def _read_applied(forms: list[Any], tables: ReadTables) -> tuple[Contribution, ...]:
    try:
        return tuple(read_contribution(each, tables) for each in forms)
    except (LookupError, TypeError, ValueError):
        raise UnreadableState from None


def _write_entry(entry: RedemptionEntry) -> list[Any]:
    related = entry.related
    of = related and [related.type, related.id, related.parent_id, related.code]
    return [entry.id, entry.at, of, entry.stacked]


def _read_entry(form: list[Any]) -> RedemptionEntry:
    redemption, at, related, stacked = form
    return RedemptionEntry(redemption, at, related and Related(*related), tuple(stacked))


def _write_carried(carried: Carried, tables: Tables) -> list[Any]:
    return [write_contribution(carried.contribution, tables), carried.event, carried.about]


def _read_carried(form: list[Any], tables: ReadTables) -> Carried:
    contribution, event, about = form
    return Carried(read_contribution(contribution, tables), event, about)


def _write_flag(flag: Flag) -> list[str]:
    return [flag.code.value, flag.event, flag.about, flag.message]


def _read_flag(form: list[str]) -> Flag:
    code, event, about, message = form
    return Flag(FlagCode(code), event, about, message)


def _write_payments(payments: Payments) -> Json:
    return {
        "by_id": {name: _write_payment(state) for name, state in payments.by_id.items()},
        "kept": payments.kept,
        "succeeded_once": payments.succeeded_once,
        "currency": payments.currency,
        "uncounted": [_write_fact(fact) for fact in payments.uncounted],
        "undecided": [_write_fact(fact) for fact in payments.undecided],
        "last_refunds": [_write_fact(fact) for fact in payments.last_refunds.values()],
    }


def _read_payments(form: Json) -> Payments:
    refunds: list[Any] = [_read_fact(fact) for fact in form["last_refunds"]]
    undecided: list[Any] = [_read_fact(fact) for fact in form["undecided"]]
    uncounted: list[Any] = [_read_fact(fact) for fact in form["uncounted"]]
    return Payments(
        {name: _read_payment(state) for name, state in form["by_id"].items()},
        form["kept"],
        form["succeeded_once"],
        form["currency"],
        uncounted,
        undecided,
        {refund.payment_id: refund for refund in refunds},
    )


def _write_payment(state: PaymentState) -> list[Any]:
    taken, ever = state.taken, state.ever_taken
    own = [getattr(state, name) for name in _OF_PAYMENT]
    return [*own, taken.whole, taken.captured, ever.whole, ever.captured]


def _read_payment(form: list[Any]) -> PaymentState:
    *own, whole, captured, ever_whole, ever_captured = form
    state = PaymentState(*own)
    state.taken, state.ever_taken = Takings(whole, captured), Takings(ever_whole, ever_captured)
    return state


def _write_fact(fact: Fact) -> list[str]:
    name = identity(fact)
    return [name, codec.text_of(fact)]


def _read_fact(form: list[str]) -> Fact:
    name, text = form
    return codec.parse(name, text)
