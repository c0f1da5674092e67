"""What is said to a client that does not speak HTTP/1.1."""

import logging
from typing import Final

from order_projector.api.errors import not_http
from order_projector.api.gate import headers_of_every_answer, new_request_id

_log: Final = logging.getLogger("order_projector.api.access")


def refusal() -> bytes:
    """Return the answer to what is not an HTTP request, and log it."""
    request_id = new_request_id()
    error = not_http()
    body = error.body(request_id)
    headers = [
        *headers_of_every_answer(request_id),
        (b"cache-control", b"no-store"),
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"connection", b"close"),
    ]
    _log.info("no request %d", error.status, extra={"request_id": request_id})
    lines = b"".join(b"%b: %b\r\n" % header for header in headers)
    return b"HTTP/1.1 400 Bad Request\r\n%b\r\n%b" % (lines, body)
