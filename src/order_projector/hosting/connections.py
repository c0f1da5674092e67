"""Connections on which a client does not speak HTTP/1.1."""

from collections.abc import Callable
from typing import Final

from uvicorn.protocols.http.h11_impl import H11Protocol

_UNANSWERED: Final = frozenset({"IDLE", "SEND_RESPONSE"})
"""The states of a connection in which no answer is under way, as they are called."""


def answering(refusal: Callable[[], bytes]) -> type[H11Protocol]:
    """Return connections that answer with `refusal` what is no request, and then end.

    uvicorn has no setting for that answer; a protocol class is its only extension point for it.
    """

    class Connection(H11Protocol):
        def send_400_response(self, msg: str) -> None:
            """Answer that a request cannot be read, unless another answer is under way."""
            del msg
            if str(self.conn.our_state) in _UNANSWERED:
                self.transport.write(refusal())
                self.transport.close()
            else:
                self.transport.abort()

    return Connection
