"""The records of `order.updated`, for people and scripts."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from order_projector.adapters.kafka.reading import partitions_of, reading
from order_projector.events.parsing import parse
from order_projector.projection.ports import Record
from order_projector.settings import Settings

Start = Literal["earliest", "latest"]


@dataclass(frozen=True, slots=True)
class Update:
    """One record of `order.updated`; ``value`` is None for an erased order."""

    record: Record
    order_id: str
    revision: int | None
    value: Any

    def as_json(self) -> Any:
        """Return what the record says: its value, or that the order was erased."""
        if self.value is not None:
            return self.value
        return {"order": {"id": self.order_id}, "revision": self.revision, "erased": True}


async def updates_so_far(settings: Settings, order_id: str | None) -> AsyncGenerator[Update, None]:
    """Yield the records up to the present end, of one order if one is named.

    Raises `Unavailable`, and `ConfigurationError` if the topic does not exist.
    """
    partitions = await partitions_of(settings, "order_updated_topic")
    async with reading(settings) as reader:
        async for update in _of_order(order_id, reader.read(await reader.spans(partitions))):
            yield update


async def updates_from(
    settings: Settings, order_id: str | None, start: Start
) -> AsyncGenerator[Update, None]:
    """Yield the records from the start on, without an end. Raises as `updates_so_far`."""
    partitions = await partitions_of(settings, "order_updated_topic")
    async with reading(settings) as reader:
        spans = await reader.spans(partitions)
        begins = {at: it.begin if start == "earliest" else it.end for at, it in spans.items()}
        async for update in _of_order(order_id, reader.follow(begins)):
            yield update


async def _of_order(order_id: str | None, records: AsyncIterator[Record]) -> AsyncIterator[Update]:
    async for record in records:
        update = read_update(record)
        if order_id in {None, update.order_id}:
            yield update


def read_update(record: Record) -> Update:
    """Read a record, whatever it holds: a value that is not JSON is a text."""
    value: Any = None
    if record.value is not None:
        try:
            value = parse(record.value)
        except ValueError:
            value = record.value.decode(errors="replace")
    key = (record.key or b"").decode(errors="replace")
    return Update(record, key, revision_of(record), value)


def revision_of(record: Record) -> int | None:
    """Return the revision in the ``ce_id`` of a record; None if there is none."""
    for name, value in record.headers:
        if name == "ce_id" and value is not None:
            with suppress(ValueError):
                return int(value.rpartition(b":")[2])
    return None
