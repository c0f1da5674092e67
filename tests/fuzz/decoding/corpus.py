"""Valid events of every type with random contents, and the envelopes they come in."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.fuzz.decoding import shapes
from tests.fuzz.decoding.shapes import Kind, Required, Shape

Headers = tuple[tuple[str, bytes | None], ...]

_LOOSE = {**shapes.PAYMENT, "amount": Kind.MONEY}
TYPES: Mapping[str, tuple[Shape, ...]] = {
    "redemption.succeeded": (shapes.ONE_REDEMPTION, shapes.MANY_REDEMPTIONS),
    "redemption.rollback.succeeded": (shapes.ONE_ROLLBACK, shapes.MANY_ROLLBACKS),
    "payment.authorized": (shapes.ONE_PAYMENT,),
    "payment.succeeded": (shapes.ONE_PAYMENT,),
    "payment.failed": ({**shapes.ONE_PAYMENT, "payment": Required(_LOOSE)},),
    "payment.canceled": ({**shapes.ONE_PAYMENT, "payment": Required(_LOOSE)},),
    "payment.refunded": (shapes.ONE_REFUND,),
    "order.created": (shapes.SNAPSHOT,),
    "order.updated": (shapes.SNAPSHOT,),
    "order.paid": (shapes.SNAPSHOT,),
    "order.canceled": (shapes.SNAPSHOT,),
    "order.fulfilled": (shapes.SNAPSHOT,),
    "order.processing": (shapes.SNAPSHOT,),
    "order.erased": (shapes.ERASURE,),
    "event.voided": (shapes.VOID,),
    "redemption.failed": (shapes.ONE_REDEMPTION,),
    "redemption.rollback.failed": (shapes.ONE_ROLLBACK,),
    "voucher.created": (shapes.SNAPSHOT,),
}
"""Every inbound type with the shapes of its data, and one foreign type."""

UNREAD = frozenset(("redemption.failed", "redemption.rollback.failed", "voucher.created"))
"""Types whose data is never read."""

NAMING = frozenset(
    ("order.erased", "event.voided", *(name for name in TYPES if name.startswith("payment.")))
)
"""Types whose data only names an order, without details."""

FOREIGN = "voucher.created"
STYLES = ("plain", "structured", "binary", "webhook")
TIME = "2026-03-01T10:00:00.000Z"
_STATUSES = ("CREATED", "PROCESSING", "PAID", "CANCELED", "FULFILLED")


@dataclass(slots=True)
class Sample:
    """One valid event, to be mutated in one place. ``members`` are those of its envelope."""

    type: str
    style: str
    shape: Shape
    data: Any
    members: dict[str, Any] = field(default_factory=dict)
    is_prefixed: bool = False

    def with_details(self) -> "Sample":
        """Turn the event into an ``order.updated`` if its type only names an order."""
        if self.type in NAMING:
            self.type, self.shape = "order.updated", shapes.SNAPSHOT
        return self

    @property
    def is_read(self) -> bool:
        """Whether the data of this type is read."""
        return self.type not in UNREAD


def sample(random: Random) -> Sample:
    """Return a random valid event that names its order in ``data.order.id``."""
    kind = random.choice(list(TYPES))
    shape = random.choice(TYPES[kind])
    density = random.choice((0.1, 0.4, 0.8))
    data = _filled(random, shape, density)
    data["order"] = {"id": "ord_1", **_filled(random, shape.get("order", shapes.ORDER), density)}
    members = {"id": f"evt_{random.randrange(10**6)}", "created_at": TIME}
    return Sample(kind, random.choice(STYLES), shape, data, members, random.random() < 0.2)


def _filled(random: Random, shape: Shape, density: float) -> dict[str, Any]:
    return {
        name: _value(random, member.shape if isinstance(member, Required) else member, density)
        for name, member in shape.items()
        if isinstance(member, Required) or random.random() < density
    }


def _value(random: Random, shape: Any, density: float) -> Any:
    if isinstance(shape, Kind):
        return _MAKERS[shape](random)
    if isinstance(shape, list):
        found: list[Any] = [_filled(random, shape[0], density) for _ in range(random.randint(1, 3))]
        if random.random() < 0.3:
            found.insert(random.randrange(len(found)), None)
        return found
    return _filled(random, shape, density)


def _metadata(random: Random) -> dict[str, Any]:
    return {
        "note": random.choice(("", "é", "\U0001f511", "\0")),
        "n": random.choice((0, -1, 2**63 - 1, 1.5, True, None)),
        "deep": [[{"a.b": {"$set": []}}]],
    }


_MAKERS: Mapping[Kind, Callable[[Random], Any]] = {
    Kind.ID: lambda random: random.choice((f"n_{random.randrange(1000)}", "é" * 256)),
    Kind.SOURCE: lambda random: f"s_{random.randrange(1000)}",
    Kind.MONEY: lambda random: random.randrange(5_000),
    Kind.QUANTITY: lambda random: random.randrange(9),
    Kind.WHOLE_MONEY: lambda random: random.choice((random.randrange(5_000), 7.0)),
    Kind.WHOLE_QUANTITY: lambda random: random.choice((random.randrange(9), 2.0)),
    Kind.RATIO: lambda random: random.choice((1, 0.5, 0, "5", True, {}, [1], 10**30)),
    Kind.POSITIVE: lambda random: random.choice((1, 2, 3.0)),
    Kind.NAME: lambda random: random.choice((f"n_{random.randrange(1000)}", 5, True, [], [1], {})),
    Kind.PRICE: lambda random: random.choice((random.randrange(5_000), "5", 1.5, -1.5, True, {})),
    Kind.DECIMAL: lambda random: random.choice((10, 12.5, 0, 1e-3)),
    Kind.TEXT: lambda random: random.choice(("", "AMOUNT", "ADD_NEW_ITEMS", "COIN", "\0")),
    Kind.TIME: lambda random: (
        f"2026-03-0{random.randint(1, 9)}T10:00:00.{random.randrange(10**9)}+01"
    ),
    Kind.STATUS: lambda random: random.choice(_STATUSES),
    Kind.OPAQUE: _metadata,
}


def raw(token: str) -> str:
    """Return a placeholder that `to_json` replaces by this token, verbatim."""
    return f"@raw:{token}@"


def to_json(value: Any) -> bytes:
    """Serialize a value, with raw tokens verbatim and lone surrogates as escapes."""
    return re.sub(r'"@raw:([^"@]*)@"', r"\1", json.dumps(value)).encode()


def document(sample: Sample) -> tuple[dict[str, Any], Headers]:
    """Return the value of the sample's record, not yet serialized, and its headers."""
    kind = f"customer.{sample.type}" if sample.is_prefixed else sample.type
    members = {"type": kind, **sample.members}
    match sample.style:
        case "binary":
            named = {**members, "time": members["created_at"], "specversion": "1.0"}
            del named["created_at"]
            return sample.data, tuple(
                (f"ce_{name}", _header(held)) for name, held in named.items() if held is not None
            )
        case "structured":
            return {"specversion": "1.0", "source": "/shop", **members, "data": sample.data}, ()
        case "webhook":
            outer = {"id": "whs_1", "type": "outside", "created_at": "2030-01-01T00:00:00Z"}
            return {**outer, "event": members, "data": sample.data}, ()
        case _:
            return {**members, "data": sample.data}, ()


def _header(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode(errors="surrogatepass")
