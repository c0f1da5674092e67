"""What of a redemption event concerns an order: decided before anything else of it is validated.

A redemption without any order (a gift card topped up, points spent on a reward) and one that failed
inside a successful request are as if they were absent. In the place of an element that is left out
stands null, so that messages count the elements as they were sent.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from order_projector.events.outcome import Skipped
from order_projector.events.places import Fault

NO_ORDER: Final = Skipped("no_order")


@dataclass(frozen=True, slots=True)
class Shape:
    """The members that hold a single redemption, several, and their parent; and the failed type."""

    single: str
    several: str
    parent: str
    failed: str


REDEMPTIONS: Final = Shape(
    "redemption", "redemptions", "parent_redemption", failed="redemption.failed"
)
ROLLBACKS: Final = Shape(
    "redemption_rollback",
    "rollbacks",
    "parent_rollback",
    failed="redemption.rollback.failed",
)


def relevant(data: dict[str, Any], shape: Shape) -> dict[str, Any] | Skipped:
    """Return the data without what concerns no order or failed, or why nothing is left of it.

    Raises Fault if the list of several redemptions is empty.
    """
    single, parent = data.get(shape.single), data.get(shape.parent)
    listed = data.get(shape.several)
    elements = listed if isinstance(listed, list) else []
    if not (_gives_order(data) or any(map(_gives_order, (single, parent, *elements)))):
        return NO_ORDER
    if listed is not None and not _holds_any(elements):
        raise Fault((shape.several,), "should be a list of at least one element")
    if single is None and parent is None and not _holds_any(elements):
        return {**data}  # neither shape: validation reports what is missing
    single, parent = _unless_failed(single), _unless_failed(parent)
    elements = [_unless_failed(each) for each in elements]
    if single is None and parent is None and not _holds_any(elements):
        return Skipped(shape.failed)
    of_all = _gives_order(data) or _gives_order(parent)
    kept = [each if of_all or _gives_order(each) else None for each in elements]
    if not (of_all or any(map(_gives_order, (single, *kept)))):
        return NO_ORDER
    return {**data, shape.single: single, shape.parent: parent, shape.several: kept or listed}


def _gives_order(value: Any) -> bool:
    return isinstance(value, dict) and value.get("order") is not None


def _unless_failed(value: Any) -> Any:
    failed = isinstance(value, dict) and value.get("result") == "FAILURE"
    return None if failed else value


def _holds_any(values: Iterable[Any]) -> bool:
    return any(value is not None for value in values)
