"""An order that the database cannot read or write costs a dead letter per event, and no more."""

import logging
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from order_projector.projection.document import compose
from order_projector.projection.ports import OrderWrite, Unusable, UnusableReason
from order_projector.projection.session import decide
from order_projector.projection.worker_state import WorkerState
from order_projector.telemetry.metrics import Metrics
from order_projector.worker.reports import Reports
from order_projector.worker.tracing import NoTraces
from tests.unit.toy import changed, fold, inbound, noted, paid
from tests.unit.world import World

EMAIL = "ada@example.com"


def stored(order_id: str = "o") -> dict[str, Any]:
    """Return the document of an order with one payment."""
    return compose(changed(decide(order_id, None, [inbound(0, paid("e0", 5))], fold)).write)


def with_facts(*facts: tuple[str, str]) -> dict[str, Any]:
    """Return the document with other facts."""
    document = stored()
    document["_projection"]["facts"] = [
        {"id": name, "text": text, "rules": 1, "known_at": 0} for name, text in facts
    ]
    return document


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"_id": "o", "email": EMAIL}, "foreign_document"),
        ({"_id": "o", "_projection": EMAIL}, "foreign_document"),
        ({"_id": "o", "_projection": {"counter": 1, "email": EMAIL, "layout": 1}}, "bookkeeping"),
        (with_facts(("consent c_1", f'{{"email":"{EMAIL}"}}')), "bookkeeping"),
        (with_facts(("payment succeeded e0", f'{{"email":"{EMAIL}"}}')), "bookkeeping"),
        (with_facts(("payment succeeded e0", EMAIL)), "bookkeeping"),
    ],
    ids=[
        "no bookkeeping",
        "bookkeeping that is a text",
        "bookkeeping without a key",
        "a fact of an unknown kind",
        "a fact that cannot be read",
        "a fact that is no JSON",
    ],
)
async def test_each_event_of_an_order_that_cannot_be_read_is_a_dead_letter_and_costs_no_other(
    world: World, document: dict[str, Any], reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    world.store.put(document)

    await world.projector().process(
        [
            world.event(1, paid("e1", 5)),
            world.event(2, paid("e2", 7), order_id="p"),
            world.event(3, noted("e3", {"email": EMAIL})),
            world.event(4, paid("e4", 1), order_id="q"),
        ]
    )

    assert world.dead_lettered == [(1, "invalid_event"), (3, "invalid_event")]
    assert world.announced == [("p", 1), ("q", 1)]
    [message] = {letter.message for letter in world.dead_letters.published}
    assert message.startswith("order 'o': ")
    lines = [line for line in world.metrics.recorded if line.startswith("unusable")]
    assert lines == [f"unusable ({reason}): {message}"]
    assert caplog.text.count(f"dead-lettering its events: {message}") == 1
    assert EMAIL not in caplog.text + message
    assert world.metrics.events["payment.succeeded", "rejected"] == 2


async def test_an_order_is_served_again_once_its_document_can_be_read(world: World) -> None:
    world.store.put({"_id": "o"})
    await world.projector().process([world.event(1, paid("e1", 5))])

    world.store.put(stored())
    await world.projector().process([world.event(2, paid("e2", 7))])

    assert world.dead_lettered == [(1, "invalid_event")]
    assert world.announced == [("o", 2)]


def test_every_reason_has_a_counter_before_the_first_such_order() -> None:
    registry, worker_state = CollectorRegistry(), WorkerState()
    reports = Reports(worker_state, Metrics(registry, worker_state), NoTraces())
    name = "order_projector_unusable_orders_total"

    assert [registry.get_sample_value(name, {"reason": reason}) for reason in UnusableReason] == [
        0.0
    ] * 6

    reports.unusable(UnusableReason.VALIDATOR, "order 'o': refused")
    reports.violated()

    assert registry.get_sample_value(name, {"reason": "validator"}) == 1
    assert registry.get_sample_value("order_projector_invariant_violations_total") == 1
    assert worker_state.warnings == {
        "an order cannot be read or written (validator)": "last order 'o': refused"
    }


def exit_on_configuration_error(*amounts: int) -> Any:
    """Return a rule of the collection: it rejects orders in which one of these amounts was paid."""

    def refuse(write: OrderWrite) -> Unusable | None:
        texts = [fact.text for fact in write.state.facts.values()]
        refused = any(f'"amount":{amount},' in text + "," for text in texts for amount in amounts)
        return Unusable(UnusableReason.VALIDATOR, "no such order") if refused else None

    return refuse


async def test_only_the_event_with_which_its_document_is_refused_is_a_dead_letter(
    world: World,
) -> None:
    world.refuse = exit_on_configuration_error(70)
    records = [world.event(n, paid(f"e{n}", 70 if n == 5 else n)) for n in range(1, 10)]

    await world.projector().process([*records, world.event(10, paid("e10", 3), order_id="p")])

    assert world.dead_lettered == [(5, "invalid_event")]
    [letter] = world.dead_letters.published
    assert letter.message == "order 'o': no such order"
    assert {order.order_id: order.order["paid"] for order in world.store.all()} == {
        "o": 45 - 5,
        "p": 3,
    }


async def test_each_event_of_an_order_that_is_refused_whatever_it_holds_costs_one_round(
    world: World,
) -> None:
    world.refuse = lambda write: (
        Unusable(UnusableReason.UNIQUE_INDEX, "taken") if write.order_id == "o" else None
    )
    records = [world.event(n, paid(f"e{n}", n)) for n in range(1, 65)]

    await world.projector().process([*records, world.event(65, paid("e65", 3), order_id="p")])

    assert len(world.dead_lettered) == 64
    assert world.announced == [("p", 1)]
    assert len(world.loaded) == 64 + 6  # halved six times, then one event per round
    assert sum("unusable" in line for line in world.metrics.recorded) == 1
