"""The shop's own model of an order's payments and status, independent of the product's."""

from dataclasses import dataclass

_OPEN = ("CREATED", "PROCESSING")


@dataclass(slots=True)
class PaymentModel:
    """Payments and status of one order; its events must be applied in the order of their times."""

    status: str = "CREATED"
    total: int | None = None
    kept: int = 0
    has_payment: bool = False

    def redeemed(self, total: int, status: str | None) -> None:
        """Apply a redemption, single or stacked."""
        self.status = status or self.status
        self._becomes(total, self.kept)

    def rolled_back(self, total: int, status: str | None, *, remaining: int) -> None:
        """Apply a rollback after which this many redemptions remain."""
        self.status = status or (self.status if remaining else "CANCELED")
        self._becomes(total, self.kept)

    def described(self, total: int, status: str | None) -> None:
        """Apply a snapshot of the order."""
        self.redeemed(total, status)

    def authorized(self) -> None:
        """Apply an authorized payment."""
        if self.status == "CREATED":
            self.status = "PROCESSING"

    def succeeded(self, amount: int) -> None:
        """Apply a succeeded payment."""
        self.has_payment = True
        self.kept += amount
        if self._covered() and self.status in (*_OPEN, "CANCELED"):
            self.status = "PAID"
        elif self.status == "CREATED":
            self.status = "PROCESSING"

    def canceled(self) -> None:
        """Apply a canceled payment."""
        if not self.kept and self.status in _OPEN:
            self.status = "CANCELED"

    def refunded(self, amount: int) -> None:
        """Apply a refund."""
        self._becomes(self.total, self.kept - amount)
        if not self.kept:
            self.status = "CANCELED"

    def _becomes(self, total: int | None, kept: int) -> None:
        moved = (total, kept) != (self.total, self.kept)
        self.total, self.kept = total, kept
        if moved and self.has_payment and self._covered() and self.status in _OPEN:
            self.status = "PAID"

    def _covered(self) -> bool:
        return self.total is not None and self.kept >= self.total
