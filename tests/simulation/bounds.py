"""Bounds of the orders of a world: the database refuses a document that goes beyond them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from random import Random
from typing import Any, Final

import bson

from order_projector.events.outcome import Code

ANY: Final = 99
"""More payments than any order of a world has."""

_TOO_LARGE: Final = {"code": 17419, "errmsg": "the document is too large"}
_INVALID: Final = {"code": 121, "errmsg": "the document failed validation"}


@dataclass(frozen=True, slots=True)
class Bounds:
    """The number of payments that each order may serve, and how the database refuses more.

    What came by a source id has room for all of it in an order of its own.
    They are lifted at the time ``until``, unless they last until the end of the world.
    """

    most: Mapping[str, int] = field(default_factory=dict)
    answer: Mapping[str, Any] = field(default_factory=lambda: _TOO_LARGE)
    until: float = 0.0

    @property
    def last(self) -> bool:
        """Whether they hold in the end, too."""
        return self.until == inf

    @property
    def code(self) -> Code:
        """The code of the dead letter of an event that an order cannot take."""
        return Code.ORDER_TOO_LARGE if self.answer is _TOO_LARGE else Code.INVALID_EVENT

    def of(self, order_id: str) -> int:
        """Return the number of payments that an order may serve."""
        return self.most.get(order_id, ANY)

    def describe(self) -> str:
        """Describe the bounds in a line."""
        if not self.most:
            return "none"
        most = ", ".join(f"{number} of {order_id}" for order_id, number in self.most.items())
        return f"payments {most}, refused as {self.code} until {self.until:.1f} s"

    def refusal(self, raw: bytes, now: float) -> Mapping[str, Any] | None:
        """Return the answer to a document that may not be stored; None if it may."""
        if now >= self.until:
            return None
        document = bson.decode(raw)
        is_beyond = len(document.get("payments") or ()) > self.of(document["_id"])
        return self.answer if is_beyond else None


UNBOUNDED: Final = Bounds()


def drawn(seed: int, span: float) -> Bounds:
    """Draw the bounds of a world, which are lifted within its ``span`` or never."""
    rng = Random(f"bounds {seed}")
    most = {f"ord_{number}": rng.choice((0, 1, 1, 2, 2, 3, ANY)) for number in range(3)}
    until = rng.choice((inf, inf, rng.uniform(0, 2 * span), 10 * span))
    return Bounds(most, rng.choice((_TOO_LARGE, _INVALID)), until)
