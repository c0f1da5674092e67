"""A defect of ours in reading an event, or in computing an order, costs that event alone."""

import logging
import re
from collections.abc import Mapping
from typing import Any, NoReturn

import pytest

from order_projector.domain.facts import Fact
from order_projector.domain.names import OrderNames
from order_projector.events.outcome import Outcome
from order_projector.projection.batch import Projector
from order_projector.projection.steps import Headers
from tests.support.stored import noon
from tests.unit.toy import ToyProjection, fold, paid
from tests.unit.world import Unhurried, World


def projector(world: World, **changed: Any) -> Projector:
    given: dict[str, Any] = {
        "decode": world._decode,
        "fold": fold,
        "metrics": world.metrics,
        "random": Unhurried(),
        "clock": noon,
    }
    return Projector(world, world, world, **given | changed)


def fold_but_not_seven(
    order_id: str, facts: Mapping[str, Fact], names: OrderNames
) -> ToyProjection:
    """Fold like the toy fold, but fail if an amount is 7."""
    if any(getattr(fact, "amount", None) == 7 for fact in facts.values()):
        raise ZeroDivisionError("seven\nis too much")
    return fold(order_id, facts, names)


async def test_a_record_that_cannot_be_read_for_an_unforeseen_reason_is_dead_lettered_alone(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    good = world.event(2, paid("e2", 5))

    def decode(value: bytes | None, headers: Headers) -> Outcome:
        return explode() if value == b"0/1" else world._decode(value, headers)

    def explode() -> NoReturn:
        raise KeyError("price")

    await projector(world, decode=decode).process([world.event(1, paid("e1", 1)), good])

    (letter,) = world.dead_letters.published
    assert letter.code == "invalid_event"
    assert re.fullmatch(
        r"could not be processed: KeyError in test_batch_unforeseen\.py, line \d+", letter.message
    )
    assert [order.order for order in world.store.all()] == [{"id": "o", "paid": 5}]
    assert "in explode" in caplog.text


async def test_the_one_event_that_its_order_cannot_be_computed_with_is_found_and_dead_lettered(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    records = [world.event(n, paid(f"e{n}", n)) for n in range(1, 11)]
    records.append(world.event(11, paid("e11", 3), order_id="p"))
    caplog.set_level(logging.ERROR)

    await projector(world, fold=fold_but_not_seven).process(records)

    assert world.dead_lettered == [(7, "invalid_event")]
    (letter,) = world.dead_letters.published
    assert "ZeroDivisionError in test_batch_unforeseen.py" in letter.message
    assert "too much" not in letter.message
    assert "seven\nis" not in caplog.text
    assert {order.order_id: order.order["paid"] for order in world.store.all()} == {
        "o": 55 - 7,
        "p": 3,
    }
    assert caplog.text.count("in fold_but_not_seven") == 1
    assert world.metrics.events["payment.succeeded", "rejected"] == 1
