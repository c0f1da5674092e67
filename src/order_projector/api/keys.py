"""Keys of clients: a file of app ids and digests of tokens, read again whenever it changes."""

import hmac
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final

import orjson

from order_projector.api.scopes import Scope

_log: Final = logging.getLogger(__name__)

_APP_ID: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
_HEX: Final = frozenset("0123456789abcdef")
_NO_DIGEST: Final = b"\0" * 32
"""Compared with where an app id is unknown, so that this takes as long as a wrong token."""

Digest = Annotated[bytes, "the SHA-256 of a token"]


@dataclass(frozen=True, slots=True)
class Client:
    """Who sends a request, and what it may do."""

    app_id: str
    scopes: frozenset[Scope]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request shows: an app id and a token, as bytes."""

    app_id: bytes
    token: bytes


@dataclass(frozen=True, slots=True)
class _Key:
    digest: Digest
    client: Client


class BadLine(ValueError):
    """A line that is not a key; the message says why and repeats nothing of it."""


def digest_of(token: bytes) -> Digest:
    """Return what the file keeps of a token."""
    return sha256(token).digest()


def key_of(line: str) -> tuple[Digest, Client]:
    """Return the key of a line. Raises `BadLine`."""
    try:
        members = orjson.loads(line)
    except orjson.JSONDecodeError:
        raise BadLine("is not JSON") from None
    if not isinstance(members, dict):
        raise BadLine("is not a JSON object")
    app_id, digest, scopes = (members.get(it) for it in ("app_id", "token_sha256", "scopes"))
    if not isinstance(app_id, str) or not app_id or not _APP_ID.issuperset(app_id):
        raise BadLine("app_id has to consist of letters, digits, _ and -")
    if not isinstance(digest, str) or len(digest) != 64 or not _HEX.issuperset(digest.lower()):
        raise BadLine("token_sha256 has to have 64 hexadecimal digits")
    if not isinstance(scopes, list) or not scopes:
        raise BadLine("scopes has to be a list that is not empty")
    try:
        allowed = frozenset(map(Scope, scopes))
    except (ValueError, TypeError):
        raise BadLine(f"scopes has to name some of {', '.join(Scope)}") from None
    return bytes.fromhex(digest), Client(app_id, allowed)


@dataclass(slots=True)
class KeysFile:
    """The keys of a file. While it has broken lines, keys that were good stay good."""

    path: Path
    _keys: Mapping[bytes, tuple[_Key, ...]] = field(default_factory=dict)
    _seen: tuple[int, int, int] | None = None

    def __post_init__(self) -> None:
        """Read the file for the first time."""
        self._refresh()

    @property
    def is_empty(self) -> bool:
        """Whether there is no good key at all."""
        return not self._keys

    def client_of(self, shown: Credentials) -> Client | None:
        """Return whose credentials these are; None for an unknown app id or a wrong token."""
        self._refresh()
        digest, found = digest_of(shown.token), None
        known = self._keys.get(shown.app_id)
        for key in known or (_Key(_NO_DIGEST, _NOBODY),):
            if hmac.compare_digest(key.digest, digest):
                found = key.client
        return found if known else None

    def _refresh(self) -> None:
        try:
            stat = self.path.stat()
            seen = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if seen == self._seen:
                return
            text = self.path.read_bytes().decode("utf-8", "replace")
        except OSError as error:
            if self._seen != _MISSING:
                _log.warning("the keys file cannot be read, known keys stay: %s", error.strerror)
            self._seen = _MISSING
            return
        self._seen = seen
        self._read(text)

    def _read(self, text: str) -> None:
        good, broken = list[_Key](), False
        # Not by splitlines: JSON may hold U+2028 and other ends of lines as they are.
        for number, line in enumerate(text.split("\n"), start=1):
            if not line.strip():
                continue
            try:
                good.append(_Key(*key_of(line)))
            except BadLine as reason:
                broken = True
                _log.warning("line %d of the keys file %s", number, reason)
        if broken:
            digests = {(key.client.app_id, key.digest) for key in good}
            before = (key for keys in self._keys.values() for key in keys)
            good += [key for key in before if (key.client.app_id, key.digest) not in digests]
        self._keys = _by_app_id(good)


_NOBODY: Final = Client("", frozenset())
_MISSING: Final = (-1, -1, -1)


def _by_app_id(keys: Iterable[_Key]) -> dict[bytes, tuple[_Key, ...]]:
    found: dict[bytes, tuple[_Key, ...]] = {}
    for key in keys:
        name = key.client.app_id.encode()
        found[name] = (*found.get(name, ()), key)
    return found
