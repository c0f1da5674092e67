"""Which facts become part of an order, and since when each of them is known."""

import pytest

from order_projector.domain.facts import EventStamp, Fact, Payment
from order_projector.domain.status import PaymentType
from order_projector.projection import codec
from order_projector.projection.ports import Coordinates, ProjectionState, Record
from order_projector.projection.session import InboundEvent, Seen, Unchanged, decide
from order_projector.projection.stored import StoredFact
from order_projector.projection.taking import take
from tests.unit.toy import changed, failed, fold, noted, paid
from tests.unit.world import World

NAME = "payment succeeded p"


def copy(event_id: str, amount: int, *, time: int = 0) -> Payment:
    """Return one copy of the payment ``p``."""
    return Payment("p", EventStamp(time, event_id), 0, PaymentType.SUCCEEDED, amount)


def arriving(offset: int, timestamp: int, *facts: Fact) -> InboundEvent:
    """Return an event from a record with this timestamp."""
    at = Coordinates("t", 0, offset)
    return InboundEvent(at, "payment.succeeded", facts[0].event, facts, timestamp=timestamp)


def stored(fact: Payment, *, rules: int = 1, known_at: int = 100) -> dict[str, StoredFact]:
    """Return the payment as it is stored."""
    return {NAME: StoredFact(codec.text_of(fact), rules, known_at)}


def state_of(facts: dict[str, StoredFact]) -> ProjectionState:
    """Return the state of the toy order with these stored facts."""
    events = [arriving(1, 100, codec.parse(name, fact.text)) for name, fact in facts.items()]
    state = changed(decide("o", None, events, fold)).write.state
    return ProjectionState(
        counter=1,
        revision=1,
        facts=facts,
        digests=state.digests,
        changes=state.changes,
        causes=state.causes,
        pending=(),
        offsets=state.offsets,
    )


def test_a_fact_is_known_since_the_time_of_its_record_and_carries_the_number_of_the_rules() -> None:
    state = changed(decide("o", None, [arriving(1, 77, paid("e1", 5))], fold)).write.state

    (fact,) = state.facts.values()
    assert (fact.rules, fact.known_at) == (1, 77)
    assert state.rules == 1


def test_of_equal_copies_in_one_round_the_earlier_record_counts() -> None:
    events = [arriving(1, 90, copy("e1", 5)), arriving(2, 80, copy("e1", 5))]

    assert take({}, events)[NAME].known_at == 80


def test_of_copies_that_differ_the_one_that_counts_is_known_since_its_own_record() -> None:
    events = [arriving(1, 80, copy("e1", 5, time=1)), arriving(2, 90, copy("e2", 6, time=2))]

    assert take({}, events)[NAME].known_at == 90
    assert take({}, events[::-1])[NAME].known_at == 90


def test_an_earlier_record_of_a_known_fact_alone_writes_nothing() -> None:
    state = state_of(stored(copy("e1", 5)))

    assert decide("o", state, [arriving(2, 50, copy("e1", 5))], fold) == Unchanged((
        Seen.DUPLICATE,
    ))  # fmt: skip


def test_an_earlier_record_of_a_known_fact_counts_where_the_order_is_written_anyway() -> None:
    state = state_of(stored(copy("e1", 5)))
    events = [arriving(2, 50, copy("e1", 5)), arriving(3, 60, failed("e2"))]

    after = changed(decide("o", state, events, fold)).write.state

    assert after.facts[NAME].known_at == 50


@pytest.mark.parametrize("other", [copy("e1", 6, time=-1), copy("e0", 5, time=-1)])
def test_another_copy_that_lost_does_not_make_a_fact_known_earlier(other: Payment) -> None:
    state = state_of(stored(copy("e1", 5)))
    events = [arriving(2, 50, other), arriving(3, 60, failed("e2"))]

    after = changed(decide("o", state, events, fold)).write.state

    assert after.facts[NAME].known_at == 100


def test_the_same_event_read_again_under_newer_rules_replaces_the_fact() -> None:
    """The texts do not matter: by the rule for two contents of one event, the larger would stay."""
    state = state_of(stored(copy("e1", 9), rules=0))

    decision = changed(decide("o", state, [arriving(2, 150, copy("e1", 5))], fold))

    after = decision.write.state
    assert decision.seen == (Seen.APPLIED,)
    assert decision.write.order == {"id": "o", "paid": 5}
    assert after.facts == stored(copy("e1", 5))
    assert (after.revision, after.causes) == (2, ())


def test_a_fact_that_newer_rules_read_the_same_is_stored_as_read_by_them() -> None:
    state = state_of(stored(copy("e1", 5), rules=0))

    decision = changed(decide("o", state, [arriving(2, 150, copy("e1", 5))], fold))

    assert not decision.announces
    assert decision.write.state.facts == stored(copy("e1", 5))


def test_a_fact_that_newer_rules_have_read_is_not_made_older() -> None:
    state = state_of(stored(copy("e1", 5), rules=2))

    assert take(state.facts, [arriving(2, 50, copy("e1", 9))]) == {}


def test_a_later_copy_replaces_a_fact_whatever_rules_have_read_it() -> None:
    for rules in (0, 1, 2):
        taken = take(stored(copy("e1", 5), rules=rules), [arriving(2, 150, copy("e2", 9, time=2))])
        assert (taken[NAME].fact, taken[NAME].known_at) == (copy("e2", 9, time=2), 150)


async def test_the_time_of_a_record_is_that_of_the_log_and_of_a_record_without_one_0(
    world: World,
) -> None:
    first = world.event(1, paid("e1", 5))
    other = world.event(2, noted("e2", {"a": 1}))

    await world.projector().process([at(first, 1_772_366_400_123), at(other, -1)])

    facts = (await world.state()).facts.values()
    assert [fact.known_at for fact in facts] == [1_772_366_400_123, 0]


def at(record: Record, timestamp: int) -> Record:
    """Return the record with another timestamp."""
    return Record(record.coordinates, record.key, record.value, record.headers, timestamp)


async def test_a_document_says_when_it_was_written_by_the_clock_of_the_worker(
    world: World,
) -> None:
    await world.projector().process([world.event(1, paid("e1", 5))])

    ((write,),) = world.sent
    assert write.written_at == 1_772_366_400_000
