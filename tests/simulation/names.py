"""How the events of a world name their orders, and worlds that consist only of names."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import orjson

from order_projector.domain.source_ids import order_id_from
from tests.simulation.options import SOURCE_IDS, Options
from tests.simulation.produced import INBOUND, PAYMENTS, ProducedRecord

Json = dict[str, Any]

CONTESTED: Final = 0.3
"""The share of worlds without erasures in which two orders claim each source id."""


@dataclass(frozen=True, slots=True)
class Naming:
    """How the orders of one world are named.

    ``shares`` are the weights of naming by id alone, by both ids, by source id alone, and by the
    derived id. An erasure names its order by id. Where two orders could own a source id there are
    no erasures: what is erased stays gone for a later owner, so the result would depend on arrival
    order.
    """

    random: Random
    shares: tuple[float, float, float, float]
    is_contested: bool

    @classmethod
    def of(cls, options: Options) -> "Naming":
        """Draw the naming of a world."""
        rng = Random(f"names {options.seed}")
        shares = rng.choice(((1, 0, 0, 0), (1, 2, 0, 0), (1, 1, 1, 0), (1, 2, 3, 1), (0, 1, 4, 1)))
        return cls(rng, shares, not options.rare and rng.random() < CONTESTED)

    def rename(self, order: str, event: Json) -> None:
        """Rename the order of an event in one of the ways."""
        number = int(order.removeprefix("ord_"))
        if self.is_contested and self.random.random() < 0.3:
            number = max(0, number - 1)
        source_id = f"shop/{number}"
        names = self._drawn(order, source_id)
        if event["type"] in {"order.erased", "redemption.failed"}:
            return
        data = event["data"]
        for place in _orders(data):
            place.pop("id")
            place.update(names)
        if "payment" in data and data["payment"].pop("order_id", None):
            given = data["payment"] | {f"order_{name}": it for name, it in names.items()}
            data["payment"] = given

    def _drawn(self, order: str, source_id: str) -> Json:
        ways: tuple[Json, ...] = (
            {"id": order},
            {"id": order, "source_id": source_id},
            {"source_id": source_id},
            {"id": order_id_from(source_id)},
        )
        return self.random.choices(ways, self.shares)[0]


def _orders(data: Json) -> Iterator[Json]:
    """Yield every order object in an event's data."""
    elements = [data, data.get("redemption"), data.get("redemption_rollback")]
    elements += [data.get("parent_redemption"), *data.get("redemptions", ())]
    for element in elements:
        order = element.get("order") if element else None
        if order is not None and "id" in order:
            yield order


def names_alone(options: Options) -> list[ProducedRecord]:
    """Return the records of a few events on three orders and two source ids, many at one moment."""
    rng = Random(f"names alone {options.seed}")
    records = []
    for number in range(rng.randint(2, 11)):
        event = _event(number, rng)
        record = _record(event, options, rng)
        records.append(record)
        while rng.random() < options.duplicates:
            records.append(_record(event, options, rng))
    return sorted(records, key=lambda record: record.at)


def last_events(options: Options) -> Iterator[ProducedRecord]:
    """Yield an event of each name of a world in which orders were refused: each tries again."""
    if not options.bounds.most:
        return
    rng = Random(f"last {options.seed}")
    names: list[Json] = [{"id": f"ord_{number}"} for number in range(options.orders)]
    names += [{"source_id": source_id} for source_id in SOURCE_IDS]
    rng.shuffle(names)
    for nth, name in enumerate(names):
        payment = {"id": f"pay_last_{nth}", "amount": 1, "currency": "USD"}
        payment |= {f"order_{key}": value for key, value in name.items()}
        yield _record(_payment(f"evt_last_{nth}", 59, payment), options, rng)


def _event(number: int, rng: Random) -> Json:
    order, source_id = f"ord_{rng.randrange(3)}", rng.choice(SOURCE_IDS)
    names = rng.choices(
        (
            {"id": order, "source_id": source_id},
            {"source_id": source_id},
            {"id": order},
            {"id": order_id_from(source_id)},
        ),
        (5, 5, 1, 1),
    )[0]
    payment: Json = {"id": f"pay_{rng.randrange(4) if rng.random() < 0.3 else number}"}
    payment |= {"amount": rng.randint(1, 9), "currency": "USD"}
    payment |= {f"order_{name}": value for name, value in names.items()}
    return _payment(f"evt_{number}", rng.randrange(12), payment)


def _payment(event_id: str, second: int, payment: Json) -> Json:
    return {
        "id": event_id,
        "type": "payment.succeeded",
        "created_at": f"2026-03-01T10:00:{second:02}Z",
        "data": {"payment": payment},
    }


def _record(event: Json, options: Options, rng: Random) -> ProducedRecord:
    at = rng.uniform(0, options.produced_within) if rng.random() < 0.5 else 0.1
    topic = rng.choice((PAYMENTS, *INBOUND))
    return ProducedRecord(at, topic, rng.randrange(options.partitions), None, orjson.dumps(event))
