"""The status of an order, and the money that was paid for it."""

from dataclasses import dataclass, field

_OPEN = ("CREATED", "PROCESSING")


@dataclass(slots=True)
class Till:
    """What was paid and refunded, by payment, and the status that follows from it."""

    status: str = "CREATED"
    paid: dict[str, int] = field(default_factory=dict)
    refunded: dict[str, int] = field(default_factory=dict)

    @property
    def kept(self) -> int:
        """The money kept."""
        return sum(max(0, paid - self.refunded.get(name, 0)) for name, paid in self.paid.items())

    def pay(self, name: str, kind: str, amount: int, total: int | None) -> None:
        """Take a payment event in."""
        if kind == "succeeded":
            self.paid[name] = amount
            if total is not None and self.kept >= total:
                self.status = "PAID" if self.status in (*_OPEN, "CANCELED") else self.status
            elif self.status == "CREATED":
                self.status = "PROCESSING"
        elif kind == "authorized" and self.status == "CREATED":
            self.status = "PROCESSING"
        elif kind == "canceled" and not self.kept and self.status in _OPEN:
            self.status = "CANCELED"

    def refund(self, name: str, amount: int) -> None:
        """Take a refund in."""
        before = self.kept
        self.refunded[name] = self.refunded.get(name, 0) + amount
        if before and not self.kept:
            self.status = "CANCELED"

    def settle(self, before: tuple[int, int | None], total: int | None) -> None:
        """Look again after an event that changed the money or the total."""
        if not self.paid or before == (self.kept, total):
            return
        if total is not None and self.kept >= total and self.status in _OPEN:
            self.status = "PAID"
