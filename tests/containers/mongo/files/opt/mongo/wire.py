"""The part of MongoDB's wire protocol that the proxy needs: whole messages and their document."""

import asyncio
import struct
from dataclasses import dataclass
from typing import Any

import bson

_HEADER = struct.Struct("<iiii")
_MSG, _QUERY, _REPLY = 2013, 2004, 1
_MSG_DOCUMENT = 5
"""Four bytes of flags, and one with the kind of the section."""
_REPLY_DOCUMENT = 20
"""Flags, cursor, start and count."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message, as received."""

    id: int
    answers: int
    code: int
    body: bytes

    @property
    def command(self) -> str:
        """The name of the command in an `OP_MSG`; empty for other messages."""
        if self.code != _MSG or self.body[_MSG_DOCUMENT - 1] != 0:
            return ""
        name = self.body[_MSG_DOCUMENT + 5 :]
        return name[: name.index(0)].decode()

    def document(self) -> dict[str, Any]:
        """Return the document of a command or of an answer."""
        return bson.decode(self.body[self._start :])

    def with_document(self, document: dict[str, Any]) -> "Message":
        """Return the same message with another document."""
        body = self.body[: self._start] + bson.encode(document)
        return Message(self.id, self.answers, self.code, body)

    def answer(self, document: dict[str, Any]) -> "Message":
        """Return an answer to this `OP_MSG`."""
        return Message(0, self.id, _MSG, bytes(_MSG_DOCUMENT) + bson.encode(document))

    def packed(self) -> bytes:
        """Return the bytes to send."""
        length = _HEADER.size + len(self.body)
        return _HEADER.pack(length, self.id, self.answers, self.code) + self.body

    @property
    def _start(self) -> int:
        return _REPLY_DOCUMENT if self.code == _REPLY else _MSG_DOCUMENT


async def read(reader: asyncio.StreamReader) -> Message:
    """Read the next message; raise `IncompleteReadError` at the end."""
    length, own, answers, code = _HEADER.unpack(await reader.readexactly(_HEADER.size))
    return Message(own, answers, code, await reader.readexactly(length - _HEADER.size))
