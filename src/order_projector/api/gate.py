"""The outermost layer: what every request gets, whichever route it goes to.

The path that routes see is the raw one, so that an encoded slash stays within its segment.
"""

import logging
import time
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol
from uuid import uuid4

from fastapi.middleware.gzip import GZipMiddleware

from order_projector.api import encodings, framing
from order_projector.api.channel import HEADER
from order_projector.api.errors import ApiError, Key, not_http
from order_projector.api.rates import Allowance, RateLimit
from order_projector.hosting.server import ASGIApp
from order_projector.projection.unexpected_errors import describe_unexpected

_log: Final = logging.getLogger("order_projector.api.access")

_SECURITY: Final = (
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
_OWN: Final = frozenset(name for name, _ in _SECURITY)
"""Headers that an answer may give otherwise."""
METHODS: Final = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"})


class RequestMetrics(Protocol):
    """Counts the requests that were answered."""

    def answered(self, method: str, route: str, status: int, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Gate:
    """An ASGI application around another one."""

    app: ASGIApp
    compressing: ASGIApp
    rates: RateLimit
    metrics: RequestMetrics
    clock: Callable[[], float] = time.perf_counter

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Let one request through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, raw = self.clock(), scope["raw_path"].partition(b"?")[0].decode("latin-1")
        state: MutableMapping[str, Any] = scope.setdefault("state", {})
        state["request_id"] = new_request_id()
        answer = _Answer(scope, send, self.rates.unused)
        inner, routed = self.app, {**scope, "path": raw}
        has_two_forms = encodings.has_two_forms(scope["method"], raw)
        if has_two_forms and encodings.accepts_gzip(scope["headers"]):
            inner = self.compressing
            routed["headers"] = encodings.with_gzip_alone(scope["headers"])
        try:
            if framing.is_malformed(scope):
                await _refuse(answer, not_http())
            else:
                await inner(routed, receive, answer)
        except Exception as error:
            _log.error(
                "unexpected: %s", describe_unexpected(error), extra={"request_id": answer.id}
            )
            if not answer.status:
                await _refuse(answer, ApiError(Key.INTERNAL_ERROR))
            elif not answer.is_complete:
                raise _CutShort from None  # the connection ends without the end of the answer
        finally:
            self._record(routed, raw, answer, self.clock() - began)

    def _record(self, scope: Any, path: str, answer: "_Answer", seconds: float) -> None:
        state = scope["state"]
        client, route, reason = state.get("client"), scope.get("route"), state.get("reason")
        method = scope["method"] if scope["method"] in METHODS else "other"
        name = "other" if route is None else route.path_format
        self.metrics.answered(method, name, answer.status, seconds)
        _log.info(
            "%s %s %d",
            scope["method"],
            path,
            answer.status,
            extra={
                "request_id": answer.id,
                "app_id": client.app_id if client else None,
                "milliseconds": round(1000 * seconds, 1),
                **({} if reason is None else {"reason": reason}),
            },
        )


def new_request_id() -> str:
    """Return the id of a request."""
    return f"v-{uuid4().hex}"


def headers_of_every_answer(request_id: str) -> list[tuple[bytes, bytes]]:
    """Return the headers that every answer has, but for those that depend on what it is."""
    return [(b"x-request-id", request_id.encode()), (b"vary", HEADER.encode()), *_SECURITY]


class _CutShort(Exception):
    """An answer that broke off midway."""


class _Answer:
    """Sends the answer to one request, with the headers of every answer."""

    def __init__(self, scope: Any, send: Any, unused: Allowance) -> None:
        self.id: Final[str] = scope["state"]["request_id"]
        self.status = 0
        self.is_complete = False
        self._scope: Final = scope
        self._send: Final = send
        self._unused: Final = unused

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": self._headers(message["headers"])}
        elif message["type"] == "http.response.body":
            self.is_complete = not message.get("more_body", False)
            if self._scope["method"] == "HEAD":
                message = {**message, "body": b""}
        await self._send(message)

    def _headers(self, given: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        there = {name.lower() for name, _ in given}
        method, path = self._scope["method"], self._scope["path"]
        added = [each for each in headers_of_every_answer(self.id) if each[0] not in _OWN & there]
        is_kept = b"etag" in there and method in {"GET", "HEAD"}
        if b"cache-control" not in there:
            added.append((b"cache-control", b"private, no-cache" if is_kept else b"no-store"))
        if is_kept and b"vary" not in there and encodings.has_two_forms(method, path):
            added.append((b"vary", b"Accept-Encoding"))
        if framing.is_last(self._scope):
            added.append((b"connection", b"close"))
        if path.startswith("/v1/"):
            allowance = self._scope["state"].get("allowance", self._unused)
            added.append((b"x-rate-limit-limit", b"%d" % allowance.limit))
            added.append((b"x-rate-limit-remaining", b"%d" % allowance.remaining))
        return [*encodings.sent(given), *added]


async def _refuse(answer: _Answer, error: ApiError) -> None:
    body = error.body(answer.id)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
    ]
    await answer({"type": "http.response.start", "status": error.status, "headers": headers})
    await answer({"type": "http.response.body", "body": body})


def gated(app: ASGIApp, rates: RateLimit, metrics: RequestMetrics) -> Gate:
    """Return the application behind its gate."""
    return Gate(app, GZipMiddleware(app, compresslevel=6), rates, metrics)
