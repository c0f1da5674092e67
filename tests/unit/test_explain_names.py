"""An explanation shows the names of an order as they came to be known."""

import orjson

from order_projector.domain.explanation import Explanation, explain
from order_projector.events.decode import decode
from order_projector.events.outcome import Accepted
from order_projector.projection.names.joining import join
from tests.support.events import Json
from tests.unit.named_payments import paid


def explained(*events: Json) -> Explanation:
    """Return the explanation of order X from these events."""
    outcomes = [decode(orjson.dumps(event)) for event in events]
    order = join(it for it in outcomes if isinstance(it, Accepted)).orders["X"]
    return explain("X", order.facts, names=order.names, came_by=order.came_by)


def changed_source_ids(explanation: Explanation) -> list[list[object]]:
    """Return what each step makes of the source id."""
    return [
        [change.after for change in entry.changes if change.path == "source_id"]
        for entry in explanation.entries
    ]


def test_the_source_id_is_served_from_the_step_that_claims_it() -> None:
    explanation = explained(
        paid("e1", 1, 100, id="X"),
        paid("e2", 2, 100, id="X", source_id="S"),
        paid("e3", 3, 100, id="X", source_id="T"),
    )

    assert changed_source_ids(explanation) == [[None], ["S"], []]
    assert explanation.order["source_id"] == "S"


def test_a_claim_whose_payment_lost_against_a_copy_counts_in_the_end() -> None:
    copy = paid("e9", 9, 100, id="X", source_id="S")
    copy["data"]["payment"]["id"] = "pay_e1"
    explanation = explained(paid("e1", 1, 100, id="X"), copy)

    assert changed_source_ids(explanation)[-1] == ["S"]
    assert explanation.order["source_id"] == "S"
