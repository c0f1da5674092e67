"""The layout of facts, in an order's document and in segments: what repeats is stored once.

A text is divided before its details, which many facts of an order share: those of a snapshot that
says once more what the one before said. The identity and the time precede them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import Field, Strict, StrictStr

from order_projector.projection.stored import Malformed, StoredFact

_REPEATED: Final = ',"details":'
"""What a repeated end of a text begins with. Within a string, its quotes would be escaped."""

_WORTH_IT: Final = 64
"""Characters of an end that is stored apart: its number costs a dozen."""

_Number = Annotated[int, Strict(), Field(ge=1)]
_Place = Annotated[int, Strict(), Field(ge=0)]


@dataclass(frozen=True, slots=True)
class FactLayout:
    """One fact; ``ending`` is the number of the text that follows its own, if there is one."""

    id: StrictStr
    text: StrictStr
    rules: _Number
    known_at: _Place
    ending: _Place | None = None


def facts_laid_out(facts: Mapping[str, StoredFact]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the facts in their stored order, and the texts that end more than one of them."""
    laid: list[dict[str, Any]] = [
        {"id": name, "text": fact.text, "rules": fact.rules, "known_at": fact.known_at}
        for name, fact in facts.items()
    ]
    texts = _shared(facts)
    if texts:
        number = {text: nth for nth, text in enumerate(texts)}
        for each, fact in zip(laid, facts.values(), strict=True):
            ending = _ending(fact)
            if ending in number:
                each["text"] = each["text"].removesuffix(ending)
                each["ending"] = number[ending]
    return laid, texts


def _shared(facts: Mapping[str, StoredFact]) -> list[str]:
    """Return the endings that are worth it and those of more than one fact, each at its first.

    Only those of one length can be the same: few are cut off and compared.
    """
    lengths = [len(fact.text) - _place(fact) for fact in facts.values()]
    often = {n for n, count in Counter(lengths).items() if count > 1 and n >= _WORTH_IT}
    if not often:
        return []
    cut = zip(facts.values(), lengths, strict=True)
    endings = Counter(_ending(fact) for fact, length in cut if length in often)
    return [text for text, count in endings.items() if count > 1]


def _ending(fact: StoredFact) -> str:
    return fact.text[_place(fact) :]


def _place(fact: StoredFact) -> int:
    """Return where the ending of a text begins; at its end if it has none."""
    place = fact.text.find(_REPEATED)
    return len(fact.text) if place < 0 else place


def read_facts(facts: Iterable[FactLayout], texts: Sequence[str]) -> dict[str, StoredFact]:
    """Return the facts that `facts_laid_out` laid out. Raises `Malformed`."""
    read: dict[str, StoredFact] = {}
    for fact in facts:
        if fact.id in read:
            raise Malformed("facts", "holds a fact twice")
        text = fact.text
        if fact.ending is not None:
            if fact.ending >= len(texts):
                raise Malformed("texts", "lacks the text of a fact")
            text += texts[fact.ending]
        read[fact.id] = StoredFact(text, fact.rules, fact.known_at)
    return read


def characters(facts: Iterable[StoredFact]) -> int:
    """Return the length of all texts, each repeated ending counted once."""
    seen, total = set[str](), 0
    for fact in facts:
        total += len(fact.text)
        ending = _ending(fact)
        if ending in seen:
            total -= len(ending)
        seen.add(ending)
    return total
