"""Long orders, step by step: what is loaded, what is moved, and what is folded again."""

import dataclasses
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson
import pytest

from order_projector.domain.details import EventDetails
from order_projector.domain.facts import EventStamp, Fact, Payment, Snapshot, Void
from order_projector.domain.prefix import begin, divide, extend
from order_projector.domain.status import PaymentType
from order_projector.projection.long_orders import name_digest
from order_projector.projection.long_orders.lengths import LENGTHS, Lengths
from order_projector.projection.long_orders.loading import load_complete
from order_projector.projection.long_orders.resumable_fold import ResumableFold
from order_projector.projection.long_orders.state_form import (
    FIELDS,
    UnreadableState,
    read_state,
    write_state,
)
from order_projector.projection.ports import ProjectionState, StoredOrder, Unusable
from tests.unit.toy import erasure
from tests.unit.world import World

SMALL = Lengths(short=4, recent=2, most_recent=4, in_segment=3)


def paid(number: int, *, at: int | None = None, event: str = "", amount: int = 10) -> Payment:
    """Return the payment with this number, dated by it unless a time is given."""
    time = number if at is None else at
    stamp = EventStamp(time, event or f"e{number:04}")
    return Payment(f"p{number}", stamp, time, PaymentType.SUCCEEDED, amount=amount)


def synced(number: int, details: EventDetails) -> Snapshot:
    """Return a snapshot with these details, dated by its number."""
    return Snapshot(EventStamp(number, f"e{number:04}"), number, details)


@dataclasses.dataclass
class Order:
    """An order that a worker with small thresholds has received event by event."""

    world: World
    offset: int = 0
    lengths: Lengths = SMALL

    async def take(self, *facts: Fact) -> list[str]:
        """Process events one by one, and return the calls to the store."""
        projector = self.world.projector(ResumableFold(self.lengths))
        before = len(self.world.calls)
        for fact in facts:
            self.offset += 1
            await projector.process([self.world.event(self.offset, fact)])
        assert self.world.dead_lettered == []
        return [call for call in self.world.calls[before:] if call in COUNTED]

    async def take_at_once(self, *facts: Fact) -> None:
        """Process events in one batch."""
        events = [self.world.event(self.offset + nth, fact) for nth, fact in enumerate(facts, 1)]
        self.offset += len(facts)
        await self.world.projector(ResumableFold(self.lengths)).process(events)

    async def facts(self) -> dict[str, str]:
        """Return all facts by identity, wherever they are stored."""
        state = (await load_complete(self.world.store, ["o"]))["o"]
        assert isinstance(state, ProjectionState), state
        return {name: fact.text for name, fact in state.all_facts().items()}

    async def payments(self) -> Sequence[str]:
        """Return the ids of the served payments, in the order in which they are served."""
        (stored,) = self.world.store.all()
        return list(stored.order["payments"])


COUNTED = {"load", "complete", "write", "delete_segments"}


@pytest.fixture
async def order(world: World) -> Order:
    """Return an order of ten payments, most of which are in segments."""
    made = Order(world)
    await made.take(*map(paid, range(10)))
    state = await world.state()
    assert sum(segment.facts for segment in state.apart) >= 6
    assert len(state.facts) <= 4
    return made


async def test_a_short_order_has_neither_segment_nor_checkpoint(world: World) -> None:
    short = Order(world)
    await short.take(*map(paid, range(4)))

    state = await world.state()
    assert (state.apart, state.checkpoint, len(state.facts)) == ((), None, 4)


async def test_an_event_in_order_needs_no_segment(order: Order) -> None:
    assert await order.take(paid(10)) == ["load", "write"]
    assert await order.payments() == [f"p{number}" for number in range(11)]


async def test_an_event_a_little_late_needs_no_segment(order: Order) -> None:
    await order.take(paid(20), paid(30))

    assert await order.take(paid(25)) == ["load", "write"]
    assert (await order.payments())[-3:] == ["p20", "p25", "p30"]


async def test_a_late_event_is_folded_with_all_facts_and_the_next_one_in_order_is_not(
    order: Order,
) -> None:
    assert await order.take(paid(99, at=3, event="e0003b")) == ["load", "complete", "write"]
    assert (await order.payments())[3:6] == ["p3", "p99", "p4"]

    assert await order.take(paid(10)) == ["load", "write"]
    assert len(await order.payments()) == 12


async def test_an_event_that_stands_in_a_segment_is_known(order: Order) -> None:
    before = await order.world.state()

    assert await order.take(paid(0)) == ["load", "complete"]

    assert await order.world.state() == before
    assert order.world.announced[-1] == ("o", 10)


async def test_a_later_copy_of_a_fact_in_a_segment_counts_instead_of_it(order: Order) -> None:
    later = paid(0, at=50, amount=77)

    await order.take(later)

    (stored,) = order.world.store.all()
    assert stored.order["payments"]["p0"]["amount"] == 77
    assert (await order.payments())[-1] == "p0"
    assert '"amount":77' in (await order.facts())["payment succeeded p0"]
    assert await order.take(paid(51), paid(52)) == ["load", "write", "load", "write"]
    assert await order.take(replace(later, event=EventStamp(49, "older"))) == ["load"]
    assert stored.order["payments"]["p0"]["amount"] == 77


async def test_an_order_with_a_void_is_folded_with_all_facts_every_time(order: Order) -> None:
    void = Void(EventStamp(60, "void"), 60, "e0002")

    assert await order.take(void) == ["load", "complete", "write"]
    assert "p2" not in await order.payments()
    assert await order.take(paid(61)) == ["load", "complete", "write"]
    assert "p2" not in await order.payments()
    assert (await order.world.state()).checkpoint is None


@pytest.mark.parametrize("member", [{"rules": 2}, {"form": 99}, {"state": "{}"}, {"state": "?"}])
async def test_a_checkpoint_of_other_rules_or_another_form_is_made_anew(
    order: Order, member: dict[str, Any]
) -> None:
    store = order.world.store
    document = store._documents["o"]
    checkpoint = document.state.checkpoint
    assert checkpoint is not None
    other = replace(document.state, checkpoint=replace(checkpoint, **member))
    store._documents["o"] = replace(document, state=other)

    assert await order.take(paid(10)) == ["load", "complete", "write"]
    assert await order.payments() == [f"p{number}" for number in range(11)]
    assert await order.take(paid(11)) == ["load", "write"]


async def test_an_order_that_lacks_a_segment_dead_letters_only_what_needs_it(order: Order) -> None:
    await order.world.store.delete_segments(["o"])

    assert await order.take(paid(10)) == ["load", "write"]
    projector = order.world.projector(ResumableFold(SMALL))
    await projector.process([order.world.event(90, paid(99, at=3))])

    assert order.world.dead_lettered == [(90, "invalid_event")]
    (letter,) = order.world.dead_letters.published
    assert letter.message.endswith("apart lists a segment that is not there")


async def test_an_erasure_takes_every_segment_and_so_does_what_comes_after_it(
    order: Order,
) -> None:
    apart = (await order.world.state()).apart

    assert await order.take(erasure("gone")) == ["load", "write", "delete_segments"]

    state = await order.world.state()
    assert (state.apart, state.checkpoint, list(state.facts)) == ((), None, ["erasure"])
    lost = await order.world.store.complete({"o": replace(state, apart=apart)})
    assert isinstance(lost["o"], Unusable)
    assert await order.take(paid(10)) == ["load", "delete_segments"]


async def test_what_many_facts_repeat_is_stored_once(world: World) -> None:
    details = EventDetails(metadata={"note": "x" * 10_000})
    long = Order(world, lengths=LENGTHS)

    await long.take(*(synced(number, details) for number in range(150)))

    state = await world.state()
    assert sum(segment.size for segment in state.apart) < 40_000
    assert len(await long.facts()) == 150


@pytest.mark.parametrize("before", [0, 10])
async def test_long_texts_of_one_batch_stay_in_the_document_no_longer_than_those_of_many(
    world: World, before: int
) -> None:
    """This is true of the first facts of the order, and of the first after its checkpoint."""
    long = Order(world, lengths=replace(LENGTHS, short=8, in_document=2_000))
    await long.take(*map(paid, range(before)))

    notes = [EventDetails(metadata={"note": str(number) * 1_500}) for number in range(6)]
    facts = [synced(before + number, note) for number, note in enumerate(notes)]
    await long.take_at_once(*facts)

    state = await world.state()
    assert sum(len(fact.text) for fact in state.facts.values()) <= 2_000
    assert len(await long.facts()) == before + 6


async def test_an_order_that_serves_much_keeps_no_checkpoint_and_no_fact(world: World) -> None:
    long = Order(world, lengths=replace(SMALL, served=1_500))

    await long.take(*map(paid, range(20)))

    state = await world.state()
    assert (dict(state.facts), state.checkpoint) == ({}, None)
    assert len(await long.payments()) == len(await long.facts()) == 20


async def test_a_long_order_is_announced_with_the_json_that_was_counted(world: World) -> None:
    await Order(world).take(*map(paid, range(20)))

    announced = [each for each in world.announcements.announced if isinstance(each, StoredOrder)]
    assert len(announced) == 20
    long = announced[4:]
    assert [each.encoded for each in long] == [orjson.dumps(each.order) for each in long]


def test_every_field_of_the_state_of_a_fold_is_accounted_for_in_its_form() -> None:
    for described, names in FIELDS.items():
        assert names == {field.name for field in dataclasses.fields(described)}, described


def test_a_state_that_json_cannot_hold_as_it_is_has_no_form() -> None:
    prefix = begin()
    extend(prefix, {"event e0001": synced(1, EventDetails(metadata={"n": 2**64}))})

    assert write_state(prefix) is None


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"tables":{"lines":[],"keys":[]}}'])
def test_a_text_that_is_no_state_is_unreadable(text: str) -> None:
    with pytest.raises(UnreadableState):
        read_state(text, (0, ""))


def test_facts_of_one_event_are_divided_only_if_nothing_joins_them() -> None:
    facts: dict[str, Fact] = {f"payment succeeded p{n}": paid(n) for n in range(5)}

    earlier, later = divide(facts, 2)

    assert list(earlier) == [f"payment succeeded p{n}" for n in range(3)]
    assert list(later) == [f"payment succeeded p{n}" for n in (3, 4)]


def test_a_digest_holds_every_name_that_was_put_in_and_few_others() -> None:
    names = [f"event evt_{number}" for number in range(5_000)]
    digest = name_digest.with_names(name_digest.EMPTY, names[:2_500])
    digest = name_digest.with_names(digest, names[2_000:])

    assert all(name_digest.may_hold(digest, name) for name in names)
    others = [f"event other_{number}" for number in range(5_000)]
    assert sum(name_digest.may_hold(digest, name) for name in others) < 25
    assert len(digest) <= 15_000
