"""`order.updated`, as its consumers see it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self

import orjson

from order_projector.testing.checks import Json

Headers = Iterable[tuple[str, bytes | None]]


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing that was noticed about an order: its kind, the event, and the id it is about."""

    code: str
    event: str
    about: str
    message: str


@dataclass(frozen=True, slots=True)
class Update:
    """One `order.updated`: the whole order as stored, and what has changed.

    That of an ``erased`` order is a record without a value: its `order` is empty.
    """

    order_id: str
    revision: int
    order: Json
    changes: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()
    erased: bool = False

    @classmethod
    def read(cls, value: bytes | None, headers: Headers = ()) -> Self:
        """Read the update in a record; a ``ce_type`` header, if present, must say that it is one.

        Raises ValueError if it is something else.
        """
        texts = {name: text for name, text in headers if name in {"ce_type", "ce_id"}}
        if texts.get("ce_type", b"order.updated") != b"order.updated":
            raise ValueError(f"ce_type is {texts['ce_type']!r}, not order.updated")
        try:
            if value is None:
                order_id, _, revision = (texts["ce_id"] or b"").decode().rpartition(":")
                return cls(order_id, int(revision), order={}, erased=True)
            content = orjson.loads(value or b"")
            order = content["order"]
            return cls(
                order_id=order["id"],
                revision=content["revision"],
                order=order,
                changes=tuple(content["changes"]),
                causes=tuple(content["causes"]),
                flags=tuple(map(_flag, content.get("flags", ()))),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"not an order.updated: {error}") from error

    @property
    def id(self) -> str:
        """The event's id: the same id always carries the same value."""
        return f"{self.order_id}:{self.revision}"

    @property
    def key(self) -> bytes:
        """The key of its record."""
        return self.order_id.encode()

    @property
    def value(self) -> bytes | None:
        """The value of its record."""
        if self.erased:
            return None
        content: Json = {
            "order": self.order,
            "revision": self.revision,
            "changes": self.changes,
            "causes": self.causes,
        }
        if self.flags:
            content["flags"] = self.flags
        return orjson.dumps(content)

    @property
    def headers(self) -> tuple[tuple[str, bytes], ...]:
        """The headers of its record, except the time of publication."""
        return (
            ("ce_specversion", b"1.0"),
            ("ce_id", self.id.encode()),
            ("ce_type", b"order.updated"),
            ("ce_source", b"order-projector"),
            ("ce_subject", self.key),
            ("content-type", b"application/json"),
        )


def _flag(content: Json) -> Flag:
    return Flag(*(content[name] for name in ("code", "event", "about", "message")))


@dataclass(slots=True)
class Latest(Mapping[str, Update]):
    """The highest revision of every order, whatever the arrival order and the repeats."""

    _by_order: dict[str, Update] = field(default_factory=dict)

    def take(self, update: Update) -> bool:
        """Keep an update that is newer than all before it of its order; return whether it is."""
        known = self._by_order.get(update.order_id)
        if known is not None and known.revision >= update.revision:
            return False
        self._by_order[update.order_id] = update
        return True

    def __getitem__(self, order_id: str) -> Update:
        """Return the latest update of an order."""
        return self._by_order[order_id]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the order ids."""
        return iter(self._by_order)

    def __len__(self) -> int:
        """Return the number of orders."""
        return len(self._by_order)
