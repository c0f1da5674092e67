"""Traces of batches, for OpenTelemetry: off unless its own variables name an exporter.

They need the extra ``otel``. Which batches are sampled is said by ``OTEL_TRACES_SAMPLER``.
"""

from typing import Protocol

from order_projector.projection.steps import ProcessBatch
from order_projector.settings import ConfigurationError
from order_projector.worker.otel_variables import exporter_variable


class Traces(Protocol):
    """Where batches and their stages are traced. The methods neither wait nor fail."""

    def around(self, process: ProcessBatch) -> ProcessBatch:
        """Return the step, with a span around each batch."""

    def stage(self, stage: str, seconds: float) -> None:
        """Record a stage that ends now, of the batch in hand or of the last one."""

    async def close(self) -> None:
        """Export what is left, for a bounded time."""


class NoTraces:
    """Traces nothing."""

    def around(self, process: ProcessBatch) -> ProcessBatch:
        """Return the step as it is."""
        return process

    def stage(self, stage: str, seconds: float) -> None:
        """Record nothing."""

    async def close(self) -> None:
        """Export nothing."""


def configured_traces(group: str) -> Traces:
    """Return the traces that OpenTelemetry's variables ask for, of a worker in this group.

    Raises `ConfigurationError` if one of them cannot be used, or if they ask for traces and the
    extra ``otel`` is not installed.
    """
    asked = exporter_variable()
    if asked is None:
        return NoTraces()
    try:
        from order_projector.worker.otel import exported_traces  # noqa: PLC0415 - an extra
    except ImportError:
        message = f"{asked}: needs the extra otel: pip install 'order-projector[otel]'"
        raise ConfigurationError(message) from None
    return exported_traces(group)
