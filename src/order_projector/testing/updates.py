"""Read `order.updated` correctly, and wait for what a test expects of it."""

import asyncio
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from aiokafka import AIOKafkaConsumer, ConsumerRecord

from order_projector.testing.checks import Json, text
from order_projector.testing.envelopes import Sealed
from order_projector.testing.event import Event
from order_projector.testing.loops import ClientLoop, ConnectingLoop
from order_projector.testing.projection import Letter
from order_projector.testing.update import Latest, Update

T = TypeVar("T")

_SHOWN: Final = 10


class UpdateNotSeen(AssertionError):
    """The expected update or dead letter did not arrive in time; the message lists what did."""


class Updates:
    """Everything on `order.updated` from its beginning, for an ``async with`` block.

    The highest revision of an order wins, repeats are ignored. Dead letters are read as well, to
    explain a missing update. ``options`` are passed to aiokafka's consumer.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        *,
        topic: str = "order.updated",
        dead_letters: str = "order.dead-letters",
        **options: Any,
    ) -> None:
        """Keep the options; entering the block connects."""
        self._topic: Final = topic
        self._dead_letters_topic: Final = dead_letters
        self._options: Final = {
            "fetch_max_wait_ms": 50,
            "metadata_max_age_ms": 5_000,
            **options,
            "bootstrap_servers": bootstrap_servers,
            "auto_offset_reset": "earliest",
            "group_id": None,
        }
        self._latest: Final = Latest()
        self._dead_letters: Final = list[Letter]()
        self._changed: Final = asyncio.Condition()
        self._reading: asyncio.Task[None] | None = None
        self._loop: ClientLoop = ConnectingLoop()
        self._broken: Exception | None = None

    async def __aenter__(self) -> Self:
        """Connect and start reading."""
        consumer = AIOKafkaConsumer(self._topic, self._dead_letters_topic, **self._options)
        try:
            await consumer.start()
        except BaseException:
            await consumer.stop()
            raise
        self._reading = asyncio.create_task(self._read(consumer))
        self._loop.bind()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop reading and disconnect."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait({self._reading})

    @property
    def latest(self) -> Latest:
        """The latest update of every order, of all that were read so far."""
        return self._loop.view(self._latest)

    @property
    def dead_letters(self) -> Sequence[Letter]:
        """Every dead letter that was read so far."""
        return tuple(self._dead_letters)

    async def order(
        self,
        order_id: str,
        *,
        revision: int = 1,
        where: Callable[[Json], bool] | None = None,
        within: float = 30.0,
    ) -> Update:
        """Wait for an update of the order at this revision or a later one; return the latest.

        If ``where`` is given, it must be true of the order, which must be neither erased nor merged
        into another. Raises UpdateNotSeen after ``within`` seconds, listing what was seen, and
        TypeError for an id that is not a string.
        """
        text("order_id", order_id)

        def expected() -> Update | None:
            update = self._latest.get(order_id)
            if update is None or update.revision < revision:
                return None
            if where is not None and (_gone(update) or not where(update.order)):
                return None
            return update

        wanted = f"{order_id} at revision {revision}"
        return await self._once(expected, wanted, order_id, within)

    async def dead_letter(self, event: Event | Sealed | bytes, *, within: float = 30.0) -> Letter:
        """Wait for the dead letter of an event, or of a record's value, and return it.

        Raises UpdateNotSeen after ``within`` seconds, listing what was seen, and TypeError for what
        is not an event.
        """
        if not isinstance(event, Event | Sealed | bytes):
            raise TypeError(f"event: {event!r} should be an event, or a record's value")
        value = event if isinstance(event, bytes) else event.value
        order_id = "" if isinstance(event, bytes) else event.key.decode()

        def expected() -> Letter | None:
            return next((letter for letter in self._dead_letters if letter.value == value), None)

        return await self._once(expected, f"a dead letter of {value[:200]!r}", order_id, within)

    async def _once(
        self, expected: Callable[[], T | None], wanted: str, order_id: str, within: float
    ) -> T:
        if self._reading is None:
            raise RuntimeError("Updates is used as `async with Updates(...) as updates:`")
        return await self._loop.run(self._wait(expected, wanted, order_id, within))

    async def _wait(
        self, expected: Callable[[], T | None], wanted: str, order_id: str, within: float
    ) -> T:
        try:
            async with asyncio.timeout(within), self._changed:
                while (found := expected()) is None:
                    if self._broken is not None:
                        raise self._broken
                    await self._changed.wait()
        except TimeoutError:
            seen = self._seen(order_id)
            raise UpdateNotSeen(f"{wanted} was not seen within {within:g} s; {seen}") from None
        return found

    def _seen(self, order_id: str) -> str:
        """Describe what was seen instead: of the order, of other orders, and the dead letters."""
        update = self._latest.get(order_id)
        own = "nothing of it" if update is None else f"revision {update.revision}: {update.order}"
        others = _listed([each.id for name, each in self._latest.items() if name != order_id])
        dead_letters = _listed(
            [f"{letter.code} ({letter.message})" for letter in self._dead_letters]
        )
        return f"seen: {own}; other orders: {others}; dead letters: {dead_letters}"

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        try:
            async for record in consumer:
                async with self._changed:
                    self._take(record)
                    self._changed.notify_all()
        except Exception as error:
            self._broken = error
            async with self._changed:
                self._changed.notify_all()
        finally:
            await consumer.stop()

    def _take(self, record: ConsumerRecord) -> None:
        if record.topic == self._dead_letters_topic:
            self._dead_letters.append(letter_of(record))
        else:
            self._latest.take(Update.read(record.value, record.headers))


def updates_on(loop: ClientLoop, bootstrap_servers: str) -> Updates:
    """Return updates that belong to this loop, in which they are entered."""
    updates = Updates(bootstrap_servers)
    updates._loop = loop
    return updates


def letter_of(record: ConsumerRecord) -> Letter:
    """Read the dead letter in a record."""
    headers = {name: value.decode(errors="replace") for name, value in record.headers if value}
    code, message = headers.get("error-code", ""), headers.get("error-message", "")
    return Letter(code, message, record.key, record.value)


def _gone(update: Update) -> bool:
    """Return whether the order is no longer there, so that its members cannot be asked for."""
    return update.erased or "merged_into" in update.order


def _listed(entries: Sequence[str]) -> str:
    shown = ", ".join(entries[-_SHOWN:]) or "none"
    return shown if len(entries) <= _SHOWN else f"{len(entries)}, the last ones {shown}"
