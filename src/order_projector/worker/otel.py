"""Traces in OpenTelemetry's terms: one span a batch, with a child for each of its stages.

Importing this module needs the extra ``otel``. No attribute holds anything of an event.
"""

import asyncio
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Final

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import (
    Link,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    Tracer,
    get_current_span,
    set_span_in_context,
)

from order_projector.projection.ports import Record
from order_projector.projection.steps import ProcessBatch
from order_projector.projection.traceparent import traceparent
from order_projector.settings import ConfigurationError

MOST_LINKS: Final = 128
"""Traces of producers that a batch's span is linked to; OpenTelemetry drops further ones."""

CLOSE_WITHIN: Final = 1.0


def _nothing() -> None:
    """Export nothing."""


@dataclass(slots=True)
class BatchTraces:
    """Traces batches with a tracer of OpenTelemetry."""

    tracer: Tracer
    group: str
    flush: Callable[[], None] = _nothing
    _last: Context | None = field(default=None, init=False)

    def around(self, process: ProcessBatch) -> ProcessBatch:
        """Return the step, with a span around each batch, linked to its producers' traces."""

        async def traced(records: Sequence[Record]) -> None:
            with self._batch(records):
                await process(records)

        return traced

    def stage(self, stage: str, seconds: float) -> None:
        """Record a stage as a child of the batch in hand; of the last one where there is none."""
        in_hand = get_current_span().get_span_context().is_valid
        ended = time.time_ns()
        began = ended - round(seconds * 1e9)
        context = None if in_hand else self._last
        self.tracer.start_span(stage, context=context, start_time=began).end(ended)

    async def close(self) -> None:
        """Export what is left; give up after `CLOSE_WITHIN` seconds."""
        thread = Thread(target=self.flush, daemon=True)  # a daemon: it may not delay the exit
        thread.start()
        await asyncio.to_thread(thread.join, CLOSE_WITHIN)

    @contextmanager
    def _batch(self, records: Sequence[Record]) -> Iterator[None]:
        if not records:  # nothing but the repetition of announcements
            yield
            return
        with self.tracer.start_as_current_span(
            "batch",
            kind=SpanKind.CONSUMER,
            links=list(_links(records)),
            record_exception=False,  # its message may quote an event
            set_status_on_exception=False,
            attributes=self._attributes(records),
        ) as span:
            self._last = set_span_in_context(span)
            try:
                yield
            except Exception as error:
                span.set_status(StatusCode.ERROR)
                span.set_attribute("error.type", type(error).__name__)
                raise

    def _attributes(self, records: Sequence[Record]) -> dict[str, str | int]:
        """Return what OpenTelemetry's conventions for messaging ask of a batch."""
        topics = {record.coordinates.topic for record in records}
        destination = {"messaging.destination.name": topics.pop()} if len(topics) == 1 else {}
        return {
            "messaging.system": "kafka",
            "messaging.operation.name": "process",
            "messaging.operation.type": "process",
            "messaging.consumer.group.name": self.group,
            "messaging.batch.message_count": len(records),
            **destination,
        }


def _links(records: Sequence[Record]) -> Iterator[Link]:
    """Yield a link to each trace that a record continues, the first ones only."""
    traces = dict.fromkeys(each for record in records if (each := traceparent(record.headers)))
    for each in list(traces)[:MOST_LINKS]:
        _, trace, span, flags = each.split("-")
        context = SpanContext(
            int(trace, 16), int(span, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16))
        )
        if context.is_valid:
            yield Link(context)


def exported_traces(group: str) -> BatchTraces:
    """Return traces that are exported as OpenTelemetry's variables say.

    Raises `ConfigurationError` for bounds that cannot be used.
    """
    with _naming("OTEL_SPAN_", "OTEL_ATTRIBUTE_", "OTEL_EVENT_", "OTEL_LINK_"):
        provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
    with _naming("OTEL_BSP_"):
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return BatchTraces(provider.get_tracer("order_projector"), group, provider.shutdown)


def _resource() -> Resource:
    """Return the service as the variables name it, else by our own name."""
    named = Resource.create()
    is_nameless = str(named.attributes[SERVICE_NAME]).startswith("unknown_service")
    return named.merge(Resource({SERVICE_NAME: "order-projector"})) if is_nameless else named


@contextmanager
def _naming(*prefixes: str) -> Iterator[None]:
    """Name the variables that may be meant by an error: its message need not."""
    try:
        yield
    except ValueError as error:
        names = sorted(name for name in os.environ if name.startswith(prefixes))
        raise ConfigurationError(f"{', '.join(names)}: {error}") from None
