"""The secrets of the webhook receiver, and the signatures made with them."""

import hmac
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from order_projector.events.parsing import parse

_log: Final = logging.getLogger(__name__)

KEPT: Final = re.compile(rb'(?:[^" \t\r\n]++|"(?:[^"\\]++|\\.)*+"?+)++', re.DOTALL)
"""What stays of JSON without white space.

A string may lack its end, and nothing is given back: so each byte of any body is read once.
"""
_MISSING: Final = (-1, -1, -1)


@dataclass(slots=True)
class WebhookSecrets:
    """One secret, or two while they are changed; the file is read again when it changes."""

    path: Path
    _secrets: tuple[bytes, ...] = ()
    _seen: tuple[int, int, int] = field(default=_MISSING)

    def __post_init__(self) -> None:
        """Read the file for the first time."""
        self._refresh()

    @property
    def is_empty(self) -> bool:
        """Whether there is no secret."""
        return not self._secrets

    def signed(self, body: bytes, signature: str) -> bool:
        """Whether the signature is that of the body, or of its JSON without white space."""
        self._refresh()
        given, found = signature.strip().lower().encode("ascii", "replace"), False
        for text in _texts(body):
            for secret in self._secrets:
                expected = hmac.new(secret, text, sha256).hexdigest().encode()
                found |= hmac.compare_digest(expected, given)
        return found

    def _refresh(self) -> None:
        try:
            stat = self.path.stat()
            seen = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if seen == self._seen:
                return
            lines = self.path.read_bytes().splitlines()
        except OSError as error:
            _log.warning("the webhook secrets cannot be read: %s", error.strerror)
            return
        self._seen = seen
        if secrets := tuple(line.strip() for line in lines if line.strip()):
            self._secrets = secrets


def _texts(body: bytes) -> Iterator[bytes]:
    """Yield the texts that a sender may have signed."""
    yield body
    yield b"".join(KEPT.findall(body))
    try:
        value = parse(body)
        yield json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except ValueError:
        return
