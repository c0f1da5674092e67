"""Random scenarios: what may happen to an order of the shop, and how often."""

from collections.abc import Set as AbstractSet
from functools import partial
from random import Random

from order_projector.workload.mistakes import (
    send_another_basket,
    take_back,
    take_back_and_restore,
    void_nothing,
)
from order_projector.workload.order_builder import OrderBuilder, Request
from order_projector.workload.paying import (
    Paid,
    bounce,
    pay,
    pay_in_another_currency,
    pay_in_captures,
    pay_unsuccessfully,
    refund,
)
from order_projector.workload.rolling_back import (
    roll_back,
    roll_back_again,
    roll_back_and_keep,
    roll_back_one_child,
)
from order_projector.workload.scenario import OrderScenario
from order_projector.workload.timestamps import HOUR, MINUTE

_LATER_STATUS = {
    "order.updated": (None, "PAID", "PROCESSING"),
    "order.paid": ("PAID",),
    "order.fulfilled": ("FULFILLED",),
    "order.processing": ("PROCESSING",),
    "order.canceled": ("CANCELED",),
}
_FAILURES = ("redemption.failed", "redemption.succeeded")
_ENDINGS = {
    "full": 40,
    "parts": 16,
    "captures": 12,
    "second": 8,
    "bounced": 6,
    "foreign": 4,
    "canceled": 5,
    "open": 9,
}


def generate_scenario(
    number: int, rng: Random, sent_anew: AbstractSet[int] = frozenset()
) -> OrderScenario:
    """Generate one order's scenario; deterministic for a number and a random state.

    The snapshots of the times ``sent_anew`` count twice in the expected totals; the steps are the
    same with and without them.
    """
    builder = OrderBuilder.of(number, rng)
    builder.sent_anew = sent_anew
    if rng.random() < 0.2:
        builder.omit_totals()
    if rng.random() < 0.03 and builder.head.id:
        pay(builder, [1_999])
        return builder.build()
    if rng.random() < 0.01:
        take_back(builder, partial(builder.snapshot, "order.created", None))
        return builder.build()
    _open(builder, rng)
    _redeem(builder, rng)
    _err(builder, rng)
    _pay(builder, rng)
    _close(builder, rng)
    return builder.build()


def _open(builder: OrderBuilder, rng: Random) -> None:
    if rng.random() < 0.12 and builder.head.id:
        pay(builder, [builder.basket.total])
    if rng.random() < 0.65:
        builder.snapshot("order.created", rng.choice((None, "CREATED")))
        builder.advance()
    if rng.random() < 0.06:
        builder.fail(rng.choice(_FAILURES))
        builder.advance()


def _redeem(builder: OrderBuilder, rng: Random) -> None:
    for nth in range(rng.choices((1, 2), (80, 20))[0]):
        _request(builder, rng)
        if not nth:
            _miss(builder, rng)
    if rng.random() < 0.04:
        builder.omit_totals()
        _request(builder, rng)
    if rng.random() < 0.03:
        builder.fail("redemption.rollback.failed")
        builder.advance()
    # Without totals, nothing says what a redemption that was never sent had applied.
    known = [each for each in builder.requests if not (each.missed and builder.omits_totals)]
    if rng.random() < 0.22 and known:
        _roll_back(builder, rng.choice(known), rng)
        if rng.random() < 0.6:
            _request(builder, rng)


def _miss(builder: OrderBuilder, rng: Random) -> None:
    """Begin the stream in mid-life of the order: earlier events arrive late, or never."""
    if builder.payments.has_payment or rng.random() < 0.8:
        return
    if builder.omits_totals or rng.random() < 0.5:
        builder.delay_everything()
    elif all(request.applied.total for request in builder.requests):
        builder.begin_in_mid_life()
        _request(builder, rng)


def _request(builder: OrderBuilder, rng: Random) -> None:
    count = rng.choices((1, 2, 3), (60, 25, 15))[0]
    builder.redeem_offers(count, at_once=rng.random() < 0.4)
    builder.advance(2 * MINUTE, 5 * HOUR)


def _roll_back(builder: OrderBuilder, request: Request, rng: Random) -> None:
    at_once = rng.random() < 0.5
    if request.stacked and not request.missed and rng.random() < 0.3:
        roll_back_one_child(builder, request)
        builder.advance()
        if rng.random() < 0.5:
            return
    keeps = request.applied.total and not builder.omits_totals and not request.missed
    if keeps and rng.random() < 0.25:
        roll_back_and_keep(builder, request, at_once=at_once)
    else:
        roll_back(builder, request, at_once=at_once)
    builder.advance()
    if rng.random() < 0.15:
        roll_back_again(builder, request)
        builder.advance()


def _err(builder: OrderBuilder, rng: Random) -> None:
    """Send something by mistake and void it; rarely, void what was none or what never was."""
    chance = rng.random()
    if chance < 0.04:
        take_back(builder, partial(send_another_basket, builder))
    elif chance < 0.07:
        take_back(builder, partial(_request, builder, rng))
    elif chance < 0.09 and builder.head.id:
        take_back(builder, partial(pay, builder, [rng.randint(1, 9_999)]))
    elif chance < 0.11:
        take_back_and_restore(builder, partial(builder.snapshot, "order.processing", "PROCESSING"))
    elif chance < 0.12:
        void_nothing(builder)
    else:
        return
    builder.advance()


def _pay(builder: OrderBuilder, rng: Random) -> None:
    total = builder.basket.total
    if not builder.head.id or builder.payments.has_payment or not total:
        return
    ending = rng.choices(tuple(_ENDINGS), tuple(_ENDINGS.values()))[0]
    if ending == "open":
        return
    if ending == "canceled":
        pay_unsuccessfully(builder, "canceled")
        return
    if ending == "second":
        pay_unsuccessfully(builder, "failed")
    _refund(builder, _paid(builder, total, ending, rng), rng)


def _paid(builder: OrderBuilder, total: int, ending: str, rng: Random) -> list[Paid]:
    if ending == "captures":
        return [pay_in_captures(builder, _parts(total, rng))]
    paid = pay(builder, _parts(total, rng) if ending == "parts" else [total])
    if ending == "foreign":
        pay_in_another_currency(builder, total // 2)
    if ending == "bounced":
        bounce(builder, paid[0])
        return pay(builder, [total]) if rng.random() < 0.5 else []
    return paid


def _refund(builder: OrderBuilder, payments: list[Paid], rng: Random) -> None:
    if not payments or rng.random() < 0.8:
        return
    paid = rng.choice(payments)
    back = rng.choice((paid.amount, max(1, paid.amount // 3)))
    refund(builder, paid, back)
    if back < paid.amount and rng.random() < 0.4:
        refund(builder, paid, paid.amount - back)
    elif rng.random() < 0.1:
        refund(builder, paid, paid.amount)


def _parts(total: int, rng: Random) -> list[int]:
    first = rng.randint(1, total)
    return [part for part in (first, total - first) if part]


def _close(builder: OrderBuilder, rng: Random) -> None:
    if rng.random() < 0.35:
        type_ = rng.choices(tuple(_LATER_STATUS), (40, 25, 20, 5, 10))[0]
        builder.snapshot(type_, rng.choice(_LATER_STATUS[type_]))
