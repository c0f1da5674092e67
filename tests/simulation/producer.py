"""The producer of a simulated process: the part of aiokafka's that the worker uses.

Like aiokafka's, it has one request in flight at a time, resends what was not acknowledged, and
gives up only if it is not idempotent and a batch has become too old.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from types import SimpleNamespace
from typing import Any, Final

from aiokafka.errors import (
    KafkaConnectionError,
    KafkaError,
    NodeNotReadyError,
    ProducerClosed,
    RequestTimedOutError,
)

from tests.simulation.broker import Broker, Headers, Unsent
from tests.simulation.network import Answer, Faults

REQUEST: Final = 5.0
EXPIRY: Final = 12.0
SLOWEST: Final = 3.0
"""Seconds within which a request arrives, if ever.

That is less than a session, and less than the worker waits for the outcome of abandoned requests.
"""
AT_ONCE: Final = 8

_serial: Final = count()


@dataclass(frozen=True, slots=True)
class Pending:
    """A record that is not acknowledged yet."""

    record: Unsent
    future: asyncio.Future[None]


class Producer:
    """Sends records in order."""

    def __init__(self, *, host: str, broker: Broker, faults: Faults) -> None:
        self._name: Final = f"producer {next(_serial)}"
        self._host: Final = host
        self._broker: Final = broker
        self._faults: Final = faults
        self._numbers: Final = count()
        self._queue: Final[deque[Pending]] = deque()
        self._under_way: Sequence[Pending] = ()
        self._wake: Final = asyncio.Event()
        # the private part of aiokafka by which the worker stops a producer at once
        self._closed = False
        self._sender: Final = SimpleNamespace(sender_task=None)
        self._message_accumulator: Final = SimpleNamespace(
            fail_all=self._fail_all, _batches={}, _pending_batches=()
        )
        self.client: Final = SimpleNamespace(close=self._disconnect, _md_update_fut=None)

    async def start(self) -> None:
        """Connect to the broker."""

        def serve(answer: Answer) -> None:
            answer.give()

        await self._ask(serve, KafkaConnectionError("no broker"))
        self._sender.sender_task = asyncio.create_task(self._pump())

    async def send(
        self, topic: str, *, key: bytes | None, value: bytes | None, headers: Headers
    ) -> asyncio.Future[None]:
        """Queue a record; its future is done when all in-sync replicas have it."""
        if self._closed:
            raise ProducerClosed
        future = asyncio.get_running_loop().create_future()
        record = Unsent(topic, key, value, tuple(headers), next(self._numbers), self._host)
        self._queue.append(Pending(record, future))
        self._wake.set()
        return future

    async def _disconnect(self) -> None:
        self._closed = True
        if self._sender.sender_task is not None:
            self._sender.sender_task.cancel()

    def _fail_all(self, error: Exception) -> None:
        for pending in (*self._under_way, *self._queue):
            _settle(pending, error)
        self._queue.clear()

    async def _pump(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._queue:
                room = min(AT_ONCE, len(self._queue))
                self._under_way = [self._queue.popleft() for _ in range(room)]
                error = await self._deliver([pending.record for pending in self._under_way])
                for pending in self._under_way:
                    _settle(pending, error)
                self._under_way = ()

    async def _deliver(self, batch: Sequence[Unsent]) -> KafkaError | None:
        """Send a batch until it is acknowledged; return the error if it never will be."""
        loop = asyncio.get_running_loop()
        expires = loop.time() + EXPIRY
        while True:
            request = asyncio.create_task(self._request(batch))
            try:
                return await asyncio.shield(request)
            except asyncio.CancelledError:
                await asyncio.wait({request})
                raise
            except KafkaError as error:
                if not self._broker.idempotent and loop.time() > expires:
                    return error
                await asyncio.sleep(0.2)

    async def _request(self, batch: Sequence[Unsent]) -> KafkaError | None:
        """Send a batch once; raise a temporary error, return a permanent one."""
        faults = self._faults
        if faults.happens("produce refused"):
            return KafkaError("not enough in-sync replicas, for good")
        await self._ask(
            partial(self._broker.produce, self._name, batch),
            NodeNotReadyError(),
            slow=faults.random.uniform(0, SLOWEST) * faults.happens("produce slow"),
            lost=faults.happens("produce request lost"),
            mute=faults.happens("produce acknowledgement lost"),
            late=REQUEST * faults.happens("produce acknowledged late") * 0.8,
        )
        return None

    async def _ask(self, serve: Any, refusal: KafkaError, **how: Any) -> None:
        await self._broker.service.ask(
            serve, refusal=refusal, silence=RequestTimedOutError(), patience=REQUEST, **how
        )


def _settle(pending: Pending, error: Exception | None) -> None:
    if pending.future.done():
        return
    if error is None:
        pending.future.set_result(None)
    else:
        pending.future.set_exception(error)
        # mark it as retrieved: a worker that gives up need not do that
        pending.future.exception()
