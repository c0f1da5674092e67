"""Facts as JSON text: the form in which an order's document keeps them.

A fact's identity begins with its kind, so the text need not be looked at to know what it holds.
Absent members are left out; only inside metadata, which is opaque, a null stays a null.
"""

from collections.abc import Callable, Iterable
from typing import Final

from pydantic import ValidationError

from order_projector.domain import facts
from order_projector.domain.facts import Fact, identity
from order_projector.projection.stored_form import FORMS

REMEMBERED_CHARACTERS: Final = 8_000_000


class UnreadableFact(Exception):
    """A stored fact that this release cannot read; the message holds nothing of it."""


class _Memory:
    """Facts by their text: those of late, and those that were of late before them.

    An order's events come close together, and each of them needs all the order's facts again:
    about as many as were parsed or written a moment ago. Facts never change, so a text and its
    fact may stand for each other. A generation that is full becomes the older one, and what was
    the older one is forgotten: that costs nothing for each fact, as forgetting one by one would.
    """

    def __init__(self, characters: int) -> None:
        self._size = characters // 2
        self._late: dict[str, tuple[str, Fact]] = {}
        self._before: dict[str, tuple[str, Fact]] = {}
        self._room = self._size

    def recall(self, name: str, text: str) -> Fact | None:
        held = self._late.get(text)
        if held is None and (held := self._before.get(text)) is not None:
            self.remember(*held, text)
        return held[1] if held is not None and held[0] == name else None

    def remember(self, name: str, fact: Fact, text: str) -> None:
        self._room -= len(text)
        if self._room < 0:
            self._before, self._late = self._late, {}
            self._room = self._size - len(text)
        self._late[text] = name, fact


_memory: Final = _Memory(REMEMBERED_CHARACTERS)


def dump(name: str, fact: Fact) -> str:
    """Return the stored text of the fact whose identity is `name`."""
    text = FORMS[_kind(name)].write(fact)
    _memory.remember(name, fact, text)
    return text


def merge(known: Callable[[str], Fact | None], incoming: Iterable[Fact]) -> dict[str, Fact]:
    """Merge facts as `domain.facts.merge` does; of two contents the larger stored text wins."""
    return facts.merge(known, incoming, text_of)


def text_of(fact: Fact) -> str:
    """Return the stored text of a fact."""
    return FORMS[_kind(identity(fact))].write(fact)


def load(name: str, text: str) -> Fact:
    """Return the fact of that identity which `dump` wrote, from memory if it is still there.

    Raises as `parse`.
    """
    fact = _memory.recall(name, text)
    if fact is None:
        fact = parse(name, text)
        _memory.remember(name, fact, text)
    return fact


def parse(name: str, text: str) -> Fact:
    """Parse the fact of that identity which `dump` wrote.

    Raises `UnreadableFact` for an identity of no known kind and for a text that is not such a fact:
    the document was written by something else than this release.
    """
    form = FORMS.get(_kind(name))
    if form is None:
        raise UnreadableFact("holds a fact of an unknown kind")
    try:
        fact: Fact = form.read(text)
    except ValidationError:
        raise UnreadableFact(f"holds a {_kind(name)} that cannot be read") from None
    if identity(fact) != name:
        raise UnreadableFact(f"holds a {_kind(name)} under the name of another")
    return fact


def _kind(name: str) -> str:
    return name.partition(" ")[0]
