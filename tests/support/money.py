"""What the served fields of an order do not show of its money: the money kept, and the flags."""

from order_projector.domain.facts import Fact
from order_projector.domain.flags import Flag
from order_projector.domain.fold import fold
from order_projector.domain.order import OrderState
from order_projector.domain.served import project_order
from order_projector.events.outcome import Skipped
from order_projector.projection import codec
from tests.support.events import Json, accepted, read


def facts_of(*events: Json) -> dict[str, Fact]:
    """Return the facts of these events; a failed redemption has none."""
    facts: dict[str, Fact] = {}
    for each in events:
        if not isinstance(read(each), Skipped):
            facts |= codec.merge(facts.get, accepted(each).facts)
    return facts


def state_of(*events: Json) -> OrderState:
    """Return the state of the one order that these events make."""
    return fold(facts_of(*events).values())


def kept(*events: Json) -> int:
    """Return the money kept after these events, the same in either arrival order."""
    forwards, backwards = (state_of(*each) for each in (events, reversed(events)))
    assert forwards.payments.kept == backwards.payments.kept, "arrival must not matter"
    return forwards.payments.kept


def flags_of(*events: Json) -> tuple[Flag, ...]:
    """Return the flags of the order that these events make, the same in either arrival order."""
    both = (project_order("ord_1", facts_of(*each)) for each in (events, reversed(events)))
    flags, again = (projected.flags for projected in both)
    assert flags == again, "arrival must not matter"
    return flags


def flagged(*events: Json) -> list[tuple[str, str, str]]:
    """Return the flags without their messages: code, event and what each is about."""
    return [(flag.code, flag.event, flag.about) for flag in flags_of(*events)]
