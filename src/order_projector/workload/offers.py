"""What the shop's customers redeem, and its form on a voucher, a card or a promotion tier."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random

from order_projector.workload.catalogue import CATALOGUE, SHIPPING, Json, Product


class Effect(StrEnum):
    """What a discount applies to."""

    ORDER = "APPLY_TO_ORDER"
    ITEMS = "APPLY_TO_ITEMS"
    PROPORTIONALLY = "APPLY_TO_ITEMS_PROPORTIONALLY"
    ADD_NEW = "ADD_NEW_ITEMS"
    ADD_MISSING = "ADD_MISSING_ITEMS"


@dataclass(frozen=True, slots=True)
class Percent:
    """A percentage off, in hundredths of a percent; ``limit`` is per order, or per line."""

    hundredths: int
    effect: Effect = Effect.ORDER
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount off, in cents."""

    off: int
    effect: Effect = Effect.ORDER


@dataclass(frozen=True, slots=True)
class Units:
    """Free units of one product."""

    product: Product
    count: int
    effect: Effect


@dataclass(frozen=True, slots=True)
class GiftCredits:
    """Credits of a gift card, in cents."""

    credits: int


@dataclass(frozen=True, slots=True)
class LoyaltyPoints:
    """Points of a loyalty card; ``exchange`` units of money for ``ratio`` points."""

    points: int
    exchange: int
    ratio: int

    @property
    def worth(self) -> int:
        """The value of the points, in cents."""
        return self.points * self.exchange * 100 // self.ratio


Offer = Percent | Amount | Units | GiftCredits | LoyaltyPoints


def order_offer(rng: Random) -> Offer:
    """Draw an offer that needs no items."""
    match rng.choices(("percent", "amount", "gift", "points"), (45, 25, 18, 12))[0]:
        case "percent":
            limit = rng.choice((None, None, 1_500, 4_000))
            return Percent(rng.choice((300, 500, 1_000, 1_250, 1_750, 2_000)), Effect.ORDER, limit)
        case "amount":
            return Amount(rng.choice((250, 500, 999, 2_000)))
        case "gift":
            return GiftCredits(rng.choice((1_000, 2_500, 5_000, 60_000)))
        case _:
            return LoyaltyPoints(rng.choice((50, 120, 300, 475)), *rng.choice(((20, 100), (1, 10))))


def item_offer(rng: Random) -> Offer:
    """Draw an offer on an order's items."""
    match rng.choices(("percent", "amount", "share", "units", "shipping"), (30, 15, 20, 25, 10))[0]:
        case "percent":
            limit = rng.choice((None, None, 700))
            return Percent(rng.choice((500, 1_000, 1_550, 3_300)), Effect.ITEMS, limit)
        case "amount":
            return Amount(rng.choice((100, 333, 750)), Effect.ITEMS)
        case "share":
            return Amount(rng.choice((100, 500, 1_001)), Effect.PROPORTIONALLY)
        case "units":
            effect = rng.choice((Effect.ADD_NEW, Effect.ADD_MISSING))
            return Units(rng.choice(CATALOGUE), rng.randint(1, 2), effect)
        case _:
            return Units(SHIPPING, 1, Effect.ADD_MISSING)


def definition(offer: Percent | Amount | Units) -> Json:
    """Return the offer as a ``discount`` object."""
    match offer:
        case Percent(hundredths, effect, limit):
            whole, rest = divmod(hundredths, 100)
            percent = hundredths / 100 if rest else whole
            bounds = {} if limit is None else {"amount_limit": limit}
            return {"type": "PERCENT", "percent_off": percent, **bounds, "effect": effect.value}
        case Amount(off, effect):
            return {"type": "AMOUNT", "amount_off": off, "effect": effect.value}
        case Units(product, count, effect):
            unit = product.sku_id or product.id
            about: Json = {"id": product.id, "source_id": product.source_id, "name": product.name}
            if product.price is not None and product.sku_id is None:
                about["price"] = product.price
            kind = {"type": "UNIT", "unit_off": count, "unit_type": unit}
            discount: Json = {**kind, "effect": effect.value, "product": about}
            if product.sku_id is None:
                return discount
            sku = {"id": product.sku_id, "source_id": product.sku_source_id, "price": product.price}
            return {**discount, "sku": sku}


@dataclass(frozen=True, slots=True)
class IssuedOffer:
    """An issued offer: the objects that carry it in an event, and the redemption's own members."""

    offer: Offer
    carriers: Json
    redemption: Json


def handed_out(offer: Offer, rng: Random) -> IssuedOffer:
    """Put the offer on a voucher, a card or a promotion tier."""
    number = f"{rng.getrandbits(48):012x}"
    campaign = {"id": f"camp_{number[:6]}", "object": "campaign"} if rng.random() < 0.7 else None
    voucher: Json = {
        "id": f"v_{number}",
        "code": f"RIDE-{number[:6].upper()}",
        "campaign_id": campaign and campaign["id"],
        "is_referral_code": False,
        "active": True,
        "object": "voucher",
    }
    match offer:
        case GiftCredits(credits):
            gift = {"amount": max(credits, 5_000), "balance": 0, "effect": "APPLY_TO_ORDER"}
            card: Json = {
                "type": "GIFT_VOUCHER",
                "discount": None,
                "gift": gift,
                "loyalty_card": None,
            }
            return IssuedOffer(offer, {"voucher": voucher | card}, {"amount": credits})
        case LoyaltyPoints(points, exchange, ratio):
            held = {"points": points + 1_000, "balance": 1_000}
            card = {"type": "LOYALTY_CARD", "discount": None, "loyalty_card": held}
            coin = {"exchange_ratio": exchange, "points_ratio": ratio}
            reward = {"id": f"rew_{number[:6]}", "type": "COIN", "parameters": {"coin": coin}}
            redemption = {"amount": points, "reward": reward}
            return IssuedOffer(offer, {"voucher": voucher | card}, redemption)
        case Percent() | Amount() | Units() if campaign is not None and rng.random() < 0.3:
            tier = _promotion_tier(number, definition(offer), campaign)
            return IssuedOffer(offer, {"promotion_tier": tier}, {})
        case Percent() | Amount() | Units():
            coupon = {"type": "DISCOUNT_VOUCHER", "discount": definition(offer)}
            return IssuedOffer(offer, {"voucher": voucher | coupon}, {})


def _promotion_tier(number: str, discount: Json, campaign: Json) -> Json:
    return {
        "id": f"promo_{number}",
        "name": "Spring ride",
        "action": {"discount": discount},
        "campaign": campaign,
        "hierarchy": 1,
        "active": True,
        "object": "promotion_tier",
    }
