"""Bounds on the connections of the HTTP port, so that slow or idle clients block no probe.

uvicorn bounds neither the time a request takes to arrive nor the number of open connections.
"""

import asyncio
import logging
from typing import Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

from order_projector.worker.page import STYLE_SOURCE

_log: Final = logging.getLogger(__name__)

MOST_CONNECTIONS: Final = 100
HEAD_WITHIN: Final = 5.0
"""Seconds for a request's head to arrive, from the connection or from the previous response."""
ANSWER_WITHIN: Final = 30.0
"""Seconds for the rest: the body of the request, and the response until it is delivered."""
LARGEST_HEAD: Final = 16_384
"""Bytes of the head of a request."""

_POLICY: Final = (
    f"default-src 'none'; style-src {STYLE_SOURCE}; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
HEADERS: Final = (
    ("cache-control", "no-store"),
    ("content-security-policy", _POLICY),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
)
"""Headers of every response, including those that uvicorn sends on its own."""


class BoundedConnection(H11Protocol):
    """A connection that is closed if its request or its response takes too long.

    If there are too many connections, a new one replaces the one that has waited longest for a
    request, so clients that hold idle connections cannot lock out others. uvicorn has no setting
    for either bound; a protocol class is its only extension point for them.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's signature
        """Make room for the connection, and start the deadline of its first request."""
        others = [each for each in self.connections if isinstance(each, BoundedConnection)]
        super().connection_made(transport)
        self._deadline = self.loop.call_later(HEAD_WITHIN, self._give_up)
        if len(others) >= MOST_CONNECTIONS:
            oldest = min(others, key=BoundedConnection.eviction_order)
            oldest.transport.abort()
            self.connections.discard(oldest)  # connection_lost is only called later
            _log.warning(
                "more than %d connections to the HTTP port: the oldest are closed", MOST_CONNECTIONS
            )

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the deadline."""
        self._deadline.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Start the deadline of the response once the head of the request is complete."""
        if self.transport.is_closing():
            return
        waited = not self.busy
        super().data_received(data)
        if waited and self.busy:
            self._wait(ANSWER_WITHIN)

    def on_response_complete(self) -> None:
        """Start the deadline of the next request, or of its response if it was pipelined."""
        super().on_response_complete()
        self._wait(ANSWER_WITHIN if self.busy else HEAD_WITHIN)

    def send_400_response(self, msg: str) -> None:
        """Respond with the headers of every response; uvicorn's own 400 has none of them."""
        body = msg.encode("ascii")
        fields = [*self.server_state.default_headers, (b"content-type", b"text/plain")]
        head = b"".join(b"%b: %b\r\n" % field for field in fields)
        self.transport.write(
            b"HTTP/1.1 400 Bad Request\r\n%bcontent-length: %d\r\nconnection: close\r\n\r\n%b"
            % (head, len(body), body)
        )
        self.transport.close()

    @property
    def busy(self) -> bool:
        """Whether a response is in progress."""
        cycle: Any = self.cycle  # None before the first request
        return cycle is not None and not cycle.response_complete

    def eviction_order(self) -> tuple[bool, float]:
        """Return the sort key for closing connections, lowest first: idle, then first deadline."""
        return self.busy, self._deadline.when()

    def _wait(self, seconds: float) -> None:
        self._deadline.cancel()
        self._deadline = self.loop.call_later(seconds, self._give_up)

    def _give_up(self) -> None:
        """Abort the connection, and discard what is still to be sent on it."""
        self.transport.abort()


def options() -> dict[str, Any]:
    """Return the uvicorn options for these bounds."""
    return {
        "http": BoundedConnection,
        "ws": "none",
        "timeout_keep_alive": int(ANSWER_WITHIN),  # never reached: HEAD_WITHIN is shorter
        "h11_max_incomplete_event_size": LARGEST_HEAD,
        "headers": [*HEADERS],
    }
