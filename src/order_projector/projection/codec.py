"""Facts as JSON text: the form in which an order's document keeps them.

A fact's identity begins with its kind, so the text need not be looked at to know what it holds.
Absent members are left out; only inside metadata, which is opaque, a null stays a null.
"""

from typing import Any, Final

from pydantic import TypeAdapter

from order_projector.domain.facts import (
    Fact,
    Payment,
    Redemption,
    Refund,
    Rollback,
    Snapshot,
    Stack,
)

_ADAPTERS: Final[dict[str, TypeAdapter[Any]]] = {
    "redemption": TypeAdapter(Redemption),
    "stack": TypeAdapter(Stack),
    "rollback": TypeAdapter(Rollback),
    "payment": TypeAdapter(Payment),
    "refund": TypeAdapter(Refund),
    "event": TypeAdapter(Snapshot),
}


REMEMBERED_CHARACTERS: Final = 8_000_000


class _Memory:
    """Facts by their text: those of late, and those that were of late before them.

    An order's events come close together, and each of them needs all the order's facts again:
    about as many as were parsed or written a moment ago. Facts never change, so a text and its
    fact may stand for each other. A generation that is full becomes the older one, and what was
    the older one is forgotten: that costs nothing for each fact, as forgetting one by one would.
    """

    def __init__(self, characters: int) -> None:
        self._size = characters // 2
        self._late: dict[str, Fact] = {}
        self._before: dict[str, Fact] = {}
        self._room = self._size

    def recall(self, text: str) -> Fact | None:
        fact = self._late.get(text)
        if fact is None and (fact := self._before.get(text)) is not None:
            self.remember(text, fact)
        return fact

    def remember(self, text: str, fact: Fact) -> None:
        self._room -= len(text)
        if self._room < 0:
            self._before, self._late = self._late, {}
            self._room = self._size - len(text)
        self._late[text] = fact


_memory: Final = _Memory(REMEMBERED_CHARACTERS)


def dump(identity: str, fact: Fact) -> str:
    """The fact as one JSON text."""
    text: str = _adapter(identity).dump_json(fact, exclude_none=True).decode()
    _memory.remember(text, fact)
    return text


def load(identity: str, text: str) -> Fact:
    """The fact of that identity which `dump` wrote, remembered or parsed."""
    fact = _memory.recall(text)
    if fact is None:
        fact = parse(identity, text)
        _memory.remember(text, fact)
    return fact


def parse(identity: str, text: str) -> Fact:
    """The fact of that identity which `dump` wrote.

    Raises `KeyError` for an identity of no known kind and `pydantic.ValidationError` for a text
    that is no such fact: the document was written by something else than this projection.
    """
    fact: Fact = _adapter(identity).validate_json(text)
    return fact


def _adapter(identity: str) -> TypeAdapter[Any]:
    return _ADAPTERS[identity.partition(" ")[0]]
