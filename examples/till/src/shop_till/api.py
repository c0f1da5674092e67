"""Requests to the order projector's API, repeated while it does not answer."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any, Final
from urllib.error import HTTPError
from urllib.request import Request, urlopen

Order = Mapping[str, Any]

_AGAIN: Final = frozenset({429, 503})
_PAUSE: Final = 1.0
_WITHIN: Final = 30.0


class Refused(Exception):
    """The API rejects the request; the message is its own, with the request id for its log."""


class Unanswered(Exception):
    """The API did not answer any attempt: whether a write took effect is unknown."""


@dataclass(frozen=True, slots=True)
class Api:
    """The address of an API, and the key for it."""

    url: str
    app_id: str
    token: str = field(repr=False)
    attempts: int = 5
    sleep: Callable[[float], None] = time.sleep

    def ask(
        self, method: str, path: str, body: Order | None = None, *, once: str | None = None
    ) -> Order:
        """Send a request until it is answered; with ``once``, it takes effect once.

        Raise Refused or Unanswered, or ValueError if the request cannot be sent at all.
        """
        headers = {"X-App-Id": self.app_id, "X-App-Token": self.token}
        if once is not None:
            headers["Idempotency-Key"] = once
        content = None if body is None else json.dumps(body).encode()
        if content is not None:
            headers["Content-Type"] = "application/json"
        _check(headers)
        url = self.url + path
        request = Request(url, content, headers, method=method)  # noqa: S310 - it is the user's
        for _ in range(self.attempts):
            try:
                with urlopen(request, timeout=_WITHIN) as answer:  # noqa: S310 - as above
                    order: Order = json.load(answer)
                    return order
            except HTTPError as error:
                if error.code not in _AGAIN:
                    raise Refused(_message(error)) from None
                self.sleep(float(error.headers.get("Retry-After", _PAUSE)))
            except (OSError, HTTPException):
                self.sleep(_PAUSE)
        raise Unanswered(f"{self.url} did not answer {self.attempts} times")


def _check(headers: Mapping[str, str]) -> None:
    """Raise ValueError if HTTP has no room for a value; the message does not repeat it."""
    for name, value in headers.items():
        if not (value.isascii() and value.isprintable()):
            raise ValueError(f"{name} should be printable ASCII")


def _message(error: HTTPError) -> str:
    try:
        told = json.load(error)
        return f"{told.get('details') or told['message']} (request {told['request_id']})"
    except (ValueError, LookupError):  # such as from a proxy
        return f"{error.code} {error.reason}"
