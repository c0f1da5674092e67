"""The shop's catalogue: bicycle parts and accessories, and shipping, which has no price."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Product:
    """One product or SKU; ``price`` is None for what is never sold on its own."""

    id: str
    source_id: str
    name: str
    price: int | None
    sku_id: str | None = None
    sku_source_id: str | None = None
    variant: str | None = None


class Reference(Enum):
    """How the lines of an order name their product."""

    ID = auto()
    SOURCE_ID = auto()
    BOTH = auto()


CATALOGUE = (
    Product("prod_saddle01", "saddle-touring", "Touring saddle", 7_450),
    Product("prod_chain011", "chain-11", "Chain, 11 speed", 3_299),
    Product("prod_tube0028", "tube-28", "Inner tube, 28 inch", 695),
    Product("prod_bell0001", "bell-brass", "Brass bell", 1_850),
    Product("prod_light040", "light-front", "Front light, 40 lux", 4_395),
    Product("prod_pump0001", "pump-floor", "Floor pump", 3_975),
    Product("prod_bag00020", "bag-handlebar", "Handlebar bag", 8_999),
    Product("prod_lock0010", "lock-folding", "Folding lock", 6_133),
    Product("prod_patch001", "patch-kit", "Patch kit", 349),
    Product("prod_tyre0001", "tyre-city", "City tyre", 2_777, "sku_tyre_37", "tyre-37", "37-622"),
    Product("prod_tyre0001", "tyre-city", "City tyre", 3_033, "sku_tyre_50", "tyre-50", "50-622"),
    Product("prod_glove001", "gloves", "Gloves", 2_501, "sku_glove_m", "gloves-m", "M"),
    Product("prod_glove001", "gloves", "Gloves", 2_501, "sku_glove_l", "gloves-l", "L"),
)
CURRENCY = "EUR"
SHIPPING = Product("prod_shipping", "shipping", "Shipping", None)


def named(product: Product, reference: Reference) -> Json:
    """Return the fields by which an order's line names its product."""
    ids = {"product_id": product.id}
    if product.sku_id is not None:
        ids["sku_id"] = product.sku_id
    stocked = product.sku_source_id is not None
    source = {
        "source_id": product.sku_source_id if stocked else product.source_id,
        "related_object": "sku" if stocked else "product",
    }
    match reference:
        case Reference.ID:
            return ids
        case Reference.SOURCE_ID:
            return source
        case Reference.BOTH:
            return source | ids


def described(product: Product, reference: Reference) -> Json:
    """Return the ``product`` and ``sku`` objects that a line carries."""
    about: Json = {"name": product.name}
    if reference is not Reference.ID:
        about = {"id": product.id, "source_id": product.source_id, **about}
    if product.price is not None and product.sku_id is None:
        about["price"] = product.price
    if product.sku_id is None:
        return {"product": about}
    sku = {"id": product.sku_id, "source_id": product.sku_source_id, "sku": product.variant}
    return {"product": about, "sku": sku | {"price": product.price}}
