"""The control that goes through the moments of an order's timeline."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Final

from order_projector.api.page.addresses import OrderAddress
from order_projector.api.page.text import Time, time_of

_MOST_CHOICES: Final = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """A moment to choose."""

    time: Time
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Moments:
    """Which moment is shown, which others there are, and the addresses of its neighbours.

    ``at`` and ``known_at`` are None if the order is shown as it is. ``number`` of ``count`` moments
    have passed.
    """

    at: Time | None
    known_at: Time | None
    choices: tuple[Choice, ...]
    number: int
    count: int
    first: str | None
    earlier: str | None
    later: str | None
    now: str

    @property
    def is_past(self) -> bool:
        """Whether another moment than the present is shown."""
        return self.at is not None or self.known_at is not None


def moments_of(address: OrderAddress, moments: tuple[int, ...]) -> Moments:
    """Return the control for the moments of an order, in milliseconds, ascending."""
    at, known_at = address.moment.at, address.moment.known_at
    passed = len(moments) if at is None else bisect_right(moments, at)
    before = bisect_left(moments, at) if at is not None else len(moments) - 1
    later = None
    if at is not None:
        later = address.at(moments[passed] if passed < len(moments) else None).page
    return Moments(
        at=None if at is None else time_of(at),
        known_at=None if known_at is None else time_of(known_at),
        choices=_choices(moments, at, passed),
        number=passed,
        count=len(moments),
        first=address.at(moments[0]).page if before > 0 else None,
        earlier=address.at(moments[before - 1]).page if before > 0 else None,
        later=later,
        now=address.now,
    )


def _choices(moments: tuple[int, ...], at: int | None, passed: int) -> tuple[Choice, ...]:
    """Return the moments around the one that is shown."""
    start = max(0, min(passed - _MOST_CHOICES // 2, len(moments) - _MOST_CHOICES))
    near = moments[start : start + _MOST_CHOICES]
    if at is not None and at not in near:
        near = tuple(sorted((*near, at)))
    return tuple(Choice(time_of(each), each == at) for each in near)
