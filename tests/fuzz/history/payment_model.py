"""A model of an order's payments, and of the status that follows from them."""

from dataclasses import dataclass, field

_OPEN = ("CREATED", "PROCESSING")


@dataclass(slots=True)
class PaymentModel:
    """Payments and refunds by payment id, and the resulting status."""

    status: str = "CREATED"
    paid: dict[str, int] = field(default_factory=dict)
    refunded: dict[str, int] = field(default_factory=dict)

    @property
    def kept(self) -> int:
        """The amount paid, less refunds."""
        return sum(max(0, paid - self.refunded.get(name, 0)) for name, paid in self.paid.items())

    def pay(self, name: str, kind: str, amount: int, total: int | None) -> None:
        """Apply a payment event."""
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
        """Apply a refund."""
        before = self.kept
        self.refunded[name] = self.refunded.get(name, 0) + amount
        if before and not self.kept:
            self.status = "CANCELED"

    def update_status(self, before: tuple[int, int | None], total: int | None) -> None:
        """Update the status after an event that changed the payments or the total."""
        if not self.paid or before == (self.kept, total):
            return
        if total is not None and self.kept >= total and self.status in _OPEN:
            self.status = "PAID"
