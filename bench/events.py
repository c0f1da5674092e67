"""The events of a benchmark: ten of each order, about 1.5 kB each, as a shop would send them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random

import orjson

from order_projector.workload import payloads
from order_projector.workload.catalogue import CATALOGUE, Json, Reference
from order_projector.workload.offers import Amount, Offer, Percent, handed_out
from order_projector.workload.payloads import Dialect, Head, OfferRedemption
from order_projector.workload.shop import Basket, BasketLine
from order_projector.workload.timestamps import MINUTE, OPENING, stamp

PER_ORDER = 10
_SIZE = 1_500
_LIFE = 5_000
"""The range of positions over which the events of one order are spread."""


class Naming(StrEnum):
    """How the events name their orders."""

    BY_ID = "by id"
    BOTH = "by both names"
    HALF_ALONE = "half of the payments by source id alone"


@dataclass(frozen=True, slots=True)
class BenchEvent:
    """One keyed event."""

    key: str
    payment: bool
    value: bytes


def bench_events(
    events: int, orders: int, seed: int = 1, naming: Naming = Naming.BY_ID
) -> list[BenchEvent]:
    """Return this many events of this many orders, whose lives overlap."""
    rng = Random(seed)
    placed: list[tuple[float, BenchEvent]] = []
    for number in range(orders):
        begun = rng.uniform(0, events)
        timestamps = sorted(rng.uniform(begun, begun + _LIFE) for _ in range(PER_ORDER))
        placed.extend(zip(timestamps, life(number, rng, naming), strict=True))
    placed.sort(key=lambda it: it[0])
    return [event for _, event in placed][:events]


def life(number: int, rng: Random, naming: Naming = Naming.BY_ID) -> Iterator[BenchEvent]:
    """Yield an order's events: created, redeemed, rolled back, redeemed, paid in parts, refunded.

    The key of an event is the name that its sender knows.
    """
    head = Head(
        id=f"ord_{number:06d}",
        source_id=None if naming is Naming.BY_ID else f"shop/{number:06d}",
        created_at=OPENING,
        customer_id=f"cust_{number:06d}",
        reference=Reference.ID,
        dialect=Dialect.DETAILED,
    )
    basket = Basket(
        [BasketLine(product, rng.randint(1, 3)) for product in rng.sample(CATALOGUE, 2)]
    )
    alone = replace(head, pays_by_source_id=naming is Naming.HALF_ALONE and number % 2 == 0)
    for step, (type_, data) in enumerate(_steps(head, alone, basket, rng)):
        at = stamp(OPENING + (step + 1) * MINUTE)
        event = {"id": f"evt_{number:06d}_{step}", "type": type_, "created_at": at, "data": data}
        room = _SIZE - len(orjson.dumps(event)) - 20
        if room > 0:  # context that a real producer sends and nothing here reads
            event["context"] = "x" * room
        is_payment = type_.startswith("payment.")
        key = head.source_id if is_payment and alone.pays_by_source_id else head.id
        yield BenchEvent(key or "", is_payment, orjson.dumps(event))


def _steps(head: Head, payer: Head, basket: Basket, rng: Random) -> Iterator[tuple[str, Json]]:
    yield "order.created", payloads.snapshot(head, payloads.listed(head, basket, {}))
    first, data = _redeemed(head, basket, Percent(1_000), rng, 2)
    yield "redemption.succeeded", data
    second, data = _redeemed(head, basket, Amount(200), rng, 3)
    yield "redemption.succeeded", data
    basket.take_back(second.applied)
    rollback = payloads.rolled_back(
        second.id, f"rr_{second.id}", OPENING + 4 * MINUTE, payloads.listed(head, basket, {})
    )
    yield "redemption.rollback.succeeded", {"redemption_rollback": rollback}
    third, data = _redeemed(head, basket, Percent(500), rng, 5)
    yield "redemption.succeeded", data
    half = basket.total // 2
    for name, amount in ((first.id, half), (third.id, basket.total - half)):
        yield "payment.authorized", payloads.payment(payer, f"pay_{name}", amount, {})
        yield "payment.succeeded", payloads.payment(payer, f"pay_{name}", amount, {})
    refund = {"id": f"ref_{first.id}", "amount": half // 2, "reason": "Returned"}
    data = payloads.payment(payer, f"pay_{first.id}", half, {})
    yield "payment.refunded", data | {"refund": refund}


def _redeemed(
    head: Head, basket: Basket, offer: Offer, rng: Random, step: int
) -> tuple[OfferRedemption, Json]:
    """Redeem an offer; return the redemption and the event's data, without its repeated order."""
    handed = handed_out(offer, rng)
    applied = basket.redeem(offer)
    order = payloads.calculated(head, basket, applied, {})
    done = OfferRedemption(f"r_{head.id}_{step}", OPENING + step * MINUTE, handed, order, applied)
    redemption = payloads.redemption(head, done, None)
    del redemption["order"]
    return done, {"order": order, "redemption": redemption, "customer": {"id": head.customer_id}}
