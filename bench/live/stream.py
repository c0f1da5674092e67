"""The events of a live stream: which order is next, and what to send.

A stream has as many lanes as events per second, and its events go round the lanes. Each lane has
one order at a time, with ten events each; so the events of an order are a second apart. The first
orders of ten adjacent lanes are at ten different steps of their lives: their earlier events
(`before`) are sent ahead, so that from the first second on the stream has as many events of each
step as ever after.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

from bench.events import PER_ORDER, BenchEvent, life

_TEMPLATES = 20
_LARGEST = 9_999_999


@dataclass(frozen=True, slots=True)
class Turn:
    """One event of one order."""

    order: int
    step: int


@dataclass(frozen=True, slots=True)
class Stream:
    """The turns of a stream, by position."""

    lanes: int
    first_order: int

    def turn(self, position: int) -> Turn:
        """Return the order and the step at this position."""
        lane, lap = position % self.lanes, position // self.lanes
        lived, step = divmod(lane % PER_ORDER + lap, PER_ORDER)
        return Turn(self.first_order + lived * self.lanes + lane, step)

    def position(self, turn: Turn) -> int:
        """Return the position of this event; it is negative for one that was sent ahead."""
        lived, lane = divmod(turn.order - self.first_order, self.lanes)
        lap = lived * PER_ORDER + turn.step - lane % PER_ORDER
        return lap * self.lanes + lane

    def before(self) -> Iterator[Turn]:
        """Yield the earlier events of the first orders, step by step."""
        for step in range(PER_ORDER - 1):
            for lane in range(self.lanes):
                if lane % PER_ORDER > step:
                    yield Turn(self.first_order + lane, step)

    def orders(self, events: int) -> int:
        """Return the maximum number of orders in this many positions."""
        laps = -(-events // self.lanes)
        return self.lanes * (1 + (PER_ORDER - 1 + laps) // PER_ORDER)


def event(turn: Turn) -> BenchEvent:
    """Return the event of a turn: that of a sample order with another number.

    Numbers have seven digits, so that events of all orders have the same size.
    """
    sample, mark = _samples()[turn.order % _TEMPLATES]
    number = b"%07d" % turn.order
    template = sample[turn.step]
    return BenchEvent(
        template.key.replace(mark.decode(), number.decode()),
        template.payment,
        template.value.replace(mark, number),
    )


def order_number(key: bytes) -> int:
    """Return the number of the order with this id."""
    return int(key.removeprefix(b"ord_"))


@cache
def _samples() -> list[tuple[list[BenchEvent], bytes]]:
    numbers = [_LARGEST - nth for nth in range(_TEMPLATES)]
    return [(list(life(number, Random(number))), b"%07d" % number) for number in numbers]
