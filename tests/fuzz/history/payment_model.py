"""A model of an order's payments and of the resulting status."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.fuzz.history.books import MOST_CENTS

_OPEN = ("CREATED", "PROCESSING")


@dataclass(frozen=True, slots=True)
class Move:
    """One event of a payment, in the order of sending.

    ``kind`` is the event's kind, or ``captured``. ``amount`` is the amount of the payment, the
    capture or the refund; ``of`` is the payment's own amount.
    """

    payment: str
    kind: str
    amount: int
    of: int
    currency: str | None = None
    name: str = ""

    @property
    def takes(self) -> bool:
        """Whether the event reports money that was taken."""
        return self.kind in ("succeeded", "captured")


@dataclass(frozen=True, slots=True)
class Money:
    """What one payment took, in total and since its last failure, and what of it was refunded."""

    taken: int
    ever_taken: int
    returned: int

    @property
    def kept(self) -> int:
        """What is left after refunds."""
        return max(0, self.taken - self.returned)


@dataclass(slots=True)
class PaymentModel:
    """Everything that payment events have reported, and the resulting status."""

    status: str = "CREATED"
    moves: list[Move] = field(default_factory=list)

    def told(self, name: str, kind: str) -> bool:
        """Return whether an event of that kind has reported the payment."""
        return any((move.payment, move.kind) == (name, kind) for move in self.moves)

    def took(self, name: str) -> bool:
        """Return whether the payment has ever taken money, whatever happened to it later."""
        return any(move.takes for move in self.moves if move.payment == name)

    @property
    def names(self) -> list[str]:
        """The payments, in the order of their first events."""
        return list(dict.fromkeys(move.payment for move in self.moves))

    @property
    def currency(self) -> str | None:
        """The currency that counts: the first one named by a payment that succeeded."""
        named = (move.currency for move in self.moves if move.takes and move.currency)
        return next(named, None)

    def counts(self, move: Move) -> bool:
        """Return whether the money is in that currency, or one of the currencies is unknown."""
        if not (move.currency and self.currency):
            return True
        return move.currency.lower() == self.currency.lower()

    def money(self, name: str) -> Money:
        """Return what the payment took and refunded; captures and the whole are the same money."""
        own = [move for move in self.moves if move.payment == name]
        failures = [place for place, move in enumerate(own) if move.kind == "failed"]
        since = failures[-1] if failures else 0
        refunds = (move.amount for move in own if move.kind == "refunded" and self.counts(move))
        returned = min(sum(refunds), MOST_CENTS)
        return Money(self._taken(own[since:]), self._taken(own), returned)

    def _taken(self, moves: list[Move]) -> int:
        sums = {"succeeded": 0, "captured": 0}
        for move in moves:
            if move.takes and self.counts(move):
                sums[move.kind] += move.amount
        return min(max(sums.values()), MOST_CENTS)

    @property
    def kept(self) -> int:
        """The money that all payments took, less the refunds of each."""
        return sum(self.money(name).kept for name in self.names)

    def take(self, move: Move, total: int | None) -> None:
        """Record a payment event and update the status."""
        before = self.kept
        self.moves.append(move)
        is_covered = total is not None and self.kept >= total
        if move.takes and is_covered:
            self.status = "PAID" if self.status in (*_OPEN, "CANCELED") else self.status
        elif move.takes or move.kind == "authorized":
            self.status = "PROCESSING" if self.status == "CREATED" else self.status
        elif move.kind == "failed" and self.took(move.payment) and not is_covered:
            self.status = "PROCESSING" if self.status == "PAID" else self.status
        elif move.kind == "canceled" and self.status in _OPEN:
            self.status = self.status if self.kept else "CANCELED"
        elif move.kind == "refunded" and before and not self.kept:
            self.status = "CANCELED"

    def update_status(self, before: tuple[int, int | None], total: int | None) -> None:
        """Update the status after an event that changed the payments or the total."""
        if not any(move.takes for move in self.moves) or before == (self.kept, total):
            return
        if total is not None and self.kept >= total and self.status in _OPEN:
            self.status = "PAID"

    def served(self) -> dict[str, dict[str, object]]:
        """Return the payments as they must be served."""
        return {name: dict(self._served(name)) for name in self.names}

    def _served(self, name: str) -> Iterator[tuple[str, object]]:
        own = [move for move in self.moves if move.payment == name]
        captured = [move.amount for move in own if move.kind == "captured"]
        refunded = sum(move.amount for move in own if move.kind == "refunded")
        told = [move.kind for move in own if move.kind != "refunded"]
        status = told[-1].replace("captured", "succeeded").upper() if told else "SUCCEEDED"
        whole = sum(captured) if captured else own[-1].of
        may_be_refunded = own[-1].kind == "refunded" or status == "SUCCEEDED"
        if may_be_refunded and refunded and refunded >= whole:
            status = "REFUNDED"
        yield "status", status
        yield "amount", own[-1].of
        yield "captured_amount", min(sum(captured), MOST_CENTS) if captured else None
        yield "refunded_amount", min(refunded, MOST_CENTS) or None

    def flags(self) -> Iterator[tuple[str, str]]:
        """Yield each flag that must be served at the end, and what it is about."""
        for move in self.moves:
            if (move.takes or move.kind == "refunded") and not self.counts(move):
                yield "other_currency", move.name if move.kind == "refunded" else move.payment
        for name in self.names:
            money = self.money(name)
            if self.took(name) and money.returned > money.ever_taken:
                yield "refund_exceeds_payment", name
