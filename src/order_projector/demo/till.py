"""What the demo's shop knows of an order's money and status, kept on its own."""

from dataclasses import dataclass

_OPEN = ("CREATED", "PROCESSING")


@dataclass(slots=True)
class Till:
    """Follows one order through its events, which it must be told in the order of their times."""

    status: str = "CREATED"
    total: int | None = None
    kept: int = 0
    paid_at_all: bool = False

    def redeemed(self, total: int, status: str | None) -> None:
        """A redemption, alone or a stack."""
        self.status = status or self.status
        self._becomes(total, self.kept)

    def rolled_back(self, total: int, status: str | None, *, remaining: int) -> None:
        """A rollback that leaves this many redemptions."""
        self.status = status or (self.status if remaining else "CANCELED")
        self._becomes(total, self.kept)

    def described(self, total: int, status: str | None) -> None:
        """A snapshot of the order."""
        self.redeemed(total, status)

    def authorized(self) -> None:
        """Money was promised."""
        if self.status == "CREATED":
            self.status = "PROCESSING"

    def succeeded(self, amount: int) -> None:
        """Money came."""
        self.paid_at_all = True
        self.kept += amount
        if self._covered() and self.status in (*_OPEN, "CANCELED"):
            self.status = "PAID"
        elif self.status == "CREATED":
            self.status = "PROCESSING"

    def canceled(self) -> None:
        """A payment was called off."""
        if not self.kept and self.status in _OPEN:
            self.status = "CANCELED"

    def refunded(self, amount: int) -> None:
        """Money went back."""
        self._becomes(self.total, self.kept - amount)
        if not self.kept:
            self.status = "CANCELED"

    def _becomes(self, total: int | None, kept: int) -> None:
        moved = (total, kept) != (self.total, self.kept)
        self.total, self.kept = total, kept
        if moved and self.paid_at_all and self._covered() and self.status in _OPEN:
            self.status = "PAID"

    def _covered(self) -> bool:
        return self.total is not None and self.kept >= self.total
