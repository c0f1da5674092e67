"""The payments of an order: the state of each, the money kept, and what is odd about them.

The money kept is what each payment took less what was refunded of it, none of them less than
nothing. It is counted in one currency: that of the earliest ``payment.succeeded`` that names one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from order_projector.domain.facts import Capture, Payment, Refund
from order_projector.domain.flags import Flag, FlagCode
from order_projector.domain.limits import LARGEST_AMOUNT
from order_projector.domain.status import PaymentType

_LONGEST_SHOWN = 8
"""Characters of a currency that a message repeats; a longer text is not a currency."""


@dataclass(slots=True)
class Takings:
    """What a payment took: as a whole, and in captures. Both speak of the same money."""

    whole: int = 0
    captured: int = 0

    @property
    def amount(self) -> int:
        """The greater of the two sums."""
        return min(max(self.whole, self.captured), LARGEST_AMOUNT)

    def add(self, payment: Payment) -> None:
        """Add what a ``payment.succeeded`` took."""
        if payment.capture:
            self.captured += payment.capture.amount
        else:
            self.whole += payment.amount or 0


@dataclass(slots=True)
class PaymentState:
    """The state of one payment; each served member comes from the latest event that carries it.

    ``told`` is the status that its latest event other than a refund gives it: a payment known only
    from a refund must have succeeded, since no other can be refunded. ``captured_amount`` and
    ``refunded_amount`` are sums of all that ever was. `taken`, `ever_taken` and `returned` count
    only what is in the order's currency; a failure empties `taken`.
    """

    first_event_at: int
    date: int | None = None
    told: str = PaymentType.SUCCEEDED.upper()
    ends_with_refund: bool = False
    amount: int | None = None
    captured_amount: int | None = None
    refunded_amount: int | None = None
    currency: str | None = None
    method: str | None = None
    has_succeeded: bool = False
    returned: int = 0
    kept: int = 0
    taken: Takings = field(default_factory=Takings)
    ever_taken: Takings = field(default_factory=Takings)

    @property
    def status(self) -> str:
        """The status of the payment; refunded only if all of it is, and something was."""
        may_be_refunded = self.ends_with_refund or self.told == PaymentType.SUCCEEDED.upper()
        return "REFUNDED" if may_be_refunded and self._is_refunded() else self.told

    def _is_refunded(self) -> bool:
        whole = self.amount if self.captured_amount is None else self.captured_amount
        refunded = self.refunded_amount or 0
        return refunded > 0 and whole is not None and refunded >= whole

    @property
    def is_over_refunded(self) -> bool:
        """Whether more was refunded than the payment ever took, if it is known what it took."""
        return self.has_succeeded and min(self.returned, LARGEST_AMOUNT) > self.ever_taken.amount

    def take(self, payment: Payment, *, counts: bool) -> None:
        """Record what a ``payment.succeeded`` took."""
        self.has_succeeded = True
        if payment.capture:
            self.captured_amount = _capped_sum(self.captured_amount, payment.capture.amount)
        if counts:
            self.taken.add(payment)
            self.ever_taken.add(payment)


@dataclass(slots=True)
class Payments:
    """All payments of an order, by payment id. ``kept`` is the sum of what each of them keeps.

    ``uncounted`` are payments and refunds in another currency, ``last_refunds`` the latest other
    refund of each payment. While no currency is known, ``undecided`` holds all refunds instead.
    """

    by_id: dict[str, PaymentState] = field(default_factory=dict)
    kept: int = 0
    succeeded_once: bool = False
    currency: str | None = None
    uncounted: list[Payment | Refund] = field(default_factory=list)
    undecided: list[Refund] = field(default_factory=list)
    last_refunds: dict[str, Refund] = field(default_factory=dict)

    def pay(self, payment: Payment) -> None:
        """Record an authorized, succeeded, failed or canceled payment."""
        state = self._state(payment.id, payment)
        if payment.amount is not None:
            state.amount = payment.amount
        state.told, state.ends_with_refund = payment.type.upper(), False
        if payment.type is PaymentType.SUCCEEDED:
            self.succeeded_once = True
            if self.currency is None and payment.currency:
                self._count_in(payment.currency)
            counts = self.counts(payment)
            state.take(payment, counts=counts)
            if not counts:
                self.uncounted.append(payment)
        elif payment.type is PaymentType.FAILED:
            state.taken = Takings()
        self._recount(state)

    def has_bounced(self, payment: Payment) -> bool:
        """Whether this recorded event is the failure of a payment that had succeeded."""
        return payment.type is PaymentType.FAILED and self.by_id[payment.id].has_succeeded

    def refund(self, refund: Refund) -> None:
        """Record a refund."""
        state = self._state(refund.payment_id, refund)
        if refund.payment_amount is not None:
            state.amount = refund.payment_amount
        state.ends_with_refund = True
        state.refunded_amount = _capped_sum(state.refunded_amount, refund.amount)
        if self.currency is None:
            self.undecided.append(refund)
        elif self.counts(refund):
            self.last_refunds[refund.payment_id] = refund
        else:
            self.uncounted.append(refund)
            return
        state.returned += refund.amount
        self._recount(state)

    def counts(self, fact: Payment | Refund) -> bool:
        """Whether the fact's money is in the order's currency, as far as both are known."""
        if not fact.currency or self.currency is None:
            return True
        return fact.currency.casefold() == self.currency.casefold()

    def flags(self) -> Iterator[Flag]:
        """Yield what is odd about the payments once the whole timeline is folded."""
        for fact in self.uncounted:
            yield _other_currency(fact, self.currency)
        latest = self.last_refunds | {refund.payment_id: refund for refund in self.undecided}
        for payment_id, refund in latest.items():
            state = self.by_id[payment_id]
            if state.is_over_refunded:
                yield _refund_exceeds_payment(state, refund)

    def _count_in(self, currency: str) -> None:
        """Count in this currency from now on, and no longer count earlier money in another.

        Every earlier ``payment.succeeded`` counts on, for none of them names a currency.
        """
        self.currency = currency
        refunds, self.undecided = self.undecided, []
        for refund in refunds:
            if self.counts(refund):
                self.last_refunds[refund.payment_id] = refund
                continue
            self.uncounted.append(refund)
            state = self.by_id[refund.payment_id]
            state.returned -= refund.amount
            self._recount(state)

    def _recount(self, state: PaymentState) -> None:
        kept = max(0, state.taken.amount - min(state.returned, LARGEST_AMOUNT))
        self.kept += kept - state.kept
        state.kept = kept

    def _state(self, payment_id: str, fact: Payment | Refund) -> PaymentState:
        state = self.by_id.get(payment_id)
        if state is None:
            state = self.by_id[payment_id] = PaymentState(first_event_at=fact.event.created_at)
        if fact.date is not None:
            state.date = fact.date
        if fact.currency is not None:
            state.currency = fact.currency
        if fact.method is not None:
            state.method = fact.method
        return state


def _capped_sum(known: int | None, amount: int) -> int:
    return min((known or 0) + amount, LARGEST_AMOUNT)


def _other_currency(fact: Payment | Refund, counted: str | None) -> Flag:
    match fact:
        case Refund():
            wanted = f"The refund should give back {fact.amount}"
        case Payment(capture=Capture() as capture):
            wanted = f"The capture should take {capture.amount}"
        case Payment():
            wanted = f"The payment should take {fact.amount or 0}"
    own = _shown(fact.currency, "another currency")
    others = _shown(counted, "that of its earliest payment.succeeded")
    message = (
        f"{wanted} in {own}, but the order's money is counted in {others}. It is served and does "
        "not count. If the currency is wrong, void the event and send it again with the right one."
    )
    return Flag(FlagCode.OTHER_CURRENCY, fact.event.id, fact.id, message)


def _refund_exceeds_payment(state: PaymentState, refund: Refund) -> Flag:
    message = (
        f"The refunds should give back {min(state.returned, LARGEST_AMOUNT)}, but the payment took "
        f"{state.ever_taken.amount}. What is more than it took was not taken from other payments. "
        "Void the refund that is too much, or send the payment.succeeded that is missing."
    )
    return Flag(FlagCode.REFUND_EXCEEDS_PAYMENT, refund.event.id, refund.payment_id, message)


def _shown(currency: str | None, otherwise: str) -> str:
    """Return the currency, or a description of it where it does not fit a message of one line."""
    if currency and len(currency) <= _LONGEST_SHOWN and currency.isprintable():
        return currency
    return otherwise
