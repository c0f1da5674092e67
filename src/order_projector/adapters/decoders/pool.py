"""A reader that lets processes of its own decode, and does it itself where they cannot."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from order_projector.adapters.decoders import wire
from order_projector.adapters.decoders.process import Decoder, Lost
from order_projector.events.outcome import Outcome
from order_projector.projection.ports import Record
from order_projector.projection.reading import Here

WORTH_THE_WAY: Final = 100
"""Fewer records are decoded sooner than they are sent."""

RECORDS_IN_A_REQUEST: Final = 250


@dataclass(frozen=True, slots=True)
class Decoders:
    """As many decoders as the worker was given; without any it reads here."""

    here: Here
    decoders: Sequence[Decoder]

    async def start(self) -> None:
        """Launch the processes; nobody waits for them."""
        for decoder in self.decoders:
            decoder.start()

    async def stop(self) -> None:
        """End the processes."""
        await asyncio.gather(*(decoder.stop() for decoder in self.decoders))

    async def read(self, records: Sequence[Record]) -> Sequence[Outcome]:
        """What each record comes to, in their sequence."""
        if len(records) < WORTH_THE_WAY or not self._ready():
            return await self.here.read(records)
        async with asyncio.TaskGroup() as work:
            parts = [work.create_task(self._read(part)) for part in _parts(records)]
        return [outcome for part in parts for outcome in part.result()]

    async def _read(self, records: Sequence[Record]) -> Sequence[Outcome]:
        decoder = min(self._ready() or self.decoders, key=lambda each: each.load)
        try:
            answered = await decoder.ask(wire.request(records))
        except Lost:
            return await self.here.read(records)
        told = zip(records, wire.outcomes(answered), strict=True)
        return [outcome or self.here.outcome(record) for record, outcome in told]

    def _ready(self) -> list[Decoder]:
        return [decoder for decoder in self.decoders if decoder.ready]


def _parts(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    for start in range(0, len(records), RECORDS_IN_A_REQUEST):
        yield records[start : start + RECORDS_IN_A_REQUEST]
