"""The partitions that each worker of a group reads, according to its own metrics."""

from collections.abc import Iterable

from prometheus_client.parser import text_string_to_metric_families

from order_projector.local.server import Server
from tests.support.probes import get, until
from tests.support.topics import Topics


async def shares(worker: Server) -> dict[str, set[int]]:
    """Return the partitions whose lag a worker reports, by topic."""
    found = dict[str, set[int]]()
    for family in text_string_to_metric_families((await get(worker, "/metrics")).text):
        if family.name == "order_projector_consumer_lag_records":
            for sample in family.samples:
                found.setdefault(sample.labels["topic"], set()).add(int(sample.labels["partition"]))
    return found


async def until_shared(topics: Topics, workers: Iterable[Server], each: int) -> None:
    async def shared() -> bool:
        names = {topics.redemptions, topics.payments}
        return all(
            set(share) == names and all(len(numbers) == each for numbers in share.values())
            for share in [await shares(worker) for worker in workers]
        )

    await until(shared, f"each worker reports {each} partitions of each topic", within=60)
