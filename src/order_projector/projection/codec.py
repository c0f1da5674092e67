"""Facts as JSON text: the form in which an order's document keeps them.

A fact's identity begins with its kind, so the text need not be looked at to know what it holds.
Absent members are left out; only inside metadata, which is opaque, a null stays a null.
"""

from typing import Any, Final

from pydantic import TypeAdapter

from order_projector.domain.facts import (
    Fact,
    Payment,
    Redemption,
    Refund,
    Rollback,
    Snapshot,
    Stack,
)

_ADAPTERS: Final[dict[str, TypeAdapter[Any]]] = {
    "redemption": TypeAdapter(Redemption),
    "stack": TypeAdapter(Stack),
    "rollback": TypeAdapter(Rollback),
    "payment": TypeAdapter(Payment),
    "refund": TypeAdapter(Refund),
    "event": TypeAdapter(Snapshot),
}


def dump(identity: str, fact: Fact) -> str:
    """The fact as one JSON text."""
    return _adapter(identity).dump_json(fact, exclude_none=True).decode()


def load(identity: str, text: str) -> Fact:
    """The fact of that identity which `dump` wrote.

    Raises `KeyError` for an identity of no known kind and `pydantic.ValidationError` for a text
    that is no such fact: the document was written by something else than this projection.
    """
    fact: Fact = _adapter(identity).validate_json(text)
    return fact


def _adapter(identity: str) -> TypeAdapter[Any]:
    return _ADAPTERS[identity.partition(" ")[0]]
