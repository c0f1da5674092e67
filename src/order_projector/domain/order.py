"""An order's state at one point on its timeline."""

from collections.abc import MutableMapping
from dataclasses import dataclass, field

from order_projector.domain.cart import Cart, Contribution, JsonObject
from order_projector.domain.facts import Related, Rollback
from order_projector.domain.flags import Flag
from order_projector.domain.payments import Payments
from order_projector.domain.status import Status

CARRIED = ""
"""The name, among the redemptions of a cart, of what is carried: no redemption has an empty id."""


@dataclass(slots=True)
class RedemptionEntry:
    """One entry of the order's ``redemptions``: a redemption or a stack, rolled back or not."""

    id: str
    at: int
    related: Related | None
    stacked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Carried:
    """What calculated orders state beyond the redemptions that are known.

    ``event`` is the one that stated it last, ``about`` its redemption, None for another event.
    """

    contribution: Contribution = field(default_factory=Contribution)
    event: str = ""
    about: str | None = None

    def __bool__(self) -> bool:
        return bool(self.contribution)

    @property
    def is_of_redemptions(self) -> bool:
        """Whether redemptions must have brought it: a price that has risen takes none."""
        carried = self.contribution
        return bool(carried.order_discount or carried.keys) or any(
            line.discount or line.quantity or line.discount_quantity for line in carried.lines
        )


@dataclass(slots=True)
class OrderState:
    """An order's state at one point on its timeline.

    ``applied`` holds what each redemption contributed, by the id that a rollback names;
    ``standing`` are the redemptions that are not rolled back. A rollback that keeps its discounts
    leaves the redemption among the applied ones, but not among the standing ones. ``events`` are
    the ids of its events; ``earlier_events`` is the number of those that a prefix leaves out.
    """

    source_id: str | None = None
    status: Status = Status.CREATED
    cart: Cart = field(default_factory=Cart)
    metadata: JsonObject | None = None
    customer_id: str | None = None
    customer_source_id: str | None = None
    referrer_id: str | None = None
    referrer_source_id: str | None = None
    entries: dict[str, RedemptionEntry] = field(default_factory=dict)
    payments: Payments = field(default_factory=Payments)
    applied: MutableMapping[str, tuple[Contribution, ...]] = field(default_factory=dict)
    standing: set[str] = field(default_factory=set)
    rollbacks: dict[str, Rollback] = field(default_factory=dict)
    child_rollbacks: dict[str, dict[str, str]] = field(default_factory=dict)
    carried: Carried = field(default_factory=Carried)
    stated_created_at: int | None = None
    stated_updated_at: int | None = None
    first_at: int | None = None
    last_at: int | None = None
    events: dict[str, None] = field(default_factory=dict)
    earlier_events: int = 0
    flags: dict[tuple[str, str, str], Flag] = field(default_factory=dict)

    @property
    def created_at(self) -> int | None:
        """The earliest stated creation time, else the earliest event time."""
        return self.first_at if self.stated_created_at is None else self.stated_created_at

    @property
    def updated_at(self) -> int | None:
        """The latest stated update time or, once there are two events, event time; else None."""
        stated = self.stated_updated_at
        if self.last_at is None or len(self.events) + self.earlier_events <= 1:
            return stated
        return self.last_at if stated is None else max(self.last_at, stated)

    @property
    def remaining(self) -> int:
        """The number of redemptions that are not rolled back; what is carried counts as one."""
        return len(self.standing) + self.carried.is_of_redemptions
