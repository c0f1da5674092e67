"""Claim and payment at the same moment, on two workers of which one is killed in every round."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import orjson
import pytest

from order_projector.domain.source_ids import order_id_from
from order_projector.projection.document import STATE_KEY
from order_projector.workload.stream import StreamRecord, Valid
from tests.faults.run import Run, running
from tests.faults.verdict import judge
from tests.support.probes import until
from tests.support.topics import Topics

PARTITIONS: Final = 6
SETTINGS: Final = {"ORDERS_BATCH_SIZE": "20", "ORDERS_KAFKA_SESSION_TIMEOUT": "6"}


def pair(number: int, topics: Topics) -> Iterator[StreamRecord]:
    """Yield an order's claim, which states both its names, and its payment under the source id."""
    order_id, source_id = f"ord_{number:05}", f"shop/{number:05}"
    created = f"2026-03-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z"
    order = {"id": order_id, "source_id": source_id, "amount": 900}
    claim = {"order": order, "redemption": {"id": f"r_{number}", "date": created}}
    payment = {"id": f"pay_{number}", "order_source_id": source_id, "amount": 900}
    for topic, type_, data in (
        (topics.redemptions, "redemption.succeeded", claim),
        (topics.payments, "payment.succeeded", {"payment": payment}),
    ):
        event = {"id": f"evt_{type_}_{number}", "type": type_, "created_at": created, "data": data}
        yield StreamRecord(topic, None, orjson.dumps(event), (), Valid(order_id))


async def one_is_killed(run: Run, number: int, records: list[StreamRecord]) -> None:
    """Send a round of pairs, kill a worker while they are in flight, and start it again."""
    victim = run.workers[number % len(run.workers)]
    before = len(run.sender.acknowledged)
    sending = asyncio.create_task(run.sender.deliver(records, 0.5))

    async def under_way() -> bool:
        return len(run.sender.acknowledged) - before > len(records) // 3

    await until(under_way, "pairs are under way", within=60)
    await victim.kill()
    await sending
    await victim.start()
    await run.ready()


async def every_event_is_in_one_order(topics: Topics, folder: Path, pairs: int, rounds: int) -> int:
    """Run the rounds; return how many orders temporarily existed under their derived ids."""
    async with running(topics, PARTITIONS, 2, SETTINGS, folder) as run:
        await run.ready()
        for number in range(rounds):
            numbers = range(number * pairs, (number + 1) * pairs)
            await one_is_killed(run, number, [it for each in numbers for it in pair(each, topics)])
        assert await run.drained()
        evidence = await run.evidence()

    verdict = await asyncio.to_thread(judge, evidence, {})
    assert verdict.clean, "\n".join(map(str, verdict.findings[:20]))
    documents = evidence.documents
    assert len(documents) == 2 * pairs * rounds
    for number in range(pairs * rounds):
        order_id, name = f"ord_{number:05}", order_id_from(f"shop/{number:05}")
        order = documents[order_id]
        assert (order["status"], list(order["payments"])) == ("PAID", [f"pay_{number}"])
        assert documents[name]["merged_into"] == order_id
    revisions = [int(document[STATE_KEY]["revision"]) for document in documents.values()]
    return sum(revision > 0 for revision in revisions) - pairs * rounds


async def test_a_claim_and_a_payment_at_the_same_moment_make_one_order_whoever_dies(
    topics: Topics, tmp_path: Path
) -> None:
    await every_event_is_in_one_order(topics, tmp_path, pairs=20, rounds=2)


@pytest.mark.nightly
@pytest.mark.timeout(3_600)
async def test_two_thousand_pairs_in_twenty_rounds_make_two_thousand_orders(
    topics: Topics, tmp_path: Path
) -> None:
    merged = await every_event_is_in_one_order(topics, tmp_path, pairs=100, rounds=20)
    print(f"{merged} of 2,000 were orders under their derived ids for a while")  # noqa: T201
