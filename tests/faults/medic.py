"""Revives the local broker's consumer group, which can come to a standstill for ever.

Tansu keeps a group's leader where that one has left in the middle of a rebalance: it hands out no
partitions any more, whoever joins. It lets go of a leader that joins and falls silent. So the
medic joins in the leader's name, and falls silent. Apache Kafka does not need it.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

from aiokafka.client import AIOKafkaClient
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import KafkaError
from aiokafka.protocol.group import JoinGroupRequest

from tests.faults.progress import Progress
from tests.support.topics import Topics

PATIENCE: Final = 12.0
"""Seconds of a standstill before the medic looks at the group: more than any rebalance takes."""
ANSWERED_WITHIN: Final = 5.0


@dataclass(slots=True)
class Medic:
    """Watches a group's progress, and revives it where nothing else would."""

    topics: Topics
    session_timeout: float
    seen: Progress
    revived: int = 0

    async def watch(self) -> None:
        """Look after the group, for ever."""
        while True:
            await asyncio.sleep(1)
            if self.seen.stall > PATIENCE:
                try:
                    async with asyncio.timeout(ANSWERED_WITHIN):
                        await self._revive()
                except (KafkaError, TimeoutError):
                    continue  # the broker is frozen: that is another story
                self.revived += 1
                await asyncio.sleep(PATIENCE)

    async def _revive(self) -> None:
        client = AIOKafkaClient(bootstrap_servers=self.topics.servers.bootstrap_servers)
        await client.bootstrap()
        try:
            leader = await self._join(client, "medic")
            await self._join(client, leader)
        finally:
            await client.close()

    async def _join(self, client: AIOKafkaClient, member: str) -> str:
        """Joins by this name; gives the name of the leader."""
        timeout = round(1_000 * self.session_timeout)
        metadata = RangePartitionAssignor.metadata(self.topics.inbound).encode()
        protocols = [(RangePartitionAssignor.name, metadata)]
        request = JoinGroupRequest(
            self.topics.group, timeout, timeout, member, None, "consumer", protocols
        )
        node = next(iter(client.cluster.brokers())).nodeId
        return str((await client.send(node, request)).leader_id)
