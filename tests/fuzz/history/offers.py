"""What the shop gives: coupons, gift cards and points, with all their limits."""

from dataclasses import dataclass
from typing import Any

from tests.fuzz.history.books import Product

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """One entry of ``applicable_to``: a product or an SKU, and its limits."""

    product: Product
    price: int | None = None
    effect: str = "APPLY_TO_EVERY"
    quantity_limit: int | None = None
    aggregated_quantity_limit: int | None = None
    amount_limit: int | None = None
    aggregated_amount_limit: int | None = None
    skip_initially: int | None = None
    repeat: int | None = None
    by_unit: bool = False
    listed: tuple[int, ...] | None = None
    """The places of the lines that it covers, if the sender lists them."""
    listed_units: tuple[tuple[int, int], ...] | None = None
    """The places of the lines that it covers, and the number of units of each."""

    def as_json(self) -> Json:
        """Return the entry as JSON."""
        sku = self.product.sku
        limits = {
            "price": self.price,
            "effect": self.effect,
            "quantity_limit": self.quantity_limit,
            "aggregated_quantity_limit": self.aggregated_quantity_limit,
            "amount_limit": self.amount_limit,
            "aggregated_amount_limit": self.aggregated_amount_limit,
            "skip_initially": self.skip_initially,
            "repeat": self.repeat,
            "target": "UNIT" if self.by_unit else None,
            "order_item_indices": None if self.listed is None else list(self.listed),
            "order_item_units": None
            if self.listed_units is None
            else [
                {"index": index, "units": list(range(1, count + 1))}
                for index, count in self.listed_units
            ],
        }
        named = {"object": "product" if sku is None else "sku", "id": sku or self.product.id}
        return named | {name: limit for name, limit in limits.items() if limit is not None}


@dataclass(frozen=True, slots=True)
class Gift:
    """Units of one product that an offer gives."""

    product: Product
    quantity: int
    effect: str | None = None
    shows_price: bool = True

    def as_json(self) -> Json:
        """Return the unit's definition as JSON."""
        shown = {} if not self.shows_price or self.product.price is None else self._price()
        product: Json = {"id": self.product.id} | ({} if self.product.sku else shown)
        definition: Json = {
            "unit_off": self.quantity,
            "unit_type": self.product.sku or self.product.id,
        }
        definition["product"] = product
        if self.product.sku:
            definition["sku"] = {"id": self.product.sku} | shown
        return definition | ({"effect": self.effect} if self.effect else {})

    def _price(self) -> Json:
        return {"price": self.product.price}


@dataclass(frozen=True, slots=True)
class Offer:
    """One redeemable. ``value`` is in cents, hundredths of a percent, credits or points."""

    type: str
    effect: str | None = None
    value: int = 0
    amount_limit: int | None = None
    aggregated_amount_limit: int | None = None
    gifts: tuple[Gift, ...] = ()
    included: tuple[Target, ...] = ()
    excluded: tuple[Target, ...] = ()
    coin: tuple[int, int] | None = None
    """For points: how many units of 100 cents for how many points."""
    is_tier: bool = False
    broken: Json | None = None
    """A definition that is not valid, and therefore applies nothing."""

    @property
    def kind(self) -> str:
        """Type and effect, under which the offer is counted."""
        if self.broken is not None:
            return "without a valid definition"
        return f"{self.type} {self.effect or 'by default'}"

    def as_json(self, name: str) -> Json:
        """Return the redeemable as the event states it, next to the redemption or inside it."""
        if self.broken is not None:
            return self.broken
        match self.type:
            case "GIFT":
                gift: Json = {"amount": 1_000_000, "credits": self.value}
                gift |= {"effect": self.effect} if self.effect else {}
                return {"voucher": {"id": name, "gift": gift} | self._targets()}
            case "POINTS":
                card = {"id": name, "type": "LOYALTY_CARD", "loyalty_card": {"points": 1_000_000}}
                return {"voucher": card, "reward": self._reward()}
        discount = self._discount()
        if self.is_tier:
            return {"promotion_tier": {"id": name, "action": {"discount": discount}}}
        return {"voucher": {"id": name, "discount": discount}}

    def _reward(self) -> Json:
        if self.effect == "MATERIAL":
            return {"id": "rew_1", "type": "MATERIAL"}
        if self.coin is None:
            return {"id": "rew_1", "type": "COIN"}
        exchange, points = self.coin
        coin = {"exchange_ratio": exchange, "points_ratio": points}
        return {"id": "rew_1", "type": "COIN", "parameters": {"coin": coin}}

    def _discount(self) -> Json:
        definition: Json = {"type": self.type} | ({"effect": self.effect} if self.effect else {})
        match self.type:
            case "AMOUNT":
                definition["amount_off"] = self.value
            case "PERCENT":
                definition["percent_off"] = self.value / 100
            case "FIXED":
                definition["fixed_amount"] = self.value
            case "UNIT" if len(self.gifts) == 1:
                definition |= {**self.gifts[0].as_json(), "effect": self.effect}
            case "UNIT":
                definition["units"] = [gift.as_json() for gift in self.gifts]
        limits = {
            "amount_limit": self.amount_limit,
            "aggregated_amount_limit": self.aggregated_amount_limit,
        }
        definition |= {name: limit for name, limit in limits.items() if limit is not None}
        return definition | self._targets()

    def _targets(self) -> Json:
        lists = {"applicable_to": self.included, "inapplicable_to": self.excluded}
        return {
            name: {"object": "list", "data_ref": "data", "data": [it.as_json() for it in targets]}
            for name, targets in lists.items()
            if targets
        }
