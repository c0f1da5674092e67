"""The lines of an order."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from order_projector.testing import checks
from order_projector.testing.checks import Json, cents, count, identifier, present


@dataclass(frozen=True, slots=True)
class Item:
    """One line of an order, before any discount."""

    line: Json

    @property
    def names(self) -> frozenset[str]:
        """The ids that name the line: of its product and SKU, and its source id."""
        return frozenset(
            self.line[name] for name in ("product_id", "sku_id", "source_id") if name in self.line
        )

    @property
    def amount(self) -> int | None:
        """The line's amount; None if it has no price."""
        price = self.line.get("price")
        return None if price is None else price * self.line["quantity"]


def item(
    product: str,
    quantity: int = 1,
    *,
    price: int | None = None,
    sku: str | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> Item:
    """Return a line of a product, or of one of its SKUs; ``price`` is the unit price.

    Raises TypeError or ValueError naming the argument that is wrong.
    """
    return Item(
        present(
            product_id=identifier("product", product),
            sku_id=None if sku is None else identifier("sku", sku),
            quantity=count("quantity", quantity),
            price=None if price is None else cents("price", price),
            metadata=None if metadata is None else checks.metadata(metadata),
        )
    )


def item_by_source(
    source_id: str,
    quantity: int = 1,
    *,
    price: int | None = None,
    related_object: Literal["product", "sku"] = "product",
) -> Item:
    """Return a line that names its product or SKU by the shop's own id.

    Raises TypeError or ValueError naming the argument that is wrong.
    """
    return Item(
        present(
            source_id=identifier("source_id", source_id),
            related_object=related_object,
            quantity=count("quantity", quantity),
            price=None if price is None else cents("price", price),
        )
    )
