"""A batch is one span, linked to its producers' traces, with a child for each of its stages."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, Sampler
from opentelemetry.trace import StatusCode

from order_projector.projection.ports import Coordinates, Record
from order_projector.worker import otel
from order_projector.worker.otel import BatchTraces

TRACE = "0af7651916cd43dd8448eb211c80319c"
HEADER = f"00-{TRACE}-b7ad6b7169203331-01".encode()
SECRET = b'{"customer": "somebody@example.com"}'
PLAIN = Record(Coordinates("t", 0, 1), b"key", SECRET)
TRACED = replace(PLAIN, headers=(("traceparent", HEADER),))


class Exported:
    """Traces, and the spans that they export."""

    def __init__(self, sampler: Sampler = ALWAYS_ON) -> None:
        self._memory = InMemorySpanExporter()
        provider = TracerProvider(sampler=sampler)
        provider.add_span_processor(SimpleSpanProcessor(self._memory))
        self.traces = BatchTraces(provider.get_tracer("test"), "group", provider.shutdown)

    async def process(self, *records: Record) -> None:
        """Process a batch that loads in one of two concurrent tasks, and writes in the other."""

        async def stage(name: str) -> None:
            await asyncio.sleep(0)
            self.traces.stage(name, 0.5)

        async def work(records: Sequence[Record]) -> None:
            del records
            async with asyncio.TaskGroup() as group:
                group.create_task(stage("load"))
                group.create_task(stage("write"))

        await self.traces.around(work)(records)

    def spans(self) -> dict[str, ReadableSpan]:
        """Return the exported spans by name."""
        return {span.name: span for span in self._memory.get_finished_spans()}


async def test_the_stages_of_a_batch_are_children_of_its_span() -> None:
    exported = Exported()
    await exported.process(PLAIN, PLAIN)

    batch, load, write = (exported.spans()[name] for name in ("batch", "load", "write"))
    assert load.parent == write.parent == batch.get_span_context()
    assert batch.attributes == {
        "messaging.system": "kafka",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.consumer.group.name": "group",
        "messaging.destination.name": "t",
        "messaging.batch.message_count": 2,
    }
    assert batch.status.status_code is StatusCode.UNSET
    assert load.start_time is not None
    assert load.end_time is not None
    assert load.end_time - load.start_time == 500_000_000


async def test_what_follows_a_batch_beside_the_next_one_is_a_child_of_it_too() -> None:
    exported = Exported()
    await exported.process(PLAIN)
    exported.traces.stage("commit", 0.1)

    spans = exported.spans()
    assert spans["commit"].parent == spans["batch"].get_span_context()


async def test_a_batch_is_linked_to_each_trace_of_its_records_once() -> None:
    exported = Exported()
    await exported.process(TRACED, PLAIN, TRACED)

    (link,) = exported.spans()["batch"].links
    assert f"{link.context.trace_id:032x}" == TRACE


async def test_a_trace_of_zeros_is_none() -> None:
    exported = Exported()
    zeros = f"00-{'0' * 32}-{'0' * 16}-01".encode()
    await exported.process(replace(PLAIN, headers=(("traceparent", zeros),)))

    assert not exported.spans()["batch"].links


async def test_no_attribute_holds_anything_of_an_event() -> None:
    exported = Exported()
    await exported.process(TRACED)

    assert "example.com" not in "".join(span.to_json() for span in exported.spans().values())
    assert "key" not in exported.spans()["batch"].to_json()


async def test_an_exception_leaves_no_message_in_the_span() -> None:
    exported = Exported()

    async def fail(records: Sequence[Record]) -> None:
        raise ValueError(records[0].value)

    with pytest.raises(ValueError, match="example"):
        await exported.traces.around(fail)([PLAIN])

    span = exported.spans()["batch"]
    assert "example.com" not in span.to_json()
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})["error.type"] == "ValueError"


async def test_a_batch_of_two_topics_names_neither() -> None:
    exported = Exported()
    await exported.process(PLAIN, replace(PLAIN, coordinates=Coordinates("other", 0, 1)))

    assert "messaging.destination.name" not in (exported.spans()["batch"].attributes or {})


async def test_a_batch_that_is_not_sampled_costs_no_span() -> None:
    exported = Exported(ALWAYS_OFF)
    await exported.process(TRACED)
    exported.traces.stage("commit", 0.1)

    assert exported.spans() == {}


async def test_the_check_of_an_abandoned_batch_alone_is_no_batch() -> None:
    exported = Exported()
    await exported.process()

    assert "batch" not in exported.spans()


async def test_closing_waits_no_longer_than_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otel, "CLOSE_WITHIN", 0.01)
    exported, forever = Exported(), asyncio.Event()
    blocked = BatchTraces(exported.traces.tracer, "group", lambda: asyncio.run(_wait(forever)))

    await blocked.close()


async def _wait(event: asyncio.Event) -> None:
    await event.wait()
