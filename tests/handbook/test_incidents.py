"""From an alert until every order is right again: docs/operations/incidents.md."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

import order_projector
from tests.handbook.deployment import Story, created, paid
from tests.support.pages import ROOT
from tests.support.probes import metric, until, until_metric

ORDERS = range(1, 1001)
BEFORE, LOST, HELD = range(1, 201), range(201, 701), range(701, 1001)
"""Orders paid before the release, those whose payments it dead-letters, and those held back."""
PAGE = "incidents.md"


@pytest.fixture
def reads_no_payment(tmp_path: Path) -> Mapping[str, str]:
    """Return the variables of a release that rejects every payment."""
    (tmp_path / "sitecustomize.py").write_text(
        "from order_projector.events import decode\n"
        "from order_projector.events.outcome import Code, Rejected\n"
        "read = decode.decode\n"
        "reason = 'data.payment.amount: Input should be a valid string'\n"
        "no = Rejected(Code.INVALID_EVENT, reason)\n"
        "decode.decode = lambda value, headers, **limit: "
        "no if b'payment.succeeded' in value else read(value, headers, **limit)\n"
    )
    package = Path(order_projector.__file__).parents[1]
    return {"PYTHONPATH": os.pathsep.join((str(tmp_path), str(package)))}


def expression(alert: str) -> str:
    """Return the expression of an alert."""
    rules = yaml.safe_load((ROOT / "deploy/observability/alerts.yml").read_text())["groups"]
    (found,) = (rule["expr"] for each in rules for rule in each["rules"] if rule["alert"] == alert)
    return " ".join(str(found).split())


async def test_of_an_incident_of_500_dead_letters_nothing_is_left(
    story: Story, reads_no_payment: Mapping[str, str]
) -> None:
    story.cluster.releases["0.2.0"] = reads_no_payment
    await story.begin(ORDERS_BREAKER_RUN="501")
    await story.send([*created(ORDERS), *paid(BEFORE)])
    await until(lambda: story.are(BEFORE, status="PAID"), "the first orders are paid")

    await story.console.play(PAGE, "The release")
    await story.send(paid(LOST))
    lost = "order_projector_dead_letters_total"
    await until_metric(story.worker, len(LOST), lost)
    await story.send(paid(HELD))
    await until_metric(
        story.worker, 1, "order_projector_breaker_open", topic="payments", partition="0"
    )
    assert expression("OrderProjectorBreakerOpen") == (
        "max by (topic, partition) (order_projector_breaker_open) == 1"
    )
    assert await metric(story.worker, lost) == len(LOST)

    for heading in ("The alert", "Roll back", "Find", "Replay", "Prove"):
        await story.console.play(PAGE, heading)

    assert await story.are(ORDERS, status="PAID", total_amount=1000)
    kept = await story.updates()
    assert {n for n in ORDERS if (kept[f"ord_{n}"][1] or {})["status"] != "PAID"} == set()
