"""The trace that a record belongs to."""

import re
from typing import Final

from order_projector.projection.steps import Headers

_TRACEPARENT: Final = re.compile(
    rb"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
)
"""W3C excludes version ff, and a trace or a span of zeros."""


def traceparent(headers: Headers) -> str | None:
    """Return the trace to continue, from the W3C header or the CloudEvents extension."""
    for name, value in headers:
        if name in {"traceparent", "ce_traceparent"} and value and _TRACEPARENT.fullmatch(value):
            return value.decode()
    return None
