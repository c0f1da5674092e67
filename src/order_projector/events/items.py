"""One item of an order: its shape, its arithmetic, and its conversion to a line."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, ConfigDict, model_validator

from order_projector.domain.cart import Line
from order_projector.domain.details import Counted
from order_projector.domain.limits import LARGEST_AMOUNT, LARGEST_QUANTITY
from order_projector.events.catalogue import Catalogue, catalogue_price
from order_projector.events.fields import (
    FreeJson,
    Id,
    Money,
    Quantity,
    SignedMoney,
    SignedQuantity,
    SourceId,
    WireModel,
    named_by,
    whole_characters,
)
from order_projector.events.json_schema import instead
from order_projector.events.places import Fault, Place


def _product_or_sku(value: Any) -> Any:
    if isinstance(value, str):
        whole_characters(value)
    return value if value in ("product", "sku") else None


RelatedObject = Annotated[str | None, BeforeValidator(_product_or_sku), instead({})]
"""What the source id of an item names; a value other than ``product`` and ``sku`` is ignored."""


class OrderItem(WireModel):
    """One order item."""

    model_config = ConfigDict(json_schema_extra=named_by("id", "product_id", "sku_id"))

    id: Id | None = None
    product_id: Id | None = None
    sku_id: Id | None = None
    source_id: SourceId | None = None
    related_object: RelatedObject = None
    quantity: Quantity | None = None
    initial_quantity: Quantity | None = None
    discount_quantity: Quantity | None = None
    discount_amount: Money | None = None
    applied_quantity: SignedQuantity | None = None
    applied_discount_quantity: Quantity | None = None
    price: Money | None = None
    amount: Money | None = None
    initial_amount: Money | None = None
    applied_quantity_amount: SignedMoney | None = None
    applied_discount_amount: Money | None = None
    product: Catalogue | None = None
    sku: Catalogue | None = None
    metadata: FreeJson | None = None

    @property
    def units_before(self) -> int | None:
        """The units before the sender's redemption changed them; None if the item does not say."""
        if self.initial_quantity is not None or not self.applied_quantity or self.quantity is None:
            return self.initial_quantity
        return max(0, self.quantity - self.applied_quantity)

    @model_validator(mode="after")
    def _exact(self) -> Self:
        """Raise Fault if the item's numbers yield a quantity or an amount beyond the limits."""
        before = self.units_before or 0
        if before > LARGEST_QUANTITY:
            reason = f"makes {before} units, more than {LARGEST_QUANTITY}"
            raise Fault(("applied_quantity",), reason)
        price = price_of(self)
        if not price:
            return self
        units = max(units_of(self), before, abs(self.applied_quantity or 0))
        if price * units > LARGEST_AMOUNT:
            reason = f"{units} units of {price} come to more than {LARGEST_AMOUNT}"
            raise Fault(_place_of_price(self), reason)
        return self


def price_of(item: OrderItem) -> int | None:
    """Return the unit price: the item's own, else its SKU's, else its product's."""
    return catalogue_price(item.sku, item.product) if item.price is None else item.price


def _place_of_price(item: OrderItem) -> Place:
    if item.price is not None:
        return ("price",)
    return ("product" if catalogue_price(item.sku) is None else "sku", "price")


def units_of(item: OrderItem) -> int:
    """Return the item's quantity, else its initial quantity, else 1."""
    if item.quantity is not None:
        return item.quantity
    return 1 if item.initial_quantity is None else item.initial_quantity


def amount_of(item: OrderItem) -> int | None:
    """Return the stated amount, else price times quantity; None without a price."""
    return times(price_of(item), units_of(item)) if item.amount is None else item.amount


def amount_before(item: OrderItem) -> int | None:
    """Return the item's amount before the sender's redemption changed its units."""
    before = item.units_before
    return amount_of(item) if before is None else amount_of_units(item, before)


def times(price: int | None, quantity: int) -> int | None:
    """Return the cost of the units; None if no price is known."""
    return None if price is None else price * quantity


def amount_of_units(item: OrderItem, units: int) -> int | None:
    """Return the amount of that many units: without added units, or with removed ones."""
    if item.initial_amount is not None:
        return item.initial_amount
    amount = amount_of(item)
    added = units_of(item) - units
    if amount is None or not added:
        return amount
    change = times(price_of(item), abs(added))
    if change is None:
        return None
    return max(0, amount - change) if added > 0 else amount + change


def ordered_amount(item: OrderItem) -> int | None:
    """Return the amount of the customer's units of an item in an order that is not calculated."""
    ordered = item.initial_quantity
    if ordered is None:
        return amount_of(item)
    price = price_of(item)
    return amount_of_units(item, ordered) if price is None else price * ordered


def ordered_line(item: OrderItem) -> Line:
    """Return the customer's units of an item in an order that is not calculated, as a line."""
    ordered = item.initial_quantity
    return _line(item, units_of(item) if ordered is None else ordered, ordered_amount(item))


def line_of(item: OrderItem) -> Line:
    """Return the item as given, as a line."""
    return _line(item, units_of(item), amount_of(item))


def _line(item: OrderItem, quantity: int, amount: int | None) -> Line:
    return Line(
        quantity=quantity,
        amount=amount,
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


def counted(items: Iterable[OrderItem]) -> Iterator[Counted]:
    """Yield the unit counts and discounts that a calculated order states for its items."""
    for place, item in enumerate(items):
        if (
            item.initial_quantity is not None
            or item.discount_quantity
            or item.discount_amount
            or item.applied_quantity
            or item.applied_discount_quantity
            or item.applied_discount_amount
        ):
            yield Counted(
                place=place,
                initial_quantity=item.initial_quantity,
                initial_amount=item.initial_amount,
                discount_quantity=item.discount_quantity,
                discount_amount=item.discount_amount,
                applied_quantity=item.applied_quantity,
                applied_quantity_amount=item.applied_quantity_amount,
                applied_discount_quantity=item.applied_discount_quantity,
                applied_discount_amount=item.applied_discount_amount,
            )
