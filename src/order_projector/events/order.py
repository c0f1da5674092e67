"""An ``order`` inside an event, and what it tells: details, and amounts taken at their word."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Annotated, Any

from pydantic import Field

from order_projector.domain.cart import Line
from order_projector.domain.facts import Counted, Details, Event, Snapshot, Stack, Status
from order_projector.events.fields import (
    LARGEST_AMOUNT,
    MOST_ITEMS,
    Catalogue,
    Id,
    Listed,
    Money,
    Name,
    Opaque,
    Quantity,
    Shape,
    SignedMoney,
    SignedQuantity,
    Time,
)


class Person(Shape):
    """A customer or a referrer: only the id is ours."""

    id: Name | None = None


class OrderItem(Shape):
    """One order item."""

    id: Name | None = None
    source_id: Name | None = None
    related_object: Name | None = None
    product_id: Name | None = None
    sku_id: Name | None = None
    quantity: Quantity | None = None
    initial_quantity: Quantity | None = None
    discount_quantity: Quantity | None = None
    applied_quantity: SignedQuantity | None = None
    applied_discount_quantity: Quantity | None = None
    price: Money | None = None
    amount: Money | None = None
    initial_amount: Money | None = None
    applied_quantity_amount: SignedMoney | None = None
    applied_discount_amount: Money | None = None
    product: Catalogue | None = None
    sku: Catalogue | None = None
    metadata: Opaque | None = None

    @property
    def units_before(self) -> int | None:
        """The units before the sender's redemption changed them; None where it does not say."""
        if self.initial_quantity is not None or not self.applied_quantity or self.quantity is None:
            return self.initial_quantity
        return max(0, self.quantity - self.applied_quantity)


class Order(Shape):
    """An order as an event gives it; with ``total_amount`` it was calculated by the sender."""

    id: Id | None = None
    source_id: Id | None = None
    status: Status | None = None
    amount: Money | None = None
    total_amount: Money | None = None
    total_discount_amount: Money | None = None
    applied_discount_amount: Money | None = None
    items: Annotated[Listed[OrderItem], Field(max_length=MOST_ITEMS)] | None = None
    metadata: Opaque | None = None
    customer: Person | None = None
    customer_id: Name | None = None
    referrer: Person | None = None
    referrer_id: Name | None = None
    created_at: Time | None = None
    updated_at: Time | None = None
    redemptions: Any = None

    @property
    def is_calculated(self) -> bool:
        """Whether the sender calculated this order, and is taken at its word."""
        return self.total_amount is not None


class OrderData(Shape):
    """``data`` of ``order.*``."""

    order: Order | None = None
    customer: Person | None = None


def order_id_of(orders: Iterable[Order | None]) -> str | None:
    """The first id given, else an id derived from the first source id given, else None.

    Raises ValueError where the source id that would have to name the order is empty.
    """
    given = [order for order in orders if order]
    for order in given:
        if order.id is not None:
            return order.id
    for order in given:
        if order.source_id == "":
            raise ValueError("order.source_id: should not be empty where it names the order")
        if order.source_id is not None:
            return "ord_" + sha256(order.source_id.encode()).hexdigest()[:32]
    return None


def snapshot(data: OrderData, event: Event, becomes: Status | None) -> Iterator[Snapshot | Stack]:
    """The facts of an ``order.*`` event."""
    told = details(data.order, data.customer)
    yield Snapshot(event=event, at=event.created_at, details=told, becomes=becomes)
    yield from listed_stacks(data.order, event)


def details(order: Order | None, *others: Person | None, customer_id: str | None = None) -> Details:
    """What an order says of itself; the customer may stand beside it, in this sequence."""
    if order is None:
        if customer_id is None and not any(others):
            return UNTOLD
        order = _NOTHING
    customers = (
        order.customer and order.customer.id,
        order.customer_id,
        *(person and person.id for person in others),
        customer_id,
    )
    items = _in_sequence(order) if order.items else None
    return Details(
        source_id=order.source_id,
        items=tuple(map(_as_given, items)) if items else None,
        counted=tuple(_counted(items)) if items and order.is_calculated else None,
        amount=_stated_amount(order),
        excess=_excess(order),
        total_amount=order.total_amount,
        metadata=order.metadata,
        customer_id=next((name for name in customers if name), None),
        referrer_id=(order.referrer and order.referrer.id) or order.referrer_id or None,
        status=order.status,
        created_at=order.created_at,
        updated_at=order.updated_at,
    )


UNTOLD = Details()
_NOTHING = Order()


def _stated_amount(order: Order) -> int | None:
    if order.amount is None and order.total_amount is not None:
        return order.total_amount + (order.total_discount_amount or 0)
    return order.amount


def _excess(order: Order) -> int:
    """What a calculated order's amount differs from the sum of its items."""
    if not (order.is_calculated and order.items and order.amount is not None):
        return 0
    amounts = [amount for item in order.items if (amount := amount_of(item)) is not None]
    return order.amount - sum(amounts) if amounts else 0


def price_of(item: OrderItem) -> int | None:
    if item.price is not None:
        return item.price
    for catalogue in (item.sku, item.product):
        if catalogue and catalogue.get("price") is not None:
            return int(catalogue["price"])
    return None


def _units(item: OrderItem) -> int:
    if item.quantity is not None:
        return item.quantity
    return 1 if item.initial_quantity is None else item.initial_quantity


def amount_of(item: OrderItem) -> int | None:
    return times(price_of(item), _units(item)) if item.amount is None else item.amount


def times(price: int | None, quantity: int) -> int | None:
    """What the units cost. Raises ValueError where no reader could keep that exact."""
    if price is None:
        return None
    amount = price * quantity
    if amount > LARGEST_AMOUNT:
        raise ValueError(f"items: {quantity} units of {price} each are more than {LARGEST_AMOUNT}")
    return amount


def _in_sequence(order: Order) -> list[OrderItem]:
    """The items; of a calculated order last those that the customer has no unit of."""
    items = order.items or []
    if not order.is_calculated:
        return items
    return sorted(items, key=lambda item: item.units_before == 0)


def _counted(items: list[OrderItem]) -> Iterator[Counted]:
    """What a calculated order says of units, item by item, where it says anything.

    Raises ValueError where units cost more than any reader could keep exact.
    """
    for place, item in enumerate(items):
        if (
            item.initial_quantity is None
            and not item.discount_quantity
            and not item.applied_quantity
            and not item.applied_discount_quantity
            and not item.applied_discount_amount
        ):
            continue
        for units in (item.quantity, item.initial_quantity, item.applied_quantity):
            times(price_of(item), abs(units or 0))
        yield Counted(
            place=place,
            initial_quantity=item.initial_quantity,
            initial_amount=item.initial_amount,
            discount_quantity=item.discount_quantity,
            applied_quantity=item.applied_quantity,
            applied_quantity_amount=item.applied_quantity_amount,
            applied_discount_quantity=item.applied_discount_quantity,
            applied_discount_amount=item.applied_discount_amount,
        )


def _as_given(item: OrderItem) -> Line:
    return Line(
        quantity=_units(item),
        amount=amount_of(item),
        price=price_of(item),
        id=item.id,
        source_id=item.source_id,
        related_object=item.related_object,
        product_id=item.product_id,
        sku_id=item.sku_id,
        product=item.product,
        sku=item.sku,
        metadata=item.metadata,
    )


def listed_stacks(order: Order | None, event: Event) -> Iterator[Stack]:
    """Stacks whose children an order's ``redemptions`` lists; anything else there is ignored."""
    entries = order.redemptions if order else None
    if not isinstance(entries, dict):
        return
    for parent, entry in entries.items():
        children = entry.get("stacked") if isinstance(entry, dict) else None
        if stack := listed_stack(parent, children, event):
            yield stack


def listed_stack(parent: str, children: Any, event: Event) -> Stack | None:
    """A stack that an event lists the children of, where the list is usable."""
    listed = children if isinstance(children, list) else ()
    names = [name for name in listed if isinstance(name, str)]
    if not names:
        return None
    return Stack(id=parent, event=event, children=tuple(dict.fromkeys(names)))
