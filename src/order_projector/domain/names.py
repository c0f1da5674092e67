"""The names of an order: its own id, and the source ids that it is known by elsewhere.

An event that names an order by both claims the source id for that order. The order with the
smallest claim owns it, and events that name the source id alone belong to the owner.
"""

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

_DERIVED: Final = re.compile(r"ord_[0-9a-f]{32}")

KEPT_CLAIMS: Final = 100
"""Claims of an order that are kept besides the earliest one on each source id."""


def is_derived(order_id: str) -> bool:
    """Whether an id has the form of those derived from source ids (`source_ids`)."""
    return _DERIVED.fullmatch(order_id) is not None


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """The claim of one event on a source id, for the order that it names by its id.

    ``at`` is the earliest date that the event gives, else its creation, in milliseconds.
    """

    at: int
    event: str
    source_id: str


@dataclass(frozen=True, slots=True, order=True)
class Owner:
    """The order that a source id belongs to, and its claim: of all claims, the smallest wins."""

    at: int
    event: str
    order_id: str

    @classmethod
    def by(cls, claim: Claim, order_id: str) -> "Owner":
        """Return the owner that an order would be by this claim."""
        return cls(claim.at, claim.event, order_id)


@dataclass(frozen=True, slots=True)
class OrderNames:
    """What the fold needs to know of an order's names.

    ``source_id`` is the one that a derived id stands for, None while no event gave it. ``claims``
    are the order's own. ``taken`` are source ids that it claimed and another order owns.
    ``contested`` maps each source id that it owns, and another order claims too, to the identities
    of the facts that came by it alone. ``not_joined`` maps each source id whose events could not be
    joined with their owner to the event of the owner's claim.
    """

    source_id: str | None = None
    claims: tuple[Claim, ...] = ()
    taken: frozenset[str] = frozenset()
    contested: Mapping[str, frozenset[str]] = field(default_factory=dict)
    not_joined: Mapping[str, str] = field(default_factory=dict)


NO_NAMES: Final = OrderNames()


def earliest(claims: Iterable[Claim]) -> dict[str, Claim]:
    """Return the smallest claim on each source id."""
    first: dict[str, Claim] = {}
    for claim in claims:
        known = first.get(claim.source_id)
        if known is None or claim < known:
            first[claim.source_id] = claim
    return first


def kept_claims(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Return the claims to keep of these, sorted: a function of the set, and of a bounded size.

    Besides the earliest one on each source id, which decides who owns it, the `KEPT_CLAIMS`
    smallest are kept: one of them gives the served source id if no event gives it as a detail, and
    the events of earlier ones are void.
    """
    ranked = sorted(set(claims))
    if len(ranked) <= KEPT_CLAIMS:
        return tuple(ranked)
    first = set(earliest(ranked).values())
    return tuple(claim for nth, claim in enumerate(ranked) if nth < KEPT_CLAIMS or claim in first)


def known_source_id(order_id: str, names: OrderNames, void: Container[str]) -> str | None:
    """Return the source id to serve where no event gives one as a detail.

    Under a derived id it is always the one that the id stands for; else that of the earliest claim
    of an event that is not void.
    """
    if is_derived(order_id):
        return names.source_id
    standing = (claim for claim in names.claims if claim.event not in void)
    first = min(standing, default=None)
    return None if first is None else first.source_id
