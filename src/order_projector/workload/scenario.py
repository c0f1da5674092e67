"""One order of the shop: its events, ordered by time, and its expected totals."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from random import Random

from order_projector.workload import payloads
from order_projector.workload.catalogue import CATALOGUE, Json, Reference
from order_projector.workload.offers import IssuedOffer, handed_out, item_offer, order_offer
from order_projector.workload.payloads import Dialect, Head, OfferRedemption
from order_projector.workload.payment_model import PaymentModel
from order_projector.workload.shop import AppliedOffer, Basket, BasketLine, together
from order_projector.workload.timestamps import HOUR, MINUTE, OPENING, SECOND, stamp


@dataclass(frozen=True, slots=True)
class ScenarioStep:
    """One event of an order: its time, its type and its data."""

    at: int
    type: str
    data: Json


@dataclass(frozen=True, slots=True)
class ExpectedTotals:
    """The totals and the status of an order after all its events, as the shop calculates them."""

    amount: int | None
    total_discount_amount: int
    total_amount: int | None
    status: str
    kept: int


@dataclass(frozen=True, slots=True)
class OrderScenario:
    """An order's name, its events, and the totals that the shop expects after them."""

    name: str
    steps: tuple[ScenarioStep, ...]
    totals: ExpectedTotals


@dataclass(frozen=True, slots=True)
class Request:
    """One redemption request; with several redemptions, ``id`` is the stack's parent."""

    id: str
    children: tuple[OfferRedemption, ...]
    applied: AppliedOffer
    stacked: bool


@dataclass(slots=True)
class ScenarioBuilder:
    """Build the scenario of one order, step by step."""

    rng: Random
    head: Head
    basket: Basket
    now: int
    payments: PaymentModel = field(default_factory=PaymentModel)
    requests: list[Request] = field(default_factory=list)
    steps: list[ScenarioStep] = field(default_factory=list)
    omits_totals: bool = False
    known: bool = False

    @classmethod
    def of(cls, number: int, rng: Random) -> "ScenarioBuilder":
        """Open an order: draw its customer, its basket and its sender's dialect."""
        now = OPENING + number * 2 * SECOND + rng.randrange(SECOND)
        named = rng.random() < 0.92
        bike = f"bike-{number:05d}-{copy(rng).getrandbits(32):08x}"  # differs between seeds
        head = Head(
            id=f"ord_{number:05d}{rng.getrandbits(32):08x}" if named else None,
            source_id=bike if not named or rng.random() < 0.3 else None,
            created_at=now,
            customer_id=f"cust_{rng.getrandbits(40):010x}" if rng.random() < 0.8 else None,
            reference=rng.choice(tuple(Reference)),
            dialect=rng.choice(tuple(Dialect)),
        )
        return cls(rng, head, _filled(rng), now)

    def build(self) -> OrderScenario:
        """Return the scenario so far."""
        return OrderScenario(self.head.name, tuple(self.steps), self._expected_totals())

    def advance(self, shortest: int = SECOND, longest: int = HOUR) -> None:
        """Advance the clock by a random duration."""
        self.now += self.rng.randint(shortest, longest)

    def snapshot(self, type_: str, status: str | None) -> None:
        """Emit an ``order.*`` event with the order's details and this ``status``."""
        more: Json = {"status": status} if status else {}
        if self.rng.random() < 0.5:
            more["metadata"] = self._notes()
        if self.head.id and self.known and self.rng.random() < 0.3:
            order = payloads.bare(self.head) | more
        elif self.omits_totals:
            order = payloads.draft(self.head, self.basket, more)
        else:
            order = payloads.listed(self.head, self.basket, more)
        self.known = True
        self._emit(type_, payloads.snapshot(self.head, order))
        self.payments.described(self.basket.total, status)

    def redeem_offers(self, count: int, *, at_once: bool = False) -> None:
        """Redeem one offer or a stack, in a single event if ``at_once``, else one for each part."""
        status = self.rng.choices(("PAID", None, "CREATED"), (40, 50, 10))[0]
        more: Json = {"status": status} if status else {}
        if self.rng.random() < 0.4:
            more["metadata"] = self._notes()
        self.known = True
        children = tuple(self._redeem_one(more if count == 1 else {}) for _ in range(count))
        applied = together(child.applied for child in children)
        if count == 1:
            request = Request(children[0].id, children, applied, stacked=False)
            self._emit_single(children[0], None, at_once=at_once)
        else:
            request = Request(self._id("r"), children, applied, stacked=True)
            order = self._calculated(applied, more)
            self._emit_stack(request, order, at_once=at_once)
        self.requests.append(request)
        self.payments.redeemed(self.basket.total, status)

    def roll_back(self, request: Request, *, at_once: bool = False) -> None:
        """Roll back a whole request; a stack in a single event if ``at_once``."""
        self.requests.remove(request)
        self.basket.take_back(request.applied)
        status = self.rng.choices(("CANCELED", None, "PAID"), (45, 45, 10))[0]
        more: Json = {"status": status} if status else {}
        named = payloads.draft if self.omits_totals else payloads.listed
        order = named(self.head, self.basket, more)
        if self.rng.random() < 0.3:
            order = payloads.bare(self.head) | more
        parent = payloads.rolled_back(request.id, self._id("rr"), self.now, order)
        children = [
            payloads.rolled_back(
                child.id, self._id("rr"), self.now + 1 + n, payloads.bare(self.head)
            )
            for n, child in enumerate(request.children if request.stacked else ())
        ]
        self._emit_rollback(parent, children, order, at_once=at_once)
        remaining = len(self.requests)
        self.payments.rolled_back(self.basket.total, status, remaining=remaining)

    def pay(self, amounts: Sequence[int]) -> list[str]:
        """Pay these amounts, one payment each; return the payments' ids."""
        ids = []
        for amount in amounts:
            ids.append(self._id("pay"))
            if self.rng.random() < 0.6:
                self._emit_payment("authorized", ids[-1], amount)
                self.payments.authorized()
                self.advance(SECOND, MINUTE)
            self._emit_payment("succeeded", ids[-1], amount)
            self.payments.succeeded(amount)
            self.advance()
        return ids

    def pay_unsuccessfully(self, ending: str) -> None:
        """Authorize a payment that then fails or is canceled."""
        payment = self._id("pay")
        self._emit_payment("authorized", payment, 2_500)
        self.payments.authorized()
        self.advance(SECOND, MINUTE)
        self._emit_payment(ending, payment, None)
        if ending == "canceled":
            self.payments.canceled()
        self.advance()

    def refund(self, payment: str, paid: int, amount: int) -> None:
        """Refund a payment in full or in part."""
        refund = {"id": self._id("ref"), "amount": amount, "date": stamp(self.now)}
        data = payloads.payment(self.head, payment, paid, {})
        self._emit("payment.refunded", data | {"refund": refund | {"reason": "Returned"}})
        self.payments.refunded(amount)
        self.advance()

    def fail(self, type_: str) -> None:
        """Emit a failure event, which leaves no trace in the order."""
        failed = {"id": self._id("rf"), "date": stamp(self.now), "result": "FAILURE"}
        order = self.rng.choice((None, payloads.bare(self.head)))
        self._emit(type_, {"order": order, "redemption": failed | {"status": "FAILED"}})

    def omit_totals(self) -> None:
        """Omit totals from all further events."""
        self.omits_totals = True

    def _redeem_one(self, more: Json) -> OfferRedemption:
        redeemable = self._offered()
        applied = self.basket.redeem(redeemable.offer)
        self.now += self.rng.randint(2, 9)
        order = self._calculated(applied, more)
        return OfferRedemption(self._id("r"), self.now, redeemable, order, applied)

    def _offered(self) -> IssuedOffer:
        by_item = bool(self.basket.lines) and self.rng.random() < 0.5
        return handed_out((item_offer if by_item else order_offer)(self.rng), self.rng)

    def _calculated(self, applied: AppliedOffer, more: Json) -> Json:
        if self.omits_totals:
            return payloads.draft(self.head, self.basket, more)
        return payloads.calculated(self.head, self.basket, applied, more)

    def _emit_single(self, child: OfferRedemption, parent: str | None, *, at_once: bool) -> None:
        if at_once:
            listed = payloads.redemption(self.head, child, parent)
            self._emit("redemption.succeeded", {"redemptions": [listed], "order": child.order})
        else:
            self._emit("redemption.succeeded", payloads.redeemed(self.head, child, parent))

    def _emit_stack(self, request: Request, order: Json, *, at_once: bool) -> None:
        self.now += 2
        parent = payloads.stack_parent(self.head, request.id, self.now, order)
        if at_once:
            listed = [payloads.redemption(self.head, one, request.id) for one in request.children]
            whole = {"redemptions": listed, "parent_redemption": parent, "order": order}
            self._emit("redemption.succeeded", whole)
            return
        for child in request.children:
            data = payloads.redeemed(self.head, child, request.id)
            self.steps.append(ScenarioStep(child.at, "redemption.succeeded", data))
        self._emit("redemption.succeeded", {"order": order, "redemption": parent})

    def _emit_rollback(
        self, parent: Json, children: list[Json], order: Json, *, at_once: bool
    ) -> None:
        type_ = "redemption.rollback.succeeded"
        if at_once and children:
            self._emit(type_, {"rollbacks": children, "parent_rollback": parent, "order": order})
            return
        for child in children:
            self._emit(type_, {"redemption_rollback": child, "order": payloads.bare(self.head)})
        self._emit(type_, {"redemption_rollback": parent, "order": order})
        self.now += len(children)

    def _emit_payment(self, ending: str, payment: str, amount: int | None) -> None:
        dated = {"date": stamp(self.now)} if self.rng.random() < 0.8 else {}
        data = payloads.payment(self.head, payment, amount, dated)
        self._emit(f"payment.{ending}", data)

    def _emit(self, type_: str, data: Json) -> None:
        self.steps.append(ScenarioStep(self.now, type_, data))

    def _notes(self) -> Json:
        return self.rng.choice(
            (
                {"channel": "web", "gift.wrap": True},
                {"channel": "till 2", "$note": "ring twice", "weights": [1.5, 2.25]},
                {"straße": "Lindenallee 5", "floor": None},
                {},
            )
        )

    def _id(self, prefix: str) -> str:
        return f"{prefix}_{self.rng.getrandbits(64):016x}"

    def _expected_totals(self) -> ExpectedTotals:
        if not self.known:
            return ExpectedTotals(None, 0, None, self.payments.status, self.payments.kept)
        basket = self.basket
        off = basket.discount + basket.items_discount
        return ExpectedTotals(
            basket.amount, off, basket.total, self.payments.status, self.payments.kept
        )


def _filled(rng: Random) -> Basket:
    if rng.random() < 0.06:
        return Basket(stated=rng.randint(1_000, 30_000))
    products = rng.sample(CATALOGUE, rng.randint(1, 5))
    if rng.random() < 0.05:
        products.append(products[0])
    return Basket([BasketLine(product, rng.randint(1, 4)) for product in products])
