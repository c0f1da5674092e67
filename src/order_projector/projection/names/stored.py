"""What the documents of orders and of source ids keep about names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from order_projector.domain.names import Owner
from order_projector.projection.stored import StoredFact


class Standing(StrEnum):
    """What an order knows of a source id that it claimed.

    OWNED: the order owns it. TAKEN: another order does. NOT_JOINED: the order owns it, but could
    not take in what came by it alone.
    """

    OWNED = "owned"
    TAKEN = "taken"
    NOT_JOINED = "not_joined"


@dataclass(frozen=True, slots=True)
class Import:
    """What an order knows about one source id: a copy of one version of that name's document.

    It is replaced as a whole, by a greater ``version`` only. ``facts`` came by the source id alone,
    and are kept apart from the order's own. ``is_contested`` says that another order claims it too.
    """

    version: int
    standing: Standing
    is_contested: bool = False
    facts: Mapping[str, StoredFact] = field(default_factory=dict)


class NameStage(StrEnum):
    """What a name's document stands for.

    ORDER: no order owns the source id, so what came by it is an order under the derived id. MERGED:
    it went into its owner. NOT_JOINED: it has an owner that could not take it in, so it stays an
    order. ERASED: its owner is erased; what comes is counted and not kept. RETAINED: the same, but
    what comes is kept for an owner to come, as only an offline run does.
    """

    ORDER = "order"
    MERGED = "merged"
    NOT_JOINED = "not_joined"
    ERASED = "erased"
    RETAINED = "retained"


@dataclass(frozen=True, slots=True)
class NameRecord:
    """What the document of a derived id keeps about its source id.

    ``source_id`` is None while no event gave the one that the id is derived from. ``owner`` only
    ever becomes smaller. ``since`` is the counter of the document at which it got its owner,
    ``others`` are the orders that owned it before. ``is_contested`` is set once a second order
    claims it.
    """

    source_id: str | None = None
    owner: Owner | None = None
    stage: NameStage = NameStage.ORDER
    since: int = 0
    others: tuple[str, ...] = ()
    is_contested: bool = False

    @property
    def owner_id(self) -> str:
        """The id of the owner, empty if there is none."""
        return "" if self.owner is None else self.owner.order_id

    @property
    def is_order(self) -> bool:
        """Whether the document is that of an order, served under the derived id."""
        return self.stage in {NameStage.ORDER, NameStage.NOT_JOINED}


UNOWNED = NameRecord()
