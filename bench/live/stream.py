"""The events of a live stream: which order's turn it is, and what to send.

A stream has as many lanes as it has events in a second, and its events go round the lanes. In each
lane an order lives its ten events, then the next one begins; so an order's events are a second
apart. The first orders of ten lanes in a row are at ten different steps of their lives: what they
have behind them (`before`) is sent ahead, and from the first second on the stream has as many
events of each step as ever after.
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
        """Return whose event is at this position."""
        lane, lap = position % self.lanes, position // self.lanes
        lived, step = divmod(lane % PER_ORDER + lap, PER_ORDER)
        return Turn(self.first_order + lived * self.lanes + lane, step)

    def position(self, turn: Turn) -> int:
        """Return where this event is; it is negative for one that was sent ahead."""
        lived, lane = divmod(turn.order - self.first_order, self.lanes)
        lap = lived * PER_ORDER + turn.step - lane % PER_ORDER
        return lap * self.lanes + lane

    def before(self) -> Iterator[Turn]:
        """Give what the first orders have behind them, in the sequence of their steps."""
        for step in range(PER_ORDER - 1):
            for lane in range(self.lanes):
                if lane % PER_ORDER > step:
                    yield Turn(self.first_order + lane, step)

    def orders(self, events: int) -> int:
        """Return how many orders so many positions have at most."""
        laps = -(-events // self.lanes)
        return self.lanes * (1 + (PER_ORDER - 1 + laps) // PER_ORDER)


def event(turn: Turn) -> BenchEvent:
    """Return the event of a turn: that of a sample order, under another number.

    Numbers have seven digits, so that events of all orders are of one size.
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
    """Return the number of the order that has this id."""
    return int(key.removeprefix(b"ord_"))


@cache
def _samples() -> list[tuple[list[BenchEvent], bytes]]:
    numbers = [_LARGEST - nth for nth in range(_TEMPLATES)]
    return [(list(life(number, Random(number))), b"%07d" % number) for number in numbers]
