"""Revive the local broker's consumer group, which can stall forever.

If a group's leader leaves in the middle of a rebalance, Tansu keeps it as the leader and assigns no
partitions any more, whichever members join. It drops a leader that joins and then sends nothing. So
the reviver joins in the leader's name and sends nothing. Apache Kafka does not need this.
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
"""Seconds without progress before the group is revived: longer than any rebalance."""
ANSWERED_WITHIN: Final = 5.0


@dataclass(slots=True)
class GroupReviver:
    """Watch a group's progress, and revive the group when it stalls."""

    topics: Topics
    session_timeout: float
    seen: Progress
    revived: int = 0

    async def watch(self) -> None:
        """Watch the group until cancelled."""
        while True:
            await asyncio.sleep(1)
            if self.seen.stall > PATIENCE:
                try:
                    async with asyncio.timeout(ANSWERED_WITHIN):
                        await self._revive()
                except (KafkaError, TimeoutError):
                    continue  # the broker is frozen: not the group's fault
                self.revived += 1
                await asyncio.sleep(PATIENCE)

    async def _revive(self) -> None:
        client = AIOKafkaClient(bootstrap_servers=self.topics.servers.bootstrap_servers)
        await client.bootstrap()
        try:
            leader = await self._join(client, "group-reviver")
            await self._join(client, leader)
        finally:
            await client.close()

    async def _join(self, client: AIOKafkaClient, member: str) -> str:
        """Join as this member; return the id of the leader."""
        timeout = round(1_000 * self.session_timeout)
        metadata = RangePartitionAssignor.metadata(self.topics.inbound).encode()
        protocols = [(RangePartitionAssignor.name, metadata)]
        request = JoinGroupRequest(
            self.topics.group, timeout, timeout, member, None, "consumer", protocols
        )
        node = next(iter(client.cluster.brokers())).nodeId
        return str((await client.send(node, request)).leader_id)
