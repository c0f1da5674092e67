"""Connections of the HTTP port: few, short, and none that keeps a probe from its answer.

uvicorn waits for a request for as long as it takes to come, and for any number of them.
"""

import asyncio
import logging
from typing import Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

from order_projector.worker.page import STYLE_SOURCE

_log: Final = logging.getLogger(__name__)

MOST_CONNECTIONS: Final = 100
HEAD_WITHIN: Final = 5.0
"""Seconds for the head of a request to arrive, from the connection or the answer before it."""
ANSWER_WITHIN: Final = 30.0
"""Seconds for the rest: the body of the request, the answer, and its way to the client."""
LARGEST_HEAD: Final = 16_384
BACKLOG: Final = 128

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
"""What goes with every answer, whoever gives it."""


class BoundedConnection(H11Protocol):
    """A connection that ends when its request or its answer takes too long.

    When there are too many, the new one takes the place of the one that has been waiting longest
    for a request: who holds connections open without asking anything keeps nobody out.
    uvicorn has no setting for either, and no place to put them but a class of this kind.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Make room for the connection and give its request time to come."""
        others = [each for each in self.connections if isinstance(each, BoundedConnection)]
        super().connection_made(transport)
        self._deadline = self.loop.call_later(HEAD_WITHIN, self._give_up)
        if len(others) >= MOST_CONNECTIONS:
            oldest = min(others, key=BoundedConnection.eviction_order)
            oldest.transport.abort()
            self.connections.discard(oldest)  # it hears of its end only later
            _log.warning(
                "more than %d connections to the HTTP port: the oldest are closed", MOST_CONNECTIONS
            )

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline."""
        self._deadline.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Give the answer its time, once the head is there."""
        if self.transport.is_closing():
            return
        waited = not self.busy
        super().data_received(data)
        if waited and self.busy:
            self._wait(ANSWER_WITHIN)

    def on_response_complete(self) -> None:
        """Give the next request its time."""
        super().on_response_complete()
        self._wait(ANSWER_WITHIN if self.busy else HEAD_WITHIN)

    def send_400_response(self, msg: str) -> None:
        """Answer with the headers of every answer; uvicorn's own has none of them."""
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
        """Whether a request is being answered."""
        cycle: Any = self.cycle  # None before the first request, though not by its type
        return cycle is not None and not cycle.response_complete

    def eviction_order(self) -> tuple[bool, float]:
        """Return the sort key by which connections are closed, lowest first."""
        return self.busy, self._deadline.when()

    def _wait(self, seconds: float) -> None:
        self._deadline.cancel()
        self._deadline = self.loop.call_later(seconds, self._give_up)

    def _give_up(self) -> None:
        """Ends the connection with all that was still to be sent on it."""
        self.transport.abort()


def options() -> dict[str, Any]:
    """What uvicorn has to know of these bounds."""
    return {
        "http": BoundedConnection,
        "ws": "none",
        "backlog": BACKLOG,
        "timeout_keep_alive": int(ANSWER_WITHIN),  # HEAD_WITHIN ends it before
        "h11_max_incomplete_event_size": LARGEST_HEAD,
        "headers": [*HEADERS],
    }
