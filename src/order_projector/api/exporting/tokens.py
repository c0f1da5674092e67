"""Tokens of download URLs: good for a day, for one export, and for nothing else."""

import hmac
from hashlib import sha256
from typing import Final

GOOD_FOR: Final = 86_400_000
"""Milliseconds."""


def token_of(secret: str, export_id: str, now: int) -> str:
    """Return a token that is good for a day from now, in milliseconds."""
    until = now + GOOD_FOR
    return f"{until:x}.{_signature(secret, export_id, until)}"


def is_good(token: str, secret: str, export_id: str, now: int) -> bool:
    """Whether the token is one of this export, and not expired."""
    text, _, signature = token.partition(".")
    try:
        until = int(text, 16) if len(text) <= 16 else 0
    except ValueError:
        until = 0
    expected = _signature(secret, export_id, until)
    is_own = hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))
    return is_own and now < until


def _signature(secret: str, export_id: str, until: int) -> str:
    return hmac.new(secret.encode(), f"{export_id} {until}".encode(), sha256).hexdigest()
