"""The events of a world: a few orders, and events that each leave a mark on their order."""

from collections.abc import Iterator
from random import Random
from typing import Any, Final

import orjson

from tests.simulation.names import Naming, names_alone
from tests.simulation.options import Mode, Options
from tests.simulation.produced import INBOUND, PAYMENTS, REDEMPTIONS, ProducedRecord
from tests.simulation.rarities import rarities

OVERSIZED: Final = "no document has room for this"
"""A text that makes the simulated database reject a document as too large."""

_PRODUCTS: Final = (("p-1", 1000), ("p-2", 550), ("p-3", 99))

Json = dict[str, Any]


def produce(options: Options) -> list[ProducedRecord]:
    """Return every record of the world, in the order of sending."""
    if options.mode is not Mode.LIVES:
        return names_alone(options)
    rng = Random(f"workload {options.seed}")
    naming = Naming.of(options)
    records = []
    for number in range(options.orders):
        values = list(_life(f"ord_{number}", options.events, rng))
        if options.rare:
            life = [event for _, event in values]
            rare = rarities(f"ord_{number}", life, _event, rng)
            values += [(rng.choice(INBOUND), event) for event in rare]
            values.sort(key=lambda it: str(it[1]["created_at"]))
        times = sorted(rng.uniform(0, options.produced_within) for _ in values)
        rng.shuffle(values) if rng.random() < 0.3 else _disturb(values, rng)
        for at, (topic, event) in zip(times, values, strict=True):
            naming.rename(f"ord_{number}", event)
            record = _record(at, topic, f"ord_{number}", event, options, rng)
            records.append(record)
            records += _copies(record, options, rng)
    strays = round(len(records) * options.poison)
    records += [_stray(options, rng) for _ in range(strays)]
    return sorted(records, key=lambda record: record.at)


def _record(
    at: float, topic: str, order: str, event: Json, options: Options, rng: Random
) -> ProducedRecord:
    keyless = rng.random() < options.keyless
    number = int(order.removeprefix("ord_"))
    trace = f"00-{rng.getrandbits(128) | 1:032x}-{rng.getrandbits(64) | 1:016x}-01".encode()
    return ProducedRecord(
        at=at,
        topic=topic,
        partition=rng.randrange(options.partitions) if keyless else number % options.partitions,
        key=None if keyless else order.encode(),
        value=orjson.dumps(event),
        headers=(("traceparent", trace),) if rng.random() < 0.2 else (),
    )


def _copies(record: ProducedRecord, options: Options, rng: Random) -> Iterator[ProducedRecord]:
    """Yield duplicates of a record, from a producer that missed the acknowledgement."""
    while rng.random() < options.duplicates:
        yield ProducedRecord(
            at=rng.choice((record.at, rng.uniform(record.at, options.produced_within))),
            topic=record.topic,
            partition=record.partition
            if record.key is not None
            else rng.randrange(options.partitions),
            key=record.key,
            value=record.value,
            headers=record.headers,
        )


def _disturb(values: list[tuple[str, Json]], rng: Random) -> None:
    for here in range(len(values) - 1):
        if rng.random() < 0.2:
            values[here], values[here + 1] = values[here + 1], values[here]


def _stray(options: Options, rng: Random) -> ProducedRecord:
    """Return a record without effect on any order: broken, too large for its order, or foreign."""
    order = f"ord_{rng.randrange(options.orders)}"
    oversized = {"order": {"id": order, "metadata": {"note": OVERSIZED, "n": rng.getrandbits(40)}}}
    pay = {"payment": {"id": f"pay_{rng.getrandbits(40)}", "order_id": order, "amount": "a lot"}}
    nobody = {"payment": {"id": f"pay_{rng.getrandbits(40)}", "amount": 1}}
    failed = {"order": {"id": order}, "redemption": {"id": "rf_1"}}
    value = rng.choice(
        (
            b"{not JSON" + str(rng.getrandbits(40)).encode(),
            orjson.dumps({"id": f"evt_x{rng.getrandbits(40)}", "type": "order.created"}),
            orjson.dumps(_event("payment.succeeded", 5, pay, rng)),
            orjson.dumps(_event("payment.succeeded", 5, nobody, rng)),
            orjson.dumps(_event("order.updated", 6, oversized, rng)),
            orjson.dumps(_event("order.updated", 6, oversized, rng)),
            orjson.dumps(_event("redemption.failed", 7, failed, rng)),
            orjson.dumps(_event("voucher.created", 7, {}, rng)),
        )
    )
    return ProducedRecord(
        at=rng.uniform(0, options.produced_within),
        topic=rng.choice(INBOUND),
        partition=rng.randrange(options.partitions),
        key=rng.choice((None, order.encode(), b"\xff")),
        value=value,
        headers=(("x-luggage", b"\xfe"),),
    )


def _event(type_: str, at: int, data: Json, rng: Random) -> Json:
    return {
        "id": f"evt_{rng.getrandbits(48):012x}",
        "type": type_,
        "created_at": _time(at),
        "data": data,
    }


def _time(at: int) -> str:
    return f"2026-03-01T{8 + at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}.000Z"


def _life(order: str, events: int, rng: Random) -> Iterator[tuple[str, Json]]:
    """Yield the events of one order at successive times; each leaves a trace in the order."""
    redeemed: list[str] = []
    paid: list[tuple[str, int]] = []
    for number in range(events):
        at, name = 60 * number + rng.randrange(60), f"{order[4:]}_{number}"
        kind = rng.choices(
            ("details", "redeem", "stack", "roll back", "pay", "refund", "pay again"),
            (25, 20, 8, 12, 20, 10, 5),
        )[0]
        match kind:
            case "redeem":
                redeemed.append(f"r_{name}")
                yield REDEMPTIONS, _redemption(order, redeemed[-1], at, rng)
            case "stack":
                redeemed.append(f"r_{name}")
                yield REDEMPTIONS, _stack(order, redeemed[-1], at, rng)
            case "roll back" if redeemed:
                victim = redeemed.pop(rng.randrange(len(redeemed)))
                yield REDEMPTIONS, _rollback(order, f"rr_{name}", victim, at, rng)
            case "refund" if paid:
                yield PAYMENTS, _refund(order, f"ref_{name}", *rng.choice(paid), at, rng)
            case "pay again" if paid:
                yield PAYMENTS, _payment(order, rng.choice(paid)[0], at, rng)[1]
            case "pay" | "refund" | "pay again":
                amount, event = _payment(order, f"pay_{name}", at, rng)
                paid.append((f"pay_{name}", amount))
                yield PAYMENTS, event
            case _:
                yield REDEMPTIONS, _details(order, number, at, rng)


def _details(order: str, number: int, at: int, rng: Random) -> Json:
    lines = [
        {
            "product_id": product,
            "quantity": quantity,
            "price": price,
            "amount": price * quantity,
        }
        for product, price in _PRODUCTS
        if (quantity := rng.randrange(4))
    ]
    details: Json = {"id": order, "metadata": {"number": number}}
    if lines and rng.random() < 0.7:
        details["items"] = lines
    type_ = rng.choice(("order.created", "order.updated", "order.processing", "order.fulfilled"))
    return _event(type_, at, {"order": details}, rng)


def _voucher(name: str, rng: Random) -> Json:
    discount = rng.choice(
        (
            {"type": "AMOUNT", "amount_off": rng.randrange(1, 300)},
            {"type": "PERCENT", "percent_off": rng.randrange(1, 50)},
        )
    )
    return {"id": f"v_{name}", "object": "voucher", "discount": discount}


def _redemption(order: str, name: str, at: int, rng: Random) -> Json:
    redemption = {"id": name, "date": _time(at)}
    data = {"order": {"id": order}, "redemption": redemption, "voucher": _voucher(name, rng)}
    return _event("redemption.succeeded", at, data, rng)


def _stack(order: str, name: str, at: int, rng: Random) -> Json:
    children = [
        {
            "id": f"{name}_{child}",
            "date": _time(at),
            "redemption": name,
            "order": {"id": order},
            "voucher": _voucher(f"{name}_{child}", rng),
        }
        for child in range(2)
    ]
    parent = {"id": name, "date": _time(at), "order": {"id": order}}
    whole = {"redemptions": children, "parent_redemption": parent, "order": {"id": order}}
    return _event("redemption.succeeded", at, whole, rng)


def _rollback(order: str, name: str, victim: str, at: int, rng: Random) -> Json:
    rollback = {"id": name, "date": _time(at), "redemption": victim}
    data = {"redemption_rollback": rollback, "order": {"id": order}}
    return _event("redemption.rollback.succeeded", at, data, rng)


def _payment(order: str, name: str, at: int, rng: Random) -> tuple[int, Json]:
    amount = rng.randrange(1, 5_000)
    payment = {"id": name, "order_id": order, "amount": amount, "currency": "USD"}
    type_ = rng.choice(("payment.succeeded", "payment.succeeded", "payment.authorized"))
    return amount, _event(type_, at, {"payment": payment}, rng)


def _refund(order: str, name: str, payment: str, paid: int, at: int, rng: Random) -> Json:
    data = {
        "payment": {"id": payment, "order_id": order, "amount": paid},
        "refund": {"id": name, "amount": rng.randrange(1, paid + 1)},
    }
    return _event("payment.refunded", at, data, rng)
