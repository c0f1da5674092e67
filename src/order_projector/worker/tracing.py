"""Traces of batches, for OpenTelemetry: off unless its own variables name an exporter.

They need the extra ``otel``. Which batches are sampled is said by ``OTEL_TRACES_SAMPLER``.
"""

import os
from typing import Final, Protocol

from order_projector.projection.steps import ProcessBatch
from order_projector.settings import ConfigurationError

_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


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


def configured_traces() -> Traces:
    """Return the traces that OpenTelemetry's variables ask for.

    Raises `ConfigurationError` if they ask for some and the extra ``otel`` is not installed.
    """
    endpoint = next((name for name in _ENDPOINTS if os.environ.get(name)), None)
    if endpoint is None or os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return NoTraces()
    try:
        from order_projector.worker.otel import exported_traces  # noqa: PLC0415 - an extra
    except ImportError:
        message = f"{endpoint}: needs the extra otel: pip install 'order-projector[otel]'"
        raise ConfigurationError(message) from None
    return exported_traces()
