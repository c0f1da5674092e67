"""Random scenarios: what may happen to an order of the shop, and how often."""

from random import Random

from order_projector.workload.scenario import OrderScenario, ScenarioBuilder
from order_projector.workload.timestamps import HOUR, MINUTE

_LATER_STATUS = {
    "order.updated": (None, "PAID", "PROCESSING"),
    "order.paid": ("PAID",),
    "order.fulfilled": ("FULFILLED",),
    "order.processing": ("PROCESSING",),
    "order.canceled": ("CANCELED",),
}


def generate_scenario(number: int, rng: Random) -> OrderScenario:
    """Generate one order's scenario; deterministic for a number and a random state."""
    builder = ScenarioBuilder.of(number, rng)
    if rng.random() < 0.2:
        builder.omit_totals()
    if rng.random() < 0.03 and builder.head.id:
        builder.pay([1_999])
        return builder.build()
    _open(builder, rng)
    _redeem(builder, rng)
    _pay(builder, rng)
    _close(builder, rng)
    return builder.build()


def _open(builder: ScenarioBuilder, rng: Random) -> None:
    if rng.random() < 0.12 and builder.head.id:
        builder.pay([builder.basket.total])
    if rng.random() < 0.65:
        builder.snapshot("order.created", rng.choice((None, "CREATED")))
        builder.advance()
    if rng.random() < 0.06:
        builder.fail("redemption.failed")
        builder.advance()


def _redeem(builder: ScenarioBuilder, rng: Random) -> None:
    for _ in range(rng.choices((1, 2), (80, 20))[0]):
        _request(builder, rng)
    if rng.random() < 0.04:
        builder.omit_totals()
        _request(builder, rng)
    if rng.random() < 0.03:
        builder.fail("redemption.rollback.failed")
        builder.advance()
    if rng.random() < 0.22:
        builder.roll_back(rng.choice(builder.requests), at_once=rng.random() < 0.5)
        builder.advance()
        if rng.random() < 0.6:
            _request(builder, rng)


def _request(builder: ScenarioBuilder, rng: Random) -> None:
    count = rng.choices((1, 2, 3), (60, 25, 15))[0]
    builder.redeem_offers(count, at_once=rng.random() < 0.4)
    builder.advance(2 * MINUTE, 5 * HOUR)


def _pay(builder: ScenarioBuilder, rng: Random) -> None:
    total = builder.basket.total
    if not builder.head.id or builder.payments.has_payment or not total:
        return
    ending = rng.choices(("full", "parts", "second", "canceled", "open"), (45, 20, 12, 8, 15))[0]
    if ending == "open":
        return
    if ending == "canceled":
        builder.pay_unsuccessfully("canceled")
        return
    if ending == "second":
        builder.pay_unsuccessfully("failed")
    parts = _parts(total, rng) if ending == "parts" else [total]
    payments = list(zip(builder.pay(parts), parts, strict=True))
    if rng.random() < 0.2:
        payment, paid = rng.choice(payments)
        back = rng.choice((paid, max(1, paid // 3)))
        builder.refund(payment, paid, back)
        if back < paid and rng.random() < 0.4:
            builder.refund(payment, paid, paid - back)


def _parts(total: int, rng: Random) -> list[int]:
    first = rng.randint(1, total)
    return [part for part in (first, total - first) if part]


def _close(builder: ScenarioBuilder, rng: Random) -> None:
    if rng.random() < 0.35:
        type_ = rng.choices(tuple(_LATER_STATUS), (40, 25, 20, 5, 10))[0]
        builder.snapshot(type_, rng.choice(_LATER_STATUS[type_]))
