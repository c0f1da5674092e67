"""Idempotency keys: what a repeated request is known by."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class RequestKey:
    """An idempotency key of a client, and a fingerprint of the request that it came with."""

    app_id: str
    text: str
    fingerprint: str

    @property
    def name(self) -> str:
        """The name of the key among those of all clients."""
        return digest("key", self.app_id, self.text)

    @property
    def event_id(self) -> str:
        """The id of the event of the write."""
        return f"evt_api_{self.name[:32]}"

    @property
    def order_id(self) -> str:
        """The id of a new order that is written without any name."""
        return f"ord_{letters(digest('order', self.app_id, self.text), 24)}"


def digest(*parts: str) -> str:
    """Return a digest of texts, 64 hexadecimal digits; no two lists of texts share one."""
    joined = b"".join(b"%d:%b" % (len(part), part) for part in map(_utf8, parts))
    return sha256(joined).hexdigest()


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def letters(hexadecimal: str, count: int) -> str:
    """Return that many letters and digits of a number."""
    number, found = int(hexadecimal, 16), ""
    for _ in range(count):
        number, place = divmod(number, len(ALPHABET))
        found += ALPHABET[place]
    return found
