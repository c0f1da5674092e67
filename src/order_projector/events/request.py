"""A request to redeem: what both shapes of its event say, and the facts it carries."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from order_projector.domain.details import NO_DETAILS, EventDetails
from order_projector.domain.facts import EventStamp, Redemption, Related, Stack
from order_projector.domain.redeemables import Redeemable
from order_projector.events.calculated import calculated_discount
from order_projector.events.details import EventCustomer, details, event_customer
from order_projector.events.order import Order, Placed, listed_stacks, promotion_stack_of
from order_projector.events.places import Fault, Place
from order_projector.events.redeemable import redeemable
from order_projector.events.redemption import PlacedRedemption, RedemptionData, RedemptionIn
from order_projector.events.related import related
from order_projector.events.stacks import listed_stack
from order_projector.events.vouchers import RedeemableSource


class _Part(NamedTuple):
    """One redemption of a request.

    ``orders`` are those that give details of it, in order; ``calculated`` is the one among them
    that states what the redemption applied. ``covered`` is true if another part's order states it
    for all. ``sources`` are where its redeemable may be. ``nth`` is its position among several that
    belong to no stack; ``tells_for`` are the others whose discounts its calculated order states.
    """

    place: Place
    redemption: RedemptionIn
    sources: tuple[RedeemableSource, ...]
    orders: tuple[Order, ...] = ()
    calculated: Order | None = None
    covered: bool = False
    parent: str | None = None
    nth: int = 0
    tells_for: tuple[str, ...] = ()


class _Request(NamedTuple):
    """A parsed request. ``order`` is the order of a stack as a whole, whose parent is ``head``."""

    parts: tuple[_Part, ...]
    order: Order | None = None
    head: str | None = None

    def orders(self) -> Iterator[Order | None]:
        """Yield every order that gives details."""
        for part in self.parts:
            yield from part.orders
        yield self.order


def redemption_facts(
    data: RedemptionData, orders: list[Placed], event: EventStamp
) -> Iterator[Redemption | Stack]:
    """Yield the facts of a ``redemption.succeeded`` event, whose orders those are.

    Raises Fault if it has neither shape, or if a definition exceeds a bound.
    """
    for _, order in orders:
        yield from listed_stacks(order, event)
    if data.redemptions is None:
        request = _one_redeemable(data)
    else:
        request = _several(data, data.redemptions)
    of_event = event_customer(data.customer, request.orders())
    for part in request.parts:
        yield _fact(part, event, of_event)
        if data.redemptions is None and (
            stack := listed_stack(part.redemption.id, part.redemption.stacked, event)
        ):
            yield stack
    if request.head is not None:
        yield _whole(data, request, request.head, event)


def _one_redeemable(data: RedemptionData) -> _Request:
    redemption = data.redemption
    if redemption is None:
        raise Fault(("redemption",), "Field required")
    orders = _known(redemption.order, data.order)
    if data.order is not None and not data.order.names_only:
        orders = (data.order,)
    named = redemption.redemption
    part = _Part(
        place=("redemption",),
        redemption=redemption,
        sources=(redemption, data),
        orders=orders,
        calculated=_last_calculated(orders),
        parent=None if named == redemption.id else named,
    )
    return _Request((part,))


def _last_calculated(orders: tuple[Order, ...]) -> Order | None:
    return next((order for order in reversed(orders) if order.is_calculated), None)


def _several(data: RedemptionData, redemptions: list[RedemptionIn]) -> _Request:
    placed: list[PlacedRedemption] = [
        (("redemptions", at), each) for at, each in enumerate(redemptions)
    ]
    head = data.parent_redemption.id if data.parent_redemption else _named_parent(redemptions)
    children = [(place, each) for place, each in placed if each.id != head]
    parent = next(((place, each) for place, each in placed if each.id == head), None)
    if data.parent_redemption:
        parent = ("parent_redemption",), data.parent_redemption
    if head is None or not children:
        return _unstacked(data, children or [it for it in (parent,) if it])
    return _stacked(data, head, children, parent)


def _named_parent(redemptions: Iterable[RedemptionIn]) -> str | None:
    named = (each.redemption for each in redemptions if each.redemption != each.id)
    return next((parent for parent in named if parent), None)


def _stacked(
    data: RedemptionData,
    head: str,
    children: list[PlacedRedemption],
    parent: PlacedRedemption | None,
) -> _Request:
    """Return a stack; its parent's or its own calculated order states what all children applied."""
    own = any(_is_calculated(child.order) for _, child in children)
    of_parent = parent[1].order if parent else None
    covered = own or _is_calculated(data.order) or _is_calculated(of_parent)
    parts = [
        _part(data, place, child, _known(child.order), child.order, len(children))
        for place, child in children
    ]
    parts = [part._replace(parent=head, covered=covered and not part.calculated) for part in parts]
    if parent:
        place, redemption = parent
        parts.append(
            _Part(
                place,
                redemption,
                (redemption, data),
                _known(redemption.order),
                redemption.order if _is_calculated(redemption.order) else None,
                covered=True,
            )
        )
    return _Request(tuple(parts), data.order, head)


def _unstacked(data: RedemptionData, redemptions: list[PlacedRedemption]) -> _Request:
    """Return redemptions of one order that belong to no stack.

    An order of the request is that of each redemption without one of its own. If only it is
    calculated, it states what all of them applied, and the last one stands for them.
    """
    own = any(_is_calculated(each.order) for _, each in redemptions)
    of_all = None if own or not _is_calculated(data.order) else data.order
    parts = []
    for nth, (place, each) in enumerate(redemptions):
        is_last = nth == len(redemptions) - 1
        orders = _known(each.order)
        if is_last or (each.order is None and not _is_calculated(data.order)):
            orders = (*orders, *_known(data.order))
        source = each.order if own else (of_all if is_last else None)
        part = _part(data, place, each, orders, source, len(redemptions))
        covered = not part.calculated and (own or of_all is not None)
        others = {it.id: None for _, it in redemptions if it.id != each.id}
        told = tuple(others) if of_all and is_last else ()
        parts.append(part._replace(covered=covered, nth=nth, tells_for=told))
    return _Request(tuple(parts))


def _part(
    data: RedemptionData,
    place: Place,
    redemption: RedemptionIn,
    orders: tuple[Order, ...],
    source: Order | None,
    count: int,
) -> _Part:
    """Return one of several redemptions; the members next to them describe a single one only."""
    sources: tuple[RedeemableSource, ...] = (redemption,) if count > 1 else (redemption, data)
    calculated = source if _is_calculated(source) else None
    return _Part(place, redemption, sources, orders, calculated)


def _fact(part: _Part, event: EventStamp, of_event: EventCustomer) -> Redemption:
    redemption = part.redemption
    own, afterwards = _details(part, of_event)
    return Redemption(
        id=redemption.id,
        event=event,
        at=event.created_at if redemption.date is None else redemption.date,
        details=own,
        afterwards=afterwards,
        parent=part.parent,
        calculated=calculated_discount(part.calculated),
        redeemable=None if part.covered else _redeemable(part),
        related=_related(part),
        nth=part.nth or None,
        tells_for=part.tells_for or None,
    )


def _details(part: _Part, of_event: EventCustomer) -> tuple[EventDetails, EventDetails | None]:
    """Return the details to apply with the redemption, and those to apply after it, if any.

    What the redemption applied is known after its calculated order; what follows applies later.
    """
    first = part.orders[0] if part.orders else None
    customer_id = None if of_event.is_named else part.redemption.customer_id
    of_first = details(first, of_event.customer, customer_id)
    if len(part.orders) <= 1:
        return of_first, None
    given = [of_first, *map(details, part.orders[1:])]
    at = next(
        (nth for nth, order in enumerate(part.orders, start=1) if order is part.calculated),
        len(given),
    )
    own, afterwards = _together(given[:at]), _together(given[at:])
    return own, None if afterwards is NO_DETAILS else afterwards


def _together(given: Iterable[EventDetails]) -> EventDetails:
    together = NO_DETAILS
    for each in given:
        together = together.then(each)
    return together


def _whole(data: RedemptionData, request: _Request, head: str, event: EventStamp) -> Stack:
    children = (part.redemption.id for part in request.parts if part.redemption.id != head)
    return Stack(
        id=head,
        event=event,
        children=tuple(dict.fromkeys(children)),
        whole=True,
        details=details(request.order),
        calculated=calculated_discount(request.order),
        promotion_stack=promotion_stack_of(head, (order for _, order in data.orders())),
    )


def _redeemable(part: _Part) -> Redeemable | None:
    """Return what was redeemed. Raises Fault, with its place, if that exceeds a bound."""
    try:
        return redeemable(part.redemption, *part.sources[1:])
    except Fault as fault:
        raise Fault((*part.place, *fault.place), fault.reason, fault.code) from None


def _related(part: _Part) -> Related | None:
    redemption = part.redemption
    return related(
        part.sources,
        redemption.related_object_type,
        redemption.related_object_id,
        redemption.related_object_parent_id,
    )


def _is_calculated(order: Order | None) -> bool:
    return order is not None and order.is_calculated


def _known(*orders: Order | None) -> tuple[Order, ...]:
    return tuple(order for order in orders if order is not None)
