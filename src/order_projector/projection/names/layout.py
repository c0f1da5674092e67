"""The layout of names in a document: claims, imports and the record of a source id.

docs/reference/stored-form.md describes it for readers; a change of it is a new layout.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import Field, Strict, StrictBool, StrictStr, StringConstraints

from order_projector.domain.names import Claim, Owner
from order_projector.projection.names.stored import Import, NameRecord, NameStage, Standing
from order_projector.projection.stored import StoredFact

TWICE: Final = "holds a fact twice"

_Count = Annotated[int, Strict(), Field(ge=0)]
_Time = Annotated[int, Strict()]
_Word = Annotated[str, Strict(), StringConstraints(max_length=16)]


@dataclass(frozen=True, slots=True)
class FactLayout:
    """A fact, as it is stored with an order or with an import."""

    id: StrictStr
    text: StrictStr
    rules: Annotated[int, Strict(), Field(ge=1)]
    known_at: _Count


@dataclass(frozen=True, slots=True)
class ClaimLayout:
    """A claim, as it is stored with its order."""

    source_id: StrictStr
    at: _Time
    event: StrictStr


@dataclass(frozen=True, slots=True)
class ImportLayout:
    """An import, as it is stored with its order."""

    source_id: StrictStr
    version: _Count
    standing: _Word
    contested: StrictBool
    facts: list[FactLayout]


@dataclass(frozen=True, slots=True)
class OwnerLayout:
    """An owner, as it is stored with its source id."""

    at: _Time
    event: StrictStr
    order: StrictStr


@dataclass(frozen=True, slots=True)
class NameLayout:
    """The record of a source id."""

    source_id: StrictStr | None
    owner: OwnerLayout | None
    stage: _Word
    since: _Count
    others: list[StrictStr]
    contested: StrictBool


def facts_laid_out(facts: Mapping[str, StoredFact]) -> list[dict[str, Any]]:
    """Return the stored form of facts, in their order."""
    return [
        {"id": name, "text": fact.text, "rules": fact.rules, "known_at": fact.known_at}
        for name, fact in facts.items()
    ]


def read_facts(facts: Iterable[FactLayout]) -> dict[str, StoredFact]:
    """Return the facts by identity. Raises ValueError if one of them is held twice."""
    read, count = dict[str, StoredFact](), 0
    for fact in facts:
        read[fact.id] = StoredFact(fact.text, fact.rules, fact.known_at)
        count += 1
    if len(read) != count:
        raise ValueError(TWICE)
    return read


def claims_laid_out(claims: Iterable[Claim]) -> list[dict[str, Any]]:
    """Return the stored form of claims."""
    return [{"source_id": it.source_id, "at": it.at, "event": it.event} for it in claims]


def read_claims(claims: Iterable[ClaimLayout]) -> tuple[Claim, ...]:
    """Return the claims that `claims_laid_out` wrote."""
    return tuple(Claim(it.at, it.event, it.source_id) for it in claims)


def imports_laid_out(imports: Mapping[str, Import]) -> list[dict[str, Any]]:
    """Return the stored form of imports, by source id: their order has no meaning."""
    return [
        {
            "source_id": source_id,
            "version": it.version,
            "standing": it.standing.value,
            "contested": it.is_contested,
            "facts": facts_laid_out(it.facts),
        }
        for source_id, it in sorted(imports.items())
    ]


def read_imports(imports: Iterable[ImportLayout]) -> dict[str, Import]:
    """Return the imports by source id. Raises ValueError if one cannot be read."""
    return {
        it.source_id: Import(it.version, Standing(it.standing), it.contested, read_facts(it.facts))
        for it in imports
    }


def name_laid_out(name: NameRecord | None) -> dict[str, Any] | None:
    """Return the stored form of a source id's record."""
    if name is None:
        return None
    owner = name.owner
    return {
        "source_id": name.source_id,
        "owner": owner and {"at": owner.at, "event": owner.event, "order": owner.order_id},
        "stage": name.stage.value,
        "since": name.since,
        "others": list(name.others),
        "contested": name.is_contested,
    }


def read_name(name: NameLayout | None) -> NameRecord | None:
    """Return the record that `name_laid_out` wrote. Raises ValueError if it cannot be read."""
    if name is None:
        return None
    owner = name.owner
    return NameRecord(
        source_id=name.source_id,
        owner=None if owner is None else Owner(owner.at, owner.event, owner.order),
        stage=NameStage(name.stage),
        since=name.since,
        others=tuple(name.others),
        is_contested=name.contested,
    )
