"""One order of the shop: its events, ordered by time, and its expected totals."""

from dataclasses import dataclass

from order_projector.workload.catalogue import Json


@dataclass(frozen=True, slots=True)
class ScenarioStep:
    """One event of an order: its time, its type and its data.

    ``event_id`` is given where another event names this one. A step that ``fails`` is a failure,
    which leaves no trace in the order; one that is ``late`` arrives long after its time.
    """

    at: int
    type: str
    data: Json
    event_id: str | None = None
    fails: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True)
class ExpectedTotals:
    """The totals and the status of an order after all its events, as the shop calculates them.

    ``kept`` is the money kept, in ``currency``.
    """

    amount: int | None
    total_discount_amount: int
    total_amount: int | None
    status: str
    kept: int
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class OrderScenario:
    """An order's name, its events, and the totals that the shop expects after them."""

    name: str
    steps: tuple[ScenarioStep, ...]
    totals: ExpectedTotals
