"""What the fold notices: the flags of an order, each with what to change."""

from collections.abc import Iterator, Mapping

from order_projector.domain.carried import is_shown
from order_projector.domain.contribution import Contributed
from order_projector.domain.details import EventDetails
from order_projector.domain.facts import Fact, Redemption, Rollback, Snapshot, Stack, Void
from order_projector.domain.flags import Flag, FlagCode
from order_projector.domain.name_flags import name_flags
from order_projector.domain.names import NO_NAMES, OrderNames
from order_projector.domain.order import OrderState

_ORDER = ""
"""What a flag is about while the fold does not know the order's id."""


def notice_totals(
    order: OrderState, fact: Redemption | Stack | Rollback | Snapshot, details: EventDetails
) -> None:
    """Flag a calculated order whose own numbers do not add up."""
    if details.totals is None or details.totals.adds_up:
        return
    _flag(
        order,
        FlagCode.AMOUNTS_DO_NOT_ADD_UP,
        fact.event.id,
        _ORDER,
        "The order's amount should be the sum of its items, and its total_amount the amount less "
        "discount_amount and the items' discount_amount. The amount was kept as given. Send "
        "numbers that add up.",
    )


def notice_applied(order: OrderState, fact: Fact, contributed: Contributed) -> None:
    """Flag a calculated redemption from which a bound of the order took something."""
    if contributed.is_bounded and isinstance(fact, Redemption | Stack):
        _flag_bounded(order, fact)


def notice_priced(order: OrderState, fact: Redemption, contributed: Contributed) -> None:
    """Flag a redemption priced here that applied nothing, or less than its definition says."""
    if fact.redeemable is None:
        return
    if contributed.invalid:
        _flag(
            order,
            FlagCode.DISCOUNT_WITHOUT_EFFECT,
            fact.event.id,
            fact.id,
            f"The redemption should give a discount, but {contributed.invalid}. It changed "
            "nothing. Correct its definition or the order's items.",
        )
    elif contributed.is_bounded:
        _flag_bounded(order, fact)
    applied = contributed.discount
    if contributed.wanted is not None and contributed.wanted > applied:
        _flag(
            order,
            FlagCode.DISCOUNT_CUT,
            fact.event.id,
            fact.id,
            f"The redemption should take off {contributed.wanted}, but only {applied} was left to "
            "discount, and that was taken off. Redeem no more than the order is worth.",
        )


def notice_carried_bound(order: OrderState, event: str, redemption: str) -> None:
    """Flag a calculated redemption some of whose carried units a bound of the order refused."""
    _flag(order, FlagCode.DISCOUNT_WITHOUT_EFFECT, event, redemption, _BOUNDED)


_BOUNDED = (
    "The redemption should bring units that would exceed a bound of the order (1,000 lines, "
    "2147483647 units of a line, an amount of 9007199254740991). They were left out. Send smaller "
    "quantities."
)


def _flag_bounded(order: OrderState, fact: Redemption | Stack) -> None:
    _flag(order, FlagCode.DISCOUNT_WITHOUT_EFFECT, fact.event.id, fact.id, _BOUNDED)


def _flag(order: OrderState, code: FlagCode, event: str, about: str, message: str) -> None:
    order.flags[code, event, about] = Flag(code, event, about, message)


def flags_of(
    order_id: str,
    order: OrderState,
    facts: Mapping[str, Fact],
    effective: Mapping[str, Fact],
    earlier: tuple[Flag, ...] = (),
    names: OrderNames = NO_NAMES,
) -> tuple[Flag, ...]:
    """Return an order's flags, by the timeline of their events, then code, then what they are of.

    `facts` are all that are known, `effective` those that count, apart from those that were folded
    before: their flags are `earlier`.
    """
    noticed = (
        *order.flags.values(),
        *_carried(order),
        *order.payments.flags(),
        *earlier,
        *unknown_redemptions(order, effective),
        *_unknown_events(facts, effective),
    )
    if not noticed and names is NO_NAMES:
        return ()  # as most orders, most of the time
    place = {event: nth for nth, event in enumerate(order.events)}
    found = {
        (flag.code, flag.event, flag.about or order_id): flag
        for flag in (*noticed, *name_flags(names, effective, place))
    }
    ranked = sorted(found, key=lambda it: (place.get(it[1], len(place)), it[0], it[2]))
    return tuple(
        Flag(code, event, about, found[code, event, about].message) for code, event, about in ranked
    )


def _carried(order: OrderState) -> Iterator[Flag]:
    carried = order.carried
    if not carried or not is_shown(order.cart, carried.contribution):
        return
    yield Flag(
        FlagCode.CARRIED_DISCOUNT,
        carried.event,
        carried.about or _ORDER,
        "The order states more discount than the redemptions known here come to. The difference "
        "is served as stated. Send the earlier redemptions, if they can still be had.",
    )


def flagged_events(order: OrderState) -> set[str]:
    """Return the ids of the events so far that a flag names, or may name at the timeline's end."""
    payments = order.payments
    noticed = {flag.event for flag in order.flags.values()}
    moved = (*payments.uncounted, *payments.undecided, *payments.last_refunds.values())
    return noticed | {order.carried.event} | {fact.event.id for fact in moved}


def unknown_redemptions(order: OrderState, effective: Mapping[str, Fact]) -> Iterator[Flag]:
    """Yield a flag for each rollback of which neither the order nor a fact knows the redemption."""
    rollbacks = [fact for fact in effective.values() if isinstance(fact, Rollback)]
    if not rollbacks:
        return
    known = set(order.entries)
    for fact in effective.values():
        match fact:
            case Redemption():
                known.add(fact.id)
            case Stack():
                known.add(fact.id)
                known.update(fact.children)
            case _:
                pass
    for rollback in rollbacks:
        if rollback.redemption not in known:
            yield Flag(
                FlagCode.UNKNOWN_REDEMPTION,
                rollback.event.id,
                rollback.redemption,
                "The rollback should undo a redemption of which no event told. There was nothing "
                "to undo. Send the redemption, or correct the rollback's redemption.",
            )


def _unknown_events(facts: Mapping[str, Fact], effective: Mapping[str, Fact]) -> Iterator[Flag]:
    voids = [fact for fact in effective.values() if isinstance(fact, Void)]
    if not voids:
        return
    ids = {fact.event.id for fact in facts.values()}
    for fact in voids:
        if fact.voids not in ids:
            yield Flag(
                FlagCode.UNKNOWN_EVENT,
                fact.event.id,
                fact.voids,
                "The event should void one of which nothing counts for this order. Nothing was "
                "voided. Correct the event's id in voids, or the order that it names.",
            )
