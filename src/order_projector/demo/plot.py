"""What may happen to an order at the demo's shop, and how often it does."""

from random import Random

from order_projector.demo.moments import HOUR, MINUTE
from order_projector.demo.story import Story, Teller

_LATER_STATUS = {
    "order.updated": (None, "PAID", "PROCESSING"),
    "order.paid": ("PAID",),
    "order.fulfilled": ("FULFILLED",),
    "order.processing": ("PROCESSING",),
    "order.canceled": ("CANCELED",),
}


def tell(number: int, rng: Random) -> Story:
    """One order's whole life, the same for the same number and chance."""
    teller = Teller.of(number, rng)
    if rng.random() < 0.2:
        teller.leaves_the_reader_to_calculate()
    if rng.random() < 0.03 and teller.head.id:
        teller.pays([1_999])
        return teller.story()
    _open(teller, rng)
    _redeem(teller, rng)
    _settle(teller, rng)
    _close(teller, rng)
    return teller.story()


def _open(teller: Teller, rng: Random) -> None:
    if rng.random() < 0.12 and teller.head.id:
        teller.pays([teller.basket.total])
    if rng.random() < 0.65:
        teller.snapshot("order.created", rng.choice((None, "CREATED")))
        teller.passes()
    if rng.random() < 0.06:
        teller.fails("redemption.failed")
        teller.passes()


def _redeem(teller: Teller, rng: Random) -> None:
    for _ in range(rng.choices((1, 2), (80, 20))[0]):
        _request(teller, rng)
    if rng.random() < 0.04:
        teller.leaves_the_reader_to_calculate()
        _request(teller, rng)
    if rng.random() < 0.03:
        teller.fails("redemption.rollback.failed")
        teller.passes()
    if rng.random() < 0.22:
        teller.rolls_back(rng.choice(teller.requests), at_once=rng.random() < 0.5)
        teller.passes()
        if rng.random() < 0.6:
            _request(teller, rng)


def _request(teller: Teller, rng: Random) -> None:
    count = rng.choices((1, 2, 3), (60, 25, 15))[0]
    teller.redeems(count, at_once=rng.random() < 0.4)
    teller.passes(2 * MINUTE, 5 * HOUR)


def _settle(teller: Teller, rng: Random) -> None:
    total = teller.basket.total
    if not teller.head.id or teller.till.paid_at_all or not total:
        return
    ending = rng.choices(("full", "parts", "second", "canceled", "open"), (45, 20, 12, 8, 15))[0]
    if ending == "open":
        return
    if ending == "canceled":
        teller.pays_in_vain("canceled")
        return
    if ending == "second":
        teller.pays_in_vain("failed")
    parts = _parts(total, rng) if ending == "parts" else [total]
    payments = list(zip(teller.pays(parts), parts, strict=True))
    if rng.random() < 0.2:
        payment, paid = rng.choice(payments)
        back = rng.choice((paid, max(1, paid // 3)))
        teller.gives_back(payment, paid, back)
        if back < paid and rng.random() < 0.4:
            teller.gives_back(payment, paid, paid - back)


def _parts(total: int, rng: Random) -> list[int]:
    first = rng.randint(1, total)
    return [part for part in (first, total - first) if part]


def _close(teller: Teller, rng: Random) -> None:
    if rng.random() < 0.35:
        type_ = rng.choices(tuple(_LATER_STATUS), (40, 25, 20, 5, 10))[0]
        teller.snapshot(type_, rng.choice(_LATER_STATUS[type_]))
