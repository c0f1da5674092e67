"""Decoders: processes that decode for a worker, and whom it can do without."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from subprocess import PIPE, Popen

import psutil
import pytest

from order_projector.adapters.decoders import Decoder, Decoders, wire
from order_projector.demo.stream import generate
from order_projector.events.decode import decode
from order_projector.events.outcome import Outcome
from order_projector.projection.ports import Coordinates, Record
from order_projector.projection.reading import Headers, Here
from tests.support.probes import until

FRAME_READY = f"sys.stdout.buffer.write({wire.framed(wire.READY)!r}); sys.stdout.flush()"
DIES_WHEN_ASKED = f"import sys; {FRAME_READY}; sys.stdin.buffer.read(1)"
OWNER = """
import asyncio
from order_projector.adapters.decoders import Decoder

async def own():
    decoder = Decoder()
    decoder.start()
    while not decoder.ready:
        await asyncio.sleep(0.01)
    print(decoder.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(own())
"""


def stream() -> list[Record]:
    """A few hundred records of every kind, the hostile ones among them."""
    return [
        Record(Coordinates("t", 0, offset), each.key, each.value, each.headers)
        for offset, each in enumerate(generate(60, 5).records)
    ]


def here(counted: list[bytes | None]) -> Here:
    """Reads here, and notes what it has read."""

    def counting(value: bytes | None, headers: Headers) -> Outcome:
        counted.append(value)
        return decode(value, headers)

    return Here(counting)


@asynccontextmanager
async def decoders(here: Here, *each: Decoder) -> AsyncIterator[Decoders]:
    """Decoders at work."""
    pool = Decoders(here, each)
    await pool.start()
    try:
        yield pool
    finally:
        await pool.stop()


async def ready(pool: Decoders) -> None:
    """Wait until each of them can be asked."""

    async def all_are() -> bool:
        return all(decoder.ready for decoder in pool.decoders)

    await until(all_are, "every decoder is ready")


def expected(records: Sequence[Record]) -> list[Outcome]:
    """What the records tell."""
    return [decode(record.value, record.headers) for record in records]


async def test_what_decoders_tell_of_any_record_is_what_the_worker_would_have_read() -> None:
    records, read_here = stream(), list[bytes | None]()
    assert len(records) > 250

    async with decoders(here(read_here), Decoder(), Decoder()) as pool:
        await ready(pool)
        outcomes = await pool.read(records)

    assert list(map(repr, outcomes)) == list(map(repr, expected(records)))
    assert read_here == []


async def test_a_few_records_are_read_by_the_worker_itself() -> None:
    records, read_here = stream()[:99], list[bytes | None]()

    async with decoders(here(read_here), Decoder()) as pool:
        await ready(pool)
        outcomes = await pool.read(records)

    assert outcomes == expected(records)
    assert len(read_here) == 99


async def test_a_worker_without_decoders_reads_by_itself() -> None:
    records, read_here = stream(), list[bytes | None]()

    async with decoders(here(read_here)) as pool:
        assert await pool.read(records) == expected(records)

    assert len(read_here) == len(records)


async def test_what_a_decoder_was_asked_when_it_died_is_read_by_the_worker(
    caplog: pytest.LogCaptureFixture,
) -> None:
    records, read_here = stream(), list[bytes | None]()

    async def said() -> bool:
        return "a decoder is lost: events are decoded by the worker itself" in caplog.text

    async with decoders(here(read_here), Decoder((sys.executable, "-c", DIES_WHEN_ASKED))) as pool:
        await ready(pool)
        outcomes = await pool.read(records)
        await until(said, "the loss is in the log")

    assert outcomes == expected(records)
    assert len(read_here) == len(records)


async def test_a_killed_decoder_has_a_successor() -> None:
    async with decoders(here([]), Decoder(pause=0)) as pool:
        await ready(pool)
        (decoder,) = pool.decoders
        first = decoder.pid
        assert first is not None
        psutil.Process(first).kill()

        async def another() -> bool:
            return decoder.pid not in {None, first}

        await until(another, "another decoder is ready")


async def test_a_decoder_that_cannot_be_launched_is_done_without(
    caplog: pytest.LogCaptureFixture,
) -> None:
    records, decoder = stream(), Decoder(("/nowhere/python",))

    async with decoders(here([]), decoder) as pool:

        async def noticed() -> bool:
            return "a decoder cannot be launched" in caplog.text

        await until(noticed, "the launch has failed")
        assert await pool.read(records) == expected(records)


async def test_the_answer_to_somebody_who_went_away_is_not_taken_for_the_next_one_s() -> None:
    records = stream()

    async with decoders(here([]), Decoder()) as pool:
        await ready(pool)
        gone = asyncio.create_task(pool.read(records[:200]))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        gone.cancel()
        outcomes = await pool.read(records[200:])

    assert outcomes == expected(records[200:])


def test_an_event_that_no_decoder_has_foreseen_is_left_to_the_worker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def explode(value: bytes | None, headers: Headers) -> Outcome:
        raise KeyError(value, headers)

    monkeypatch.setattr(wire, "decode", explode)

    assert wire.outcomes(wire.answer(wire.request(stream()[:1]))) == [None]


async def test_the_signals_of_a_worker_that_drains_do_not_end_its_decoders() -> None:
    records = stream()

    async with decoders(here([]), Decoder()) as pool:
        await ready(pool)
        (decoder,) = pool.decoders
        child = psutil.Process(decoder.pid)
        for number in (signal.SIGINT, signal.SIGTERM):
            child.send_signal(number)
        assert await pool.read(records) == expected(records)
        assert decoder.pid == child.pid


async def test_a_decoder_ends_with_the_worker_that_was_killed(tmp_path: Path) -> None:
    with Popen([sys.executable, "-c", OWNER], stdout=PIPE, cwd=tmp_path) as owner:  # noqa: ASYNC220
        assert owner.stdout is not None
        decoder = int(await asyncio.to_thread(owner.stdout.readline))
        owner.kill()

    async def ended() -> bool:
        return not psutil.pid_exists(decoder)

    await until(ended, "the decoder of a killed worker has ended")
