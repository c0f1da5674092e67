"""What pricing asks of the lines of a cart, of the cart itself or of a scratch copy."""

from collections.abc import Sequence
from typing import Protocol

from order_projector.domain.index import Key
from order_projector.domain.lines import CartLine, Line


class Lines(Protocol):
    """The lines of a cart, by their keys and names."""

    def find(self, key: Key) -> CartLine | None:
        """Return the line that the key identifies, or None."""

    def key(self, entry: CartLine) -> Key:
        """Return the key that finds this line."""

    def named(self, line: Line) -> Sequence[CartLine]:
        """Return the lines that share the SKU of `line`, or else its product, in cart order."""
