"""New keys for clients of the API: a token, and the line of the keys file with its digest."""

import secrets
import string
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

import orjson

ALL_SCOPES: Final = ("orders:read", "orders:write", "orders:export")

_LETTERS: Final = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made. The token is kept nowhere else: the line has only its digest."""

    app_id: str
    token: str = field(repr=False)
    line: str


def new_key(scopes: Iterable[str], app_id: str | None = None, note: str | None = None) -> NewKey:
    """Make a key with a random token. Without an app id it gets `app_` and 12 letters."""
    name = app_id or f"app_{''.join(secrets.choice(_LETTERS) for _ in range(12))}"
    token = secrets.token_urlsafe(32)
    members = {
        "app_id": name,
        "token_sha256": sha256(token.encode()).hexdigest(),
        "scopes": list(dict.fromkeys(scopes)),
    }
    line = orjson.dumps(members if note is None else members | {"note": note}).decode()
    return NewKey(name, token, line)
