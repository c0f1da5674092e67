"""The credentials in a request's headers."""

import base64
import binascii
from collections.abc import Iterable, Mapping

from order_projector.api.keys import Credentials

Headers = Iterable[tuple[bytes, bytes]]


def of_api(headers: Headers) -> Credentials | None:
    """Return what a request under ``/v1`` shows: its two headers, else a bearer token."""
    found = dict(headers)
    if _has_own(found):
        return _own(found)
    scheme, _, rest = found.get(b"authorization", b"").partition(b" ")
    if scheme.lower() != b"bearer":
        return None
    app_id, dot, token = rest.strip().partition(b".")
    return Credentials(app_id, token) if dot else None


def of_page(headers: Headers) -> Credentials | None:
    """Return what a request of a browser shows: the two headers, else a basic login."""
    found = dict(headers)
    if _has_own(found):
        return _own(found)
    scheme, _, rest = found.get(b"authorization", b"").partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        login = base64.b64decode(rest.strip(), validate=True)
    except binascii.Error:
        return None
    app_id, colon, token = login.partition(b":")
    return Credentials(app_id, token) if colon else None


def _has_own(headers: Mapping[bytes, bytes]) -> bool:
    return b"x-app-id" in headers or b"x-app-token" in headers


def _own(headers: Mapping[bytes, bytes]) -> Credentials:
    return Credentials(headers.get(b"x-app-id", b""), headers.get(b"x-app-token", b""))
