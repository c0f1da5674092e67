"""Which dead letters name one of some orders or customers."""

import re
from collections.abc import Callable, Collection, Iterator
from itertools import chain
from typing import Any, Final

from order_projector.events.parsing import parse
from order_projector.operations.dead_letters.desk import LetterDesk
from order_projector.operations.dead_letters.letters import Letter
from order_projector.operations.dead_letters.listing import LetterFilter, matching_letters
from order_projector.projection.ports import Record

_WORD: Final = re.compile(rb"[^\s\"',:;{}\[\]()<>=&?/\\]+")
_QUOTED_NUMBER: Final = re.compile(rb'"([0-9]+)"')


async def letters_that_name(
    desk: LetterDesk, names: Collection[str], progress: Callable[[int], None]
) -> list[Letter]:
    """Return the open dead letters that hold one of the names, oldest first.

    Raises `Unavailable`.
    """
    wanted = frozenset(name for name in names if name)
    handled = await desk.record.find()
    found = []
    async for letter in matching_letters(desk.reader, desk.partitions, LetterFilter(), progress):
        handling = handled.get(letter.id)
        if (handling is None or not handling.is_done) and holds_name(letter.record, wanted):
            found.append(letter)
    return sorted(found, key=lambda letter: letter.failed_at)


def holds_name(record: Record, names: Collection[str]) -> bool:
    """Whether the key is one of the names, or a text in the value is.

    Never a part of a text, nor a number: shops number their orders. A value that is not JSON is
    searched for the names as words.
    """
    if (record.key or b"").decode(errors="replace") in names:
        return True
    value = record.value or b""
    try:
        texts = _texts(parse(value))
    except ValueError:
        phrases = (name.encode() for name in names if not _WORD.fullmatch(name.encode()))
        if any(phrase in value for phrase in phrases):
            return True
        texts = _words(value)
    return any(text in names for text in texts)


def _words(value: bytes) -> Iterator[str]:
    """Yield the words of what is not JSON; a number only if it is quoted."""
    words = (word for word in _WORD.findall(value) if not word.isdigit())
    for word in chain(words, _QUOTED_NUMBER.findall(value)):
        yield word.decode(errors="replace")


def _texts(document: Any) -> Iterator[str]:
    """Yield every text of a JSON document, keys included, in any order."""
    left = [document]
    while left:
        match left.pop():
            case str() as text:
                yield text
            case dict() as members:
                left += members.keys()
                left += members.values()
            case list() as elements:
                left += elements
            case _:
                pass
