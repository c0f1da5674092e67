"""Build one order of the shop, event by event, together with its expected totals."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from copy import copy
from dataclasses import dataclass, field, replace
from random import Random

from order_projector.workload import payloads
from order_projector.workload.catalogue import CATALOGUE, Json, Reference
from order_projector.workload.offers import IssuedOffer, handed_out, item_offer, order_offer
from order_projector.workload.payloads import Dialect, Empties, Head, OfferRedemption
from order_projector.workload.payment_model import PaymentModel
from order_projector.workload.scenario import ExpectedTotals, OrderScenario, ScenarioStep
from order_projector.workload.shop import AppliedOffer, Basket, BasketLine, together
from order_projector.workload.timestamps import HOUR, OPENING, SECOND

_PARTS = ("redemption", "redemption_rollback", "parent_redemption", "parent_rollback")
_LISTS = ("redemptions", "rollbacks")


@dataclass(frozen=True, slots=True)
class Request:
    """One redemption request; with several redemptions, ``id`` is the stack's parent.

    Of a request that is ``missed`` no event was ever sent.
    """

    id: str
    children: tuple[OfferRedemption, ...]
    applied: AppliedOffer
    stacked: bool
    missed: bool = False


@dataclass(slots=True)
class OrderBuilder:
    """Build the scenario of one order, step by step.

    ``sent_anew`` holds the times of the snapshots that are sent once more, in an envelope of their
    own: each of these is another snapshot, right after the first one.
    """

    rng: Random
    head: Head
    basket: Basket
    now: int
    payments: PaymentModel = field(default_factory=PaymentModel)
    requests: list[Request] = field(default_factory=list)
    steps: list[ScenarioStep] = field(default_factory=list)
    omits_totals: bool = False
    known: bool = False
    sent_anew: AbstractSet[int] = frozenset()

    @classmethod
    def of(cls, number: int, rng: Random) -> "OrderBuilder":
        """Open an order: draw its customer, its basket and its sender's dialect."""
        now = OPENING + number * 2 * SECOND + rng.randrange(SECOND)
        named = rng.random() < 0.92
        pays_by_source_id = copy(rng).random() < 0.5
        bike = f"bike-{number:05d}-{copy(rng).getrandbits(32):08x}"  # differs between seeds
        head = Head(
            id=f"ord_{number:05d}{rng.getrandbits(32):08x}" if named else None,
            source_id=(source_id := bike if not named or rng.random() < 0.3 else None),
            created_at=now,
            customer_id=f"cust_{rng.getrandbits(40):010x}" if rng.random() < 0.8 else None,
            reference=rng.choice(tuple(Reference)),
            dialect=rng.choice(tuple(Dialect)),
            empties=rng.choices(tuple(Empties), (85, 15))[0],
            pays_by_source_id=named and source_id is not None and pays_by_source_id,
        )
        return cls(rng, head, _filled(rng), now)

    def build(self) -> OrderScenario:
        """Return the scenario so far."""
        return OrderScenario(self.head.name, tuple(self._named_steps()), self._expected_totals())

    def _named_steps(self) -> Iterator[ScenarioStep]:
        """Yield the steps; without an event that gives both names, payments give both."""
        claims = any(self._claims(step.data) for step in self.steps)
        for step in self.steps:
            if claims or "payment" not in step.data or not self.head.pays_by_source_id:
                yield step
            else:
                payment = step.data["payment"] | {"order_id": self.head.id}
                yield replace(step, data=step.data | {"payment": payment})

    def _claims(self, data: Json) -> bool:
        """Whether an event gives both names of the order."""
        parts = [data, *(data[name] for name in _PARTS if isinstance(data.get(name), dict))]
        parts += [each for name in _LISTS for each in data.get(name) or ()]
        orders = [part["order"] for part in parts if isinstance(part.get("order"), dict)]
        return any(order.get("id") and order.get("source_id") for order in orders)

    def advance(self, shortest: int = SECOND, longest: int = HOUR) -> None:
        """Advance the clock by a random duration."""
        self.now += self.rng.randint(shortest, longest)

    def begin_in_mid_life(self) -> None:
        """Forget every event so far: the shop sends its events only from now on.

        From then on it says how many units a redemption adds: otherwise these could not be
        distinguished from those of redemptions that were never sent.
        """
        self.head = replace(self.head, dialect=Dialect.DETAILED)
        self.requests = [replace(request, missed=True) for request in self.requests]
        self.payments = PaymentModel()
        self.steps.clear()
        self.known = False

    def delay_everything(self) -> None:
        """Let every event so far arrive long after its time."""
        self.steps = [replace(step, late=True) for step in self.steps]

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
        self.emit(type_, payloads.snapshot(self.head, order))
        self.payments.described(self.basket.total, status)
        if self.now in self.sent_anew:
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
            request = Request(self.new_id("r"), children, applied, stacked=True)
            order = self._calculated(applied, more)
            self._emit_stack(request, order, at_once=at_once)
        self.requests.append(request)
        self.payments.redeemed(self.basket.total, status)

    def fail(self, type_: str) -> None:
        """Emit a failure event, which leaves no trace in the order."""
        order: Json | None = payloads.bare(self.head)
        if type_.endswith(".failed") and self.rng.random() < 0.5:
            order = None  # these two types need none
        data = {"order": order, "redemption": payloads.failure(self.new_id("rf"), self.now)}
        self.emit(type_, data, fails=True)

    def omit_totals(self) -> None:
        """Omit totals from all further events."""
        self.omits_totals = True

    def _redeem_one(self, more: Json) -> OfferRedemption:
        redeemable = self._offered()
        applied = self.basket.redeem(redeemable.offer)
        self.now += self.rng.randint(2, 9)
        order = self._calculated(applied, more)
        return OfferRedemption(self.new_id("r"), self.now, redeemable, order, applied)

    def _offered(self) -> IssuedOffer:
        by_item = bool(self.basket.lines) and self.rng.random() < 0.5
        return handed_out((item_offer if by_item else order_offer)(self.rng), self.rng)

    def _calculated(self, applied: AppliedOffer, more: Json) -> Json:
        if self.omits_totals:
            return payloads.draft(self.head, self.basket, more)
        return payloads.calculated(self.head, self.basket, applied, more)

    def _emit_single(self, child: OfferRedemption, parent: str | None, *, at_once: bool) -> None:
        type_ = "redemption.succeeded"
        if not at_once:
            self.emit(type_, payloads.redeemed(self.head, child, parent))
            return
        listed = [payloads.redemption(self.head, child, parent)]
        if self.rng.random() < 0.15:
            top_up = payloads.redemption(self.head, replace(child, id=self.new_id("r")), None)
            self.emit(type_, {"redemptions": [top_up | {"order": None}, *listed]})
            return
        self.emit(type_, {"redemptions": self._with_failures(listed), "order": child.order})

    def _emit_stack(self, request: Request, order: Json, *, at_once: bool) -> None:
        self.now += 2
        parent = payloads.stack_parent(self.head, request.id, self.now, order)
        if at_once:
            listed = [payloads.redemption(self.head, one, request.id) for one in request.children]
            children = self._with_failures(listed)
            whole = {"redemptions": children, "parent_redemption": parent, "order": order}
            self.emit("redemption.succeeded", whole)
            return
        for child in request.children:
            data = payloads.redeemed(self.head, child, request.id)
            self.emit("redemption.succeeded", data, at=child.at)
        self.emit("redemption.succeeded", {"order": order, "redemption": parent})

    def _with_failures(self, listed: list[Json]) -> list[Json]:
        """Return the redemptions of a whole request, sometimes with one that has failed."""
        if self.rng.random() < 0.8:
            return listed
        failed = listed[0] | payloads.failure(self.new_id("r"), self.now)
        at = self.rng.randint(0, len(listed))
        return [*listed[:at], failed, *listed[at:]]

    def emit(self, type_: str, data: Json, *, at: int | None = None, fails: bool = False) -> None:
        """Emit an event with this data, as of now or of another time."""
        written = payloads.as_written(self.head, data)
        self.steps.append(ScenarioStep(at or self.now, type_, written, fails=fails))

    def _notes(self) -> Json:
        return self.rng.choice(
            (
                {"channel": "web", "gift.wrap": True},
                {"channel": "till 2", "$note": "ring twice", "weights": [1.5, 2.25]},
                {"straße": "Lindenallee 5", "floor": None},
                {},
            )
        )

    def new_id(self, prefix: str) -> str:
        """Return an id that no other object of the shop has."""
        return f"{prefix}_{self.rng.getrandbits(64):016x}"

    def _expected_totals(self) -> ExpectedTotals:
        basket, paid = self.basket, self.payments
        if not self.known:
            return ExpectedTotals(None, 0, None, paid.status, paid.kept, paid.currency)
        off = basket.discount + basket.items_discount
        return ExpectedTotals(
            basket.amount, off, basket.total, paid.status, paid.kept, paid.currency
        )


def _filled(rng: Random) -> Basket:
    if rng.random() < 0.06:
        return Basket(stated=rng.randint(1_000, 30_000))
    products = rng.sample(CATALOGUE, rng.randint(1, 5))
    if rng.random() < 0.05:
        products.append(products[0])
    return Basket([BasketLine(product, rng.randint(1, 4)) for product in products])
