"""Find an order by any of its names: its id, its source id, a payment's or a redemption's id."""

from collections.abc import Mapping

from order_projector.domain.facts import Fact, Payment, Redemption, Refund, Stack
from order_projector.domain.source_ids import order_id_from
from order_projector.events.text import fault_of_id
from order_projector.projection.ports import Announcement
from order_projector.projection.reading import OrderFilter, OrderReader, PageRequest

MOST_NAMED = 5


class Ambiguous(Exception):
    """A payment or a redemption of that name belongs to several orders; the message names some."""


async def order_of_id_or_source_id(reader: OrderReader, name: str) -> Announcement | None:
    """Return the order, or the erasure, of an id or a source id. Raises `Unavailable`."""
    if fault_of_id(name):
        return None  # no order can have such a name, and BSON cannot encode all of them
    found = await reader.by_name(name)
    return None if found is None else found.order


async def order_of_any_name(reader: OrderReader, name: str) -> Announcement | None:
    """Return the order of an id or a source id, else that of a payment's or a redemption's id.

    Raises `Ambiguous` and `Unavailable`.
    """
    if fault_of_id(name):
        return None
    if (found := await order_of_id_or_source_id(reader, name)) is not None:
        return found
    for matching in (OrderFilter(payment=name), OrderFilter(redemption=name)):
        page = await reader.page(PageRequest(matching, limit=MOST_NAMED))
        if len(page.orders) > 1:
            raise _ambiguous(name, [order.order_id for order in page.orders])
        if page.orders:
            return page.orders[0]
    return None


def known_order(known: Mapping[str, Mapping[str, Fact]], name: str) -> str | None:
    """Return the id of the order that a name leads to, among the facts of orders read from files.

    Raises `Ambiguous`.
    """
    if fault_of_id(name):
        return None
    for order_id in (name, order_id_from(name)):
        if order_id in known:
            return order_id
    found = [order_id for order_id, facts in known.items() if name in _parts(facts)]
    if len(found) > 1:
        raise _ambiguous(name, found[:MOST_NAMED])
    return found[0] if found else None


def _ambiguous(name: str, order_ids: list[str]) -> Ambiguous:
    return Ambiguous(f"{name!r:.300} belongs to several orders: {', '.join(order_ids)}")


def _parts(facts: Mapping[str, Fact]) -> set[str]:
    parts = set[str]()
    for fact in facts.values():
        match fact:
            case Payment(id=name) | Redemption(id=name):
                parts.add(name)
            case Refund(payment_id=name):
                parts.add(name)
            case Stack(id=name, children=children):
                parts.update((name, *children))
            case _:
                pass
    return parts
