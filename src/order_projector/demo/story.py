"""One order's life at the demo's shop, told as events in the order of their times."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from random import Random

from order_projector.demo import payloads
from order_projector.demo.catalogue import CATALOGUE, Json, Reference
from order_projector.demo.moments import HOUR, MINUTE, OPENING, SECOND, stamp
from order_projector.demo.offers import Redeemable, handed_out, item_offer, order_offer
from order_projector.demo.payloads import Dialect, Head, Redeemed
from order_projector.demo.shop import Applied, Basket, Line, together
from order_projector.demo.till import Till


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to an order, and the data of the event that tells it."""

    at: int
    type: str
    data: Json


@dataclass(frozen=True, slots=True)
class Account:
    """What the shop itself holds to be true of an order in the end."""

    amount: int | None
    total_discount_amount: int
    total_amount: int | None
    status: str
    kept: int


@dataclass(frozen=True, slots=True)
class Story:
    """An order by its name, what happened to it, and what its shop's own books show."""

    name: str
    steps: tuple[Step, ...]
    account: Account


@dataclass(frozen=True, slots=True)
class Request:
    """One request to redeem: its redemptions, and the stack's own id where there are several."""

    id: str
    children: tuple[Redeemed, ...]
    applied: Applied
    stacked: bool


@dataclass(slots=True)
class Teller:
    """Lets things happen to one order, and remembers them as steps."""

    rng: Random
    head: Head
    basket: Basket
    now: int
    till: Till = field(default_factory=Till)
    requests: list[Request] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    left_to_the_reader: bool = False
    known: bool = False

    @classmethod
    def of(cls, number: int, rng: Random) -> "Teller":
        """Open an order: who buys what, and how its sender writes."""
        now = OPENING + number * 2 * SECOND + rng.randrange(SECOND)
        named = rng.random() < 0.92
        bike = f"bike-{number:05d}-{copy(rng).getrandbits(32):08x}"  # another for another seed
        head = Head(
            id=f"ord_{number:05d}{rng.getrandbits(32):08x}" if named else None,
            source_id=bike if not named or rng.random() < 0.3 else None,
            created_at=now,
            customer_id=f"cust_{rng.getrandbits(40):010x}" if rng.random() < 0.8 else None,
            reference=rng.choice(tuple(Reference)),
            dialect=rng.choice(tuple(Dialect)),
        )
        return cls(rng, head, _filled(rng), now)

    def story(self) -> Story:
        """What was told so far."""
        return Story(self.head.name, tuple(self.steps), self._account())

    def passes(self, shortest: int = SECOND, longest: int = HOUR) -> None:
        """Let time pass."""
        self.now += self.rng.randint(shortest, longest)

    def snapshot(self, type_: str, status: str | None) -> None:
        """Tell the order's own details; ``status`` is what the event makes of it."""
        more: Json = {"status": status} if status else {}
        if self.rng.random() < 0.5:
            more["metadata"] = self._notes()
        if self.head.id and self.known and self.rng.random() < 0.3:
            order = payloads.bare(self.head) | more
        elif self.left_to_the_reader:
            order = payloads.draft(self.head, self.basket, more)
        else:
            order = payloads.listed(self.head, self.basket, more)
        self.known = True
        self._tell(type_, payloads.snapshot(self.head, order))
        self.till.described(self.basket.total, status)

    def redeems(self, count: int, *, at_once: bool = False) -> None:
        """Redeem one offer, or a stack: ``at_once`` as one event, else as one for each and one."""
        status = self.rng.choices(("PAID", None, "CREATED"), (40, 50, 10))[0]
        more: Json = {"status": status} if status else {}
        if self.rng.random() < 0.4:
            more["metadata"] = self._notes()
        self.known = True
        children = tuple(self._redeem(more if count == 1 else {}) for _ in range(count))
        applied = together(child.applied for child in children)
        if count == 1:
            request = Request(children[0].id, children, applied, stacked=False)
            self._tell_single(children[0], None, at_once=at_once)
        else:
            request = Request(self._id("r"), children, applied, stacked=True)
            order = self._calculated(applied, more)
            self._tell_stack(request, order, at_once=at_once)
        self.requests.append(request)
        self.till.redeemed(self.basket.total, status)

    def rolls_back(self, request: Request, *, at_once: bool = False) -> None:
        """Undo a request, whole: ``at_once`` as one event where it was a stack."""
        self.requests.remove(request)
        self.basket.take_back(request.applied)
        status = self.rng.choices(("CANCELED", None, "PAID"), (45, 45, 10))[0]
        more: Json = {"status": status} if status else {}
        named = payloads.draft if self.left_to_the_reader else payloads.listed
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
        self._tell_rollback(parent, children, order, at_once=at_once)
        remaining = len(self.requests)
        self.till.rolled_back(self.basket.total, status, remaining=remaining)

    def pays(self, amounts: Sequence[int]) -> list[str]:
        """Take money, in parts."""
        ids = []
        for amount in amounts:
            ids.append(self._id("pay"))
            if self.rng.random() < 0.6:
                self._tell_payment("authorized", ids[-1], amount)
                self.till.authorized()
                self.passes(SECOND, MINUTE)
            self._tell_payment("succeeded", ids[-1], amount)
            self.till.succeeded(amount)
            self.passes()
        return ids

    def pays_in_vain(self, ending: str) -> None:
        """A payment that is authorized and comes to nothing."""
        payment = self._id("pay")
        self._tell_payment("authorized", payment, 2_500)
        self.till.authorized()
        self.passes(SECOND, MINUTE)
        self._tell_payment(ending, payment, None)
        if ending == "canceled":
            self.till.canceled()
        self.passes()

    def gives_back(self, payment: str, paid: int, amount: int) -> None:
        """Refund a payment, or a part of it."""
        refund = {"id": self._id("ref"), "amount": amount, "date": stamp(self.now)}
        data = payloads.payment(self.head, payment, paid, {})
        self._tell("payment.refunded", data | {"refund": refund | {"reason": "Returned"}})
        self.till.refunded(amount)
        self.passes()

    def fails(self, type_: str) -> None:
        """A failure, of which no order keeps a trace."""
        failed = {"id": self._id("rf"), "date": stamp(self.now), "result": "FAILURE"}
        order = self.rng.choice((None, payloads.bare(self.head)))
        self._tell(type_, {"order": order, "redemption": failed | {"status": "FAILED"}})

    def leaves_the_reader_to_calculate(self) -> None:
        """From here on the sender states no totals."""
        self.left_to_the_reader = True

    def _redeem(self, more: Json) -> Redeemed:
        redeemable = self._offered()
        applied = self.basket.redeem(redeemable.offer)
        self.now += self.rng.randint(2, 9)
        order = self._calculated(applied, more)
        return Redeemed(self._id("r"), self.now, redeemable, order, applied)

    def _offered(self) -> Redeemable:
        by_item = bool(self.basket.lines) and self.rng.random() < 0.5
        return handed_out((item_offer if by_item else order_offer)(self.rng), self.rng)

    def _calculated(self, applied: Applied, more: Json) -> Json:
        if self.left_to_the_reader:
            return payloads.draft(self.head, self.basket, more)
        return payloads.calculated(self.head, self.basket, applied, more)

    def _tell_single(self, child: Redeemed, parent: str | None, *, at_once: bool) -> None:
        if at_once:
            listed = payloads.redemption(self.head, child, parent)
            self._tell("redemption.succeeded", {"redemptions": [listed], "order": child.order})
        else:
            self._tell("redemption.succeeded", payloads.redeemed(self.head, child, parent))

    def _tell_stack(self, request: Request, order: Json, *, at_once: bool) -> None:
        self.now += 2
        parent = payloads.stack_parent(self.head, request.id, self.now, order)
        if at_once:
            listed = [payloads.redemption(self.head, one, request.id) for one in request.children]
            whole = {"redemptions": listed, "parent_redemption": parent, "order": order}
            self._tell("redemption.succeeded", whole)
            return
        for child in request.children:
            data = payloads.redeemed(self.head, child, request.id)
            self.steps.append(Step(child.at, "redemption.succeeded", data))
        self._tell("redemption.succeeded", {"order": order, "redemption": parent})

    def _tell_rollback(
        self, parent: Json, children: list[Json], order: Json, *, at_once: bool
    ) -> None:
        type_ = "redemption.rollback.succeeded"
        if at_once and children:
            self._tell(type_, {"rollbacks": children, "parent_rollback": parent, "order": order})
            return
        for child in children:
            self._tell(type_, {"redemption_rollback": child, "order": payloads.bare(self.head)})
        self._tell(type_, {"redemption_rollback": parent, "order": order})
        self.now += len(children)

    def _tell_payment(self, ending: str, payment: str, amount: int | None) -> None:
        dated = {"date": stamp(self.now)} if self.rng.random() < 0.8 else {}
        data = payloads.payment(self.head, payment, amount, dated)
        self._tell(f"payment.{ending}", data)

    def _tell(self, type_: str, data: Json) -> None:
        self.steps.append(Step(self.now, type_, data))

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

    def _account(self) -> Account:
        if not self.known:
            return Account(None, 0, None, self.till.status, self.till.kept)
        basket = self.basket
        off = basket.discount + basket.items_discount
        return Account(basket.amount, off, basket.total, self.till.status, self.till.kept)


def _filled(rng: Random) -> Basket:
    if rng.random() < 0.06:
        return Basket(stated=rng.randint(1_000, 30_000))
    products = rng.sample(CATALOGUE, rng.randint(1, 5))
    if rng.random() < 0.05:
        products.append(products[0])
    return Basket([Line(product, rng.randint(1, 4)) for product in products])
