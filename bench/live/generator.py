"""`python -m bench.live.generator PLAN`: send events at a pace, from a process of its own.

It prints when it begins, on the machine's monotonic clock, and writes the sending times to a file.
"""

import array
import asyncio
import gc
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from aiokafka import AIOKafkaProducer

from bench.live.pacing import Pace
from bench.live.stream import Stream, event

_REST = 0.002
"""Minimum seconds between two sends: events that fall due in between are sent together."""


@dataclass(frozen=True, slots=True)
class GeneratorPlan:
    """What to send, where and how fast."""

    bootstrap_servers: str
    redemptions: str
    payments: str
    rate: int
    first_order: int
    events: int
    sent: str
    """The file for the sending times, as doubles."""

    def as_json(self) -> str:
        """Return the argument of the process."""
        return json.dumps(asdict(self))


async def generate(plan: GeneratorPlan) -> "array.array[float]":
    """Send everything, late events at once and none left out; return the sending times."""
    stream = Stream(plan.rate, plan.first_order)
    moments = array.array("d")
    async with AIOKafkaProducer(
        bootstrap_servers=plan.bootstrap_servers, acks="all", enable_idempotence=False
    ) as producer:
        await producer.partitions_for(plan.redemptions)
        await producer.partitions_for(plan.payments)
        event(stream.turn(0))  # creates the samples
        gc.freeze()
        pace = Pace(plan.rate, time.monotonic() + 0.1)
        print(pace.begin, flush=True)  # noqa: T201 - for the parent
        while len(moments) < plan.events:
            due = min(pace.due_by(time.monotonic()), plan.events)
            for position in range(len(moments), due):
                each = event(stream.turn(position))
                moments.append(time.monotonic())
                topic = plan.payments if each.payment else plan.redemptions
                await producer.send(topic, each.value, key=each.key.encode())
            await asyncio.sleep(max(_REST, pace.due(due) - time.monotonic()))
        await producer.flush()
    return moments


def main(plan: GeneratorPlan) -> None:
    """Generate, write the sending times for the parent, and stay until it has read our CPU time."""
    Path(plan.sent).write_bytes(asyncio.run(generate(plan)).tobytes())
    sys.stdin.read()


if __name__ == "__main__":
    main(GeneratorPlan(**json.loads(sys.argv[1])))
