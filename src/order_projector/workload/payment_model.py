"""The shop's own model of an order's payments and status, independent of the product's."""

from dataclasses import dataclass, field

_OPEN = ("CREATED", "PROCESSING")


@dataclass(slots=True)
class Account:
    """The money of one payment that counts: what it took, and what was given back of it."""

    taken: int = 0
    returned: int = 0

    @property
    def kept(self) -> int:
        """What is left of it; a refund that is too large takes nothing from other payments."""
        return max(0, self.taken - self.returned)


@dataclass(slots=True)
class PaymentModel:
    """Payments and status of one order; its events must be applied in the order of their times.

    ``currency`` is the one counted in, that of the first payment that names one.
    """

    status: str = "CREATED"
    total: int | None = None
    has_payment: bool = False
    currency: str | None = None
    accounts: dict[str, Account] = field(default_factory=dict)

    @property
    def kept(self) -> int:
        """What all payments keep."""
        return sum(account.kept for account in self.accounts.values())

    def redeemed(self, total: int, status: str | None) -> None:
        """Apply a redemption, single or stacked."""
        self.status = status or self.status
        moved, self.total = total != self.total, total
        self._settle(moved=moved)

    def rolled_back(self, total: int, status: str | None, *, remaining: int) -> None:
        """Apply a rollback after which this many redemptions remain."""
        self.redeemed(total, status or (self.status if remaining else "CANCELED"))

    def described(self, total: int, status: str | None) -> None:
        """Apply an event that takes nothing off: a snapshot, or a rollback that undoes nothing."""
        self.redeemed(total, status)

    def authorized(self) -> None:
        """Apply an authorized payment."""
        if self.status == "CREATED":
            self.status = "PROCESSING"

    def succeeded(self, payment: str, amount: int, currency: str | None) -> None:
        """Apply a succeeded payment, or one of its captures."""
        self.has_payment = True
        self.currency = self.currency or currency
        if self._counts(currency):
            self._account(payment).taken += amount
        if self._covered() and self.status in (*_OPEN, "CANCELED"):
            self.status = "PAID"
        elif self.status == "CREATED":
            self.status = "PROCESSING"

    def bounced(self, payment: str) -> None:
        """Apply the failure of a payment that had succeeded."""
        before, self._account(payment).taken = self.kept, 0
        if self.status == "PAID" and not self._covered():
            self.status = "PROCESSING"
        self._settle(moved=self.kept != before)

    def canceled(self) -> None:
        """Apply a canceled payment."""
        if not self.kept and self.status in _OPEN:
            self.status = "CANCELED"

    def refunded(self, payment: str, amount: int, currency: str | None) -> None:
        """Apply a refund."""
        before = self.kept
        if self._counts(currency):
            self._account(payment).returned += amount
        self._settle(moved=self.kept != before)
        if before and not self.kept:
            self.status = "CANCELED"

    def _account(self, payment: str) -> Account:
        return self.accounts.setdefault(payment, Account())

    def _counts(self, currency: str | None) -> bool:
        if currency is None or self.currency is None:
            return True
        return currency.lower() == self.currency.lower()

    def _settle(self, *, moved: bool) -> None:
        if moved and self.has_payment and self._covered() and self.status in _OPEN:
            self.status = "PAID"

    def _covered(self) -> bool:
        return self.total is not None and self.kept >= self.total
