"""Added units: the line they go to, their cost there, and their contribution to it."""

from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from order_projector.domain.discounts.result import InvalidDiscount, stated
from order_projector.domain.index import Key
from order_projector.domain.lines import CartLine, JsonObject, Line, LineContribution
from order_projector.domain.lookup import Lines
from order_projector.domain.money import part_of
from order_projector.domain.redeemables import UnitOff


class RequestedUnits(NamedTuple):
    """The units that a discount adds, and the line of their product or SKU without them.

    ``brought`` is what they contribute to an order that has no such line, None if that depends on
    the order's other lines.
    """

    line: Line
    key: Key
    quantity: int
    brought: LineContribution | None

    @classmethod
    def of(cls, line: Line, key: Key, quantity: int) -> "RequestedUnits":
        """Return the units of a line."""
        cost = quantity * (line.price or 0)
        brought = LineContribution(key, cost, quantity, cost, quantity, True, line)
        return cls(line, key, quantity, None if _may_have_kin(line, key) else brought)


def requested_units(unit: UnitOff) -> RequestedUnits | InvalidDiscount:
    """Return the units that one entry of a unit discount adds."""
    quantity = stated("discount.unit_off", unit.unit_off)
    if isinstance(quantity, InvalidDiscount):
        return quantity
    if unit.unit_type and unit.product is None and unit.sku is None:
        return _units_only_named(unit.unit_type, quantity)
    product, sku = unit.product or {}, unit.sku or {}
    name = unit.unit_type or sku.get("id") or product.get("id")
    if name is None:
        return InvalidDiscount("discount.unit_type is missing")
    line = _requested_line(name, unit)
    return RequestedUnits.of(line, line.key(), quantity)


@lru_cache(2_048)
def _units_only_named(name: str, quantity: int) -> RequestedUnits:
    """Return units of a product or SKU of which only the id is given."""
    return RequestedUnits.of(*_only_named(name), quantity)


def _requested_line(name: str, unit: UnitOff) -> Line:
    product, sku = unit.product or {}, unit.sku or {}
    price = sku.get("price", product.get("price"))
    if not _is_sku(name, product, sku):
        return _empty(name, None, unit.product, None, price)
    return _empty(product.get("id"), name, unit.product, unit.sku, price)


@lru_cache(1_024)
def _only_named(name: str) -> tuple[Line, Key]:
    """Return the line of a product or SKU of which only the id is given, and its key."""
    line = _requested_line(name, UnitOff(unit_type=name))
    return line, line.key()


def _is_sku(name: str, product: JsonObject, sku: JsonObject) -> bool:
    """Whether an id is an SKU's: by the objects, else by its prefix, else if an SKU is given."""
    if name in (product.get("id"), sku.get("id")):
        return bool(name == sku.get("id"))
    return name.startswith("sku_") or (bool(sku) and not name.startswith("prod_"))


def _empty(
    product_id: str | None,
    sku_id: str | None,
    product: JsonObject | None,
    sku: JsonObject | None,
    price: int | None,
) -> Line:
    return Line(
        quantity=0,
        amount=None if price is None else 0,
        price=price,
        product_id=product_id,
        sku_id=sku_id,
        product=product,
        sku=sku,
    )


class DestinationLine(NamedTuple):
    """The line that added units of a product or SKU go to: one of the cart's, or a new one.

    ``price`` is what each added unit costs; None for an unpriced product.
    """

    line: Line
    entry: CartLine | None
    price: int | None

    @classmethod
    def of(cls, units: RequestedUnits, first: CartLine | None, cart: Lines) -> "DestinationLine":
        """Return the first of the lines that the units belong to or, without any, a new one.

        A new line has the discount's price, else that of another line of the same product.
        """
        if first is not None:
            return cls.at(first, units.line)
        line = _priced_like_kin(units, cart)
        return cls(line, None, line.price)

    @classmethod
    def at(cls, entry: CartLine, line: Line) -> "DestinationLine":
        """Return a line of the cart as the destination of units whose own line would be `line`.

        The price is that of the cart's line, else the discount's, else the rounded cost of one of
        the line's units. A customer's line without an amount stays without one.
        """
        own, amount = entry.line, entry.line.amount
        if amount is None:
            return cls(own, entry, None)
        price = _unit_price(own) if own.price is None else own.price
        if price is None:
            price = line.price
        if price is None:
            price = part_of(amount, 1, max(1, own.quantity))
        return cls(own, entry, price)

    def contribution(
        self, key: Key, added: int, covered: int, cost: int, order_left: int
    ) -> LineContribution:
        """Return the contribution that adds units and makes `covered` units free, added ones first.

        `key` is that of the line. The discount is the cost of the covered units, capped at what is
        left of the line and of the order, both including the added units.
        """
        entry, amount = self.entry, added * (self.price or 0)
        line_left = 0 if entry is None else entry.left
        free = min(cost, line_left + amount, order_left + amount)
        new_line = self.line if entry is None or entry.added_by_discount else None
        return LineContribution(key, max(0, free), added, amount, covered, True, new_line)

    def cost(self, added: int, covered: int) -> int:
        """Return the cost of the covered units, of which the added ones are the first."""
        new = min(covered, added)
        cost = new * (self.price or 0)
        return cost if new == covered else cost + self._cost_there(covered - new)

    def _cost_there(self, units: int) -> int:
        """Return the cost of existing units: by the unit price, else their share of the amount."""
        price = _unit_price(self.line)
        if price is not None:
            return price * units
        return part_of(self.line.amount or 0, units, max(1, self.line.quantity))


def same_units(key: Key, line: Line, added: int) -> LineContribution:
    """Return the contribution of free units to a customer's line: they cost what is taken off."""
    price = _unit_price(line) if line.price is None else line.price
    if price is None:
        price = part_of(line.amount or 0, 1, max(1, line.quantity))
    cost = added * price
    return LineContribution(key, cost, added, cost, added, True)


def _unit_price(line: Line) -> int | None:
    """Return the price of one unit if it is stated or the amount divides evenly, else None."""
    if line.price is not None or not line.amount or not line.quantity:
        return line.price
    price, rest = divmod(line.amount, line.quantity)
    return None if rest else price


def _may_have_kin(line: Line, key: Key) -> bool:
    """Whether another line of the same product may give the price of a new line.

    Only an SKU's product can be in the cart already; units of a product would go to its line.
    """
    return line.price is None and bool(key.skus and key.products)


def _priced_like_kin(units: RequestedUnits, cart: Lines) -> Line:
    """Price a new line: its own price, else that of another line of the same product, if any."""
    line = units.line
    if not _may_have_kin(line, units.key):
        return line
    kin = cart.named(replace(line, sku_id=None, sku=None))
    prices = (_unit_price(entry.line) for entry in kin)
    price = next((price for price in prices if price is not None), None)
    return line if price is None else replace(line, price=price, amount=0)
