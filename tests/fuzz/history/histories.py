"""Random plans of what may happen to one order, generated from a seed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from tests.fuzz.history.actions import (
    Action,
    Cart,
    Change,
    Mistake,
    Pay,
    Plan,
    Redeem,
    Repeat,
    RollBack,
    Shape,
    Telling,
)
from tests.fuzz.history.books import Ordered, Product
from tests.fuzz.history.coupons import Gifts, random_offer
from tests.fuzz.history.listing import Style
from tests.fuzz.history.offers import Offer

MUG = Product("mug", price=1000)
CUP = Product("cup", price=333)
RED_CUP = Product("cup", "red", 350)
BLUE_CUP = Product("cup", "blue", 299)
TEA = Product("tea", price=77)
PIN = Product("pin", price=150)
CAP = Product("cap", price=420)
POST = Product("post")
LAMP = Product("lamp")
RING = Product("ring", price=2**52)
VASE = Product("vase", price=2**52)

PAYMENTS = (
    *("authorized", "failed", "failed", "canceled", "refunded", "refunded"),
    *("succeeded", "succeeded", "captured", "captured", "captured", "captured"),
)
STATUSES = (None, None, None, "PAID", "PROCESSING", "CREATED")

KINDS = (
    *("calculated",) * 4,
    *("priced",) * 4,
    *("known",) * 2,
    *("unknown",) * 2,
    *("paid",) * 4,
    *("dear", "amount"),
)

PRICED = (Telling.BARE, Telling.BARE, Telling.PLAIN, Telling.STANDING)
CALCULATED = (Telling.CALCULATED,)
MIXED = (Telling.BARE, Telling.CALCULATED)


@dataclass(frozen=True, slots=True)
class Range:
    """What a shop sells.

    ``fixed`` products are in each cart, so that it is always clear which line a contribution
    belongs to; ``gifts`` are what coupons give.
    """

    products: tuple[Product, ...]
    gifts: tuple[Product, ...]
    fixed: tuple[Product, ...] = ()
    most_given: tuple[int, ...] = (1, 2, 3)
    """The numbers of units that a coupon may give."""


_OTHERS = (MUG, TEA, PIN, POST, LAMP)
_FREE = (MUG, CAP, POST, LAMP, PIN)
RANGES = (
    Range((*_OTHERS, CUP), (*_FREE, CUP)),
    Range((*_OTHERS, RED_CUP), (*_FREE, RED_CUP)),
    Range((*_OTHERS, BLUE_CUP), (*_FREE, RED_CUP)),
    Range(_OTHERS, (*_FREE, CUP, RED_CUP), fixed=(CUP, RED_CUP)),
)


DEAR = Range(
    (MUG, PIN), (MUG, PIN, CAP, RING, VASE), fixed=(RING,), most_given=(1, 2**30, 2**31 - 1)
)
"""Units and amounts up to the bounds of an order."""


def plan_of(seed: int, number: int) -> Plan:
    """Return the plan of that number; the same seed gives the same plan."""
    random = Random(f"history {seed} {number}")
    chosen = random.choice(RANGES)
    kind = random.choice(KINDS)
    if kind == "amount":
        tellings = random.choice((PRICED, MIXED))
        amounts = Customer(random, chosen, tellings).actions()
        return Plan(tuple(_without_items(random, amounts, changes=tellings is PRICED)))
    if kind == "unknown":
        apart = Range((MUG, CUP, TEA), (MUG, CUP))
        customer = Customer(random, apart, MIXED, gifts_of_the_sender=(PIN, CAP))
        return Plan(tuple(customer.actions()), knows_all=False)
    customers = {
        "calculated": Customer(random, chosen, CALCULATED),
        "priced": Customer(random, chosen, PRICED),
        "dear": Customer(random, DEAR, (Telling.BARE,)),
        "paid": Customer(random, chosen, MIXED, pays=0.6),
        "known": Customer(random, chosen, MIXED),
    }
    return Plan(tuple(customers[kind].actions()))


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer who fills a cart, redeems, changes it and pays.

    With ``gifts_of_the_sender``, the sender does not know the redemptions that are not calculated.
    It then gives other products than those redemptions do, since its numbers do not say which
    redemption the units of a product come from.
    """

    random: Random
    range: Range
    tellings: Sequence[Telling]
    gifts_of_the_sender: tuple[Product, ...] = ()
    pays: float = 0.1
    """The probability that an action is a payment, a capture or a refund."""

    def actions(self) -> Iterator[Action]:
        """Yield a history, starting with the first cart."""
        random = self.random
        cart = self._cart()
        is_first = random.random() < 0.15
        if not is_first:
            yield Change(cart, Telling.PLAIN, type="order.created")
        names: list[str] = []
        for _ in range(random.randint(2, 9 if self.pays < 0.5 else 13)):
            if random.random() < self.pays:
                yield self._perhaps_mistaken(self._pay())
                continue
            roll = random.random()
            if roll < 0.55 or not names:
                names.append(f"r{len(names)}")
                yield self._perhaps_mistaken(self._redeem(names[-1], cart if is_first else None))
                is_first = False
            elif roll < 0.76:
                yield self._perhaps_mistaken(self._roll_back(random.choice(names)))
            elif roll < 0.84:
                yield self._perhaps_mistaken(self._repeat(random.choice(names)))
            else:
                changed = self._changed(cart)
                done = self._perhaps_mistaken(self._change(changed))
                cart = cart if isinstance(done, Mistake) and not done.is_none else changed
                yield done
        if random.random() < 0.6:
            for name in random.sample(names, len(names)):
                yield self._roll_back(name)

    def _perhaps_mistaken(self, action: Change | Redeem | RollBack | Repeat | Pay) -> Action:
        if self.random.random() < 0.92:
            return action
        return Mistake(action, self.random.random() < 0.3)

    def _telling(self) -> Telling:
        return self.random.choice(self.tellings)

    def _cart(self) -> Cart:
        chosen = self.random.choices(self.range.products, k=self.random.randint(1, 4))
        lines = [self._ordered(product) for product in (*self.range.fixed, *chosen)]
        return _with_an_amount(lines)

    def _ordered(self, product: Product) -> Ordered:
        if product is RING:
            return Ordered(product, 1)
        if product is LAMP:
            return Ordered(product, 3, self.random.choice((1000, 900, 2000)))
        return Ordered(product, self.random.randint(1, 4))

    def _changed(self, cart: Cart) -> Cart:
        """Return another cart: other quantities, one line fewer, one line more."""
        random = self.random
        lines = [
            replace(line, quantity=random.randint(1, 5))
            if random.random() < 0.4 and line.stated is None and line.product is not RING
            else line
            for line in cart
        ]
        loose = [line for line in lines if line.product not in self.range.fixed]
        if loose and len(lines) > 1 and not self.gifts_of_the_sender and random.random() < 0.4:
            lines.remove(random.choice(loose))
        if random.random() < 0.3:
            place = random.randint(len(self.range.fixed), len(lines))
            lines.insert(place, self._ordered(random.choice(self.range.products)))
        return _with_an_amount(lines)

    def _change(self, cart: Cart) -> Change:
        random = self.random
        telling = random.choice((Telling.PLAIN, self._telling()))
        telling = Telling.PLAIN if telling is Telling.BARE else telling
        kind = random.choice(("updated", "updated", "updated", "paid", "canceled"))
        style, status = random.choice(list(Style)), random.choice(STATUSES)
        return Change(cart, telling, style, status, f"order.{kind}")

    def _redeem(self, name: str, cart: Cart | None) -> Redeem:
        random, telling = self.random, self._telling()
        count = 1 if random.random() < 0.7 else random.randint(2, 3)
        offers = tuple(self._offer(telling) for _ in range(count))
        if cart is None and telling is not Telling.BARE and random.random() < 0.15:
            cart = None if self.gifts_of_the_sender else self._cart()
        if cart is not None and telling is Telling.BARE:
            telling = Telling.PLAIN
        shape, style = random.choice(list(Shape)), random.choice(list(Style))
        revoked_as = random.choice(("CREATED", "CANCELED")) if random.random() < 0.06 else None
        status = random.choice(STATUSES)
        return Redeem(name, offers, telling, shape, style, cart, status, revoked_as)

    def _offer(self, telling: Telling) -> Offer:
        is_calculated = telling is Telling.CALCULATED
        gifts = self.range.gifts
        if is_calculated and self.gifts_of_the_sender:
            gifts = self.gifts_of_the_sender
        return random_offer(
            self.random,
            (*self.range.fixed, *self.range.products),
            Gifts(gifts, self.range.most_given),
            is_calculated=is_calculated,
            may_replace=not self.gifts_of_the_sender,
        )

    def _roll_back(self, name: str) -> RollBack:
        random = self.random
        telling = random.choice((Telling.BARE, self._telling()))
        shape = random.choice((Shape.INSIDE, Shape.BESIDE, Shape.REQUEST))
        style = random.choice(list(Style))
        status = random.choice((None, None, None, *STATUSES))
        keeps = random.random() < 0.3
        tells_children = random.random() < 0.3
        return RollBack(name, telling, shape, style, status, tells_children, keeps=keeps)

    def _repeat(self, name: str) -> Repeat:
        random, telling = self.random, self._telling()
        child = random.choice((None, None, 0, 1))
        return Repeat(name, child, telling, random.choice(list(Style)), random.choice(STATUSES))

    def _pay(self) -> Pay:
        random = self.random
        hundredths = random.choice((30, 70, 100, 100, 130))
        currency = random.choice((None, None, None, "USD", "usd", "EUR"))
        name = random.choice(("pay_1", "pay_1", "pay_2"))
        return Pay(name, random.choice(PAYMENTS), hundredths, currency)


def _without_items(random: Random, actions: Iterable[Action], *, changes: bool) -> Iterator[Action]:
    """Convert a history to that of an order of which only the amount is known.

    The amount never changes if events carry calculated orders: those list the units that
    redemptions added, and the contract does not say what an amount next to their amounts means.
    """
    amounts = (1, 999, 4300, 20_000)
    amount = random.choice(amounts)
    yield Change((), type="order.created", amount=amount)
    for action in actions:
        match action:
            case Change():
                amount = random.choice(amounts) if changes else amount
                yield replace(action, cart=(), amount=amount)
            case Mistake(action=Change() as mistaken):
                yield replace(action, action=replace(mistaken, cart=(), amount=amount))
            case Redeem():
                yield replace(action, cart=None)
            case Mistake(action=Redeem() as mistaken):
                yield replace(action, action=replace(mistaken, cart=None))
            case _:
                yield action


def _with_an_amount(lines: list[Ordered]) -> Cart:
    """Return a cart in which at least one line has an amount, so that the order has one."""
    if all(line.amount is None for line in lines):
        return (*lines, Ordered(MUG, 1))
    return tuple(lines)
