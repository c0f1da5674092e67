"""Connections that no client holds for ever, and that answer even what is not a request.

uvicorn has a setting for neither; a protocol class is its only extension point for them.
"""

import asyncio
from collections.abc import Callable
from enum import Enum, auto
from typing import Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_WITHIN: Final = 30.0
"""Seconds for the head of a request to arrive, from the connection or from the answer before."""
BODY_WITHIN: Final = 30.0
"""Seconds for more of a body to arrive."""
TAKEN_WITHIN: Final = 120.0
"""Seconds for a client to take some of an answer that waits for it."""

_UNANSWERED: Final = frozenset({"IDLE", "SEND_RESPONSE"})
"""The states of a connection in which no answer is under way, as they are called."""


class _Awaited(Enum):
    """What comes next on a connection."""

    HEAD = auto()
    BODY = auto()
    ANSWER = auto()


class TimedConnection(H11Protocol):
    """A connection that ends when its client sends nothing that it has to, or takes nothing.

    The server's own time, for an answer, has no limit here.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's signature
        """Begin to wait for the head of the first request."""
        super().connection_made(transport)
        self._awaited: _Awaited = _Awaited.ANSWER
        self._deadline = self._taken = self.loop.call_later(HEAD_WITHIN, self._give_up)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._deadline.cancel()
        self._taken.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Wait for what comes next."""
        super().data_received(data)
        self._wait()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._wait()

    def pause_writing(self) -> None:
        """Wait for the client to take what was sent."""
        super().pause_writing()
        self._taken = self.loop.call_later(TAKEN_WITHIN, self.transport.abort)

    def resume_writing(self) -> None:
        """Continue with the answer."""
        self._taken.cancel()
        super().resume_writing()

    def _wait(self) -> None:
        awaited = self._next()
        if awaited is self._awaited and awaited is not _Awaited.BODY:
            return
        self._awaited = awaited
        self._deadline.cancel()
        match awaited:
            case _Awaited.HEAD:
                self._deadline = self.loop.call_later(HEAD_WITHIN, self._give_up)
            case _Awaited.BODY:
                self._deadline = self.loop.call_later(BODY_WITHIN, self._give_up)

    def _next(self) -> _Awaited:
        cycle: Any = self.cycle  # None before the first request
        if cycle is None or cycle.response_complete:
            return _Awaited.HEAD
        return _Awaited.BODY if cycle.more_body else _Awaited.ANSWER

    def _give_up(self) -> None:
        """End the connection, unless it is the application that has not read what came."""
        if self._awaited is _Awaited.BODY and self.flow.read_paused:
            self._wait()
        else:
            self.transport.abort()


def answering(refusal: Callable[[], bytes]) -> type[H11Protocol]:
    """Return connections that answer with `refusal` what is not a request, and then end."""

    class Connection(TimedConnection):
        def send_400_response(self, msg: str) -> None:
            """Answer that a request cannot be read, unless another answer is under way."""
            del msg
            if str(self.conn.our_state) in _UNANSWERED:
                self.transport.write(refusal())
                self.transport.close()
            else:
                self.transport.abort()

    return Connection
