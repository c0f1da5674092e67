"""What was redeemed: vouchers, promotion tiers and stacks, and the discounts in them."""

from collections.abc import Iterable, Iterator
from typing import Any, Self

from pydantic import model_validator

from order_projector.domain.limits import LARGEST_AMOUNT, MOST_ENTRIES
from order_projector.domain.redeemables import (
    Discount,
    DiscountTarget,
    Gift,
    Points,
    Redeemable,
    UnitOff,
)
from order_projector.events.fields import (
    Catalogue,
    DecimalText,
    Entries,
    Id,
    Text,
    WholeMoney,
    WholeQuantity,
    WireModel,
)
from order_projector.events.outcome import Code
from order_projector.events.places import Fault
from order_projector.events.prices import catalogue_price
from order_projector.events.targets import TargetList, first_listed


class UnitIn(WireModel):
    """Units that a discount gives."""

    unit_off: WholeQuantity | None = None
    unit_type: Id | None = None
    effect: Text | None = None
    product: Catalogue | None = None
    sku: Catalogue | None = None

    @model_validator(mode="after")
    def _exact(self) -> Self:
        """Raise Fault if the cost of the units exceeds what every reader keeps exact."""
        price = catalogue_price(self.sku, self.product) or 0
        if (self.unit_off or 0) * price > LARGEST_AMOUNT:
            reason = f"{self.unit_off} units of {price} come to more than {LARGEST_AMOUNT}"
            raise Fault(("unit_off",), reason)
        return self


class DiscountIn(UnitIn):
    """A discount definition."""

    type: Text | None = None
    amount_off: WholeMoney | None = None
    percent_off: DecimalText | None = None
    fixed_amount: WholeMoney | None = None
    units: Entries[UnitIn] | None = None
    amount_limit: WholeMoney | None = None
    aggregated_amount_limit: WholeMoney | None = None
    applicable_to: TargetList | None = None
    inapplicable_to: TargetList | None = None


class GiftIn(WireModel):
    """A gift card's part."""

    credits: WholeMoney | None = None
    amount: WholeMoney | None = None
    effect: Text | None = None


class VoucherIn(WireModel):
    """A voucher: a coupon, a gift card or a loyalty card."""

    id: Id | None = None
    campaign_id: Id | None = None
    type: Text | None = None
    discount: DiscountIn | None = None
    gift: GiftIn | None = None
    loyalty_card: Any = None
    applicable_to: TargetList | None = None
    inapplicable_to: TargetList | None = None


class CampaignIn(WireModel):
    """The campaign of a promotion tier."""

    id: Id | None = None


class ActionIn(WireModel):
    """What a promotion tier does."""

    discount: DiscountIn | None = None
    applicable_to: TargetList | None = None
    inapplicable_to: TargetList | None = None


class PromotionTierIn(WireModel):
    """A promotion tier."""

    id: Id | None = None
    campaign_id: Id | None = None
    campaign: CampaignIn | None = None
    action: ActionIn | None = None
    applicable_to: TargetList | None = None
    inapplicable_to: TargetList | None = None


class PromotionStackIn(WireModel):
    """A promotion stack."""

    id: Id | None = None


class CoinIn(WireModel):
    """What a coin reward makes of points."""

    exchange_ratio: DecimalText | None = None
    points_ratio: DecimalText | None = None


class RewardParametersIn(WireModel):
    """The parameters of a reward."""

    coin: CoinIn | None = None


class RewardIn(WireModel):
    """The reward of a loyalty programme."""

    type: Text | None = None
    parameters: RewardParametersIn | None = None


class RedeemableSource(WireModel):
    """Anything that may carry a redeemable: a redemption, or the ``data`` of its event."""

    voucher: VoucherIn | None = None
    promotion_tier: PromotionTierIn | None = None
    promotion_stack: PromotionStackIn | None = None
    reward: RewardIn | None = None
    applicable_to: TargetList | None = None
    inapplicable_to: TargetList | None = None


def redeemable(sources: Iterable[RedeemableSource], amount: int | None) -> Redeemable | None:
    """Return the first discount, gift or loyalty card found; `amount` is the redemption's own.

    `sources` are the redemption and then its event's data. If the source of the definition names no
    products, those that the other names apply. Raises Fault if there are too many of them.
    """
    sources = tuple(sources)
    for source in sources:
        found = _of_voucher(source, sources, amount) or _of_tier(source, sources)
        if found:
            return found
    return None


def _of_voucher(
    source: RedeemableSource, sources: Iterable[RedeemableSource], amount: int | None
) -> Redeemable | None:
    voucher = source.voucher
    if voucher is None:
        return None
    if voucher.discount:
        return _discount(voucher.discount, voucher, source, *_other_sources(source, sources))
    if voucher.gift:
        gift = voucher.gift
        credits_used = next(
            (known for known in (amount, gift.credits, gift.amount) if known is not None), None
        )
        to, not_to = _targets(voucher, source, *_other_sources(source, sources))
        return Gift(credits_used, gift.effect, to, not_to)
    if voucher.loyalty_card is not None or voucher.type == "LOYALTY_CARD":
        return _points(next((it.reward for it in sources if it.reward), None), amount)
    return None


def _points(reward: RewardIn | None, amount: int | None) -> Points:
    coin = reward.parameters.coin if reward and reward.parameters else None
    kind = reward.type if reward else None
    return Points(
        points=amount,
        exchange_ratio=coin.exchange_ratio if coin else None,
        points_ratio=coin.points_ratio if coin else None,
        reward="COIN" if coin and kind is None else kind,
    )


def _of_tier(source: RedeemableSource, sources: Iterable[RedeemableSource]) -> Redeemable | None:
    tier = source.promotion_tier
    if tier is None or tier.action is None or tier.action.discount is None:
        return None
    around = _other_sources(source, sources)
    return _discount(tier.action.discount, tier.action, tier, source, *around)


def _other_sources(
    source: RedeemableSource, sources: Iterable[RedeemableSource]
) -> Iterator["TargetSource"]:
    """Yield other places that may name products: copies of the voucher or tier, other sources."""
    for other in sources:
        if other is source:
            continue
        for own, again in (
            (source.voucher, other.voucher),
            (source.promotion_tier, other.promotion_tier),
        ):
            if own and again and own.id == again.id:
                yield again
        yield other


TargetSource = DiscountIn | VoucherIn | ActionIn | PromotionTierIn | RedeemableSource


def _targets(
    *sources: TargetSource,
) -> tuple[tuple[DiscountTarget, ...], tuple[DiscountTarget, ...]]:
    """Return the first non-empty list of each kind. Raises Fault if they are too long together."""
    to = first_listed([source.applicable_to for source in sources])
    not_to = first_listed([source.inapplicable_to for source in sources])
    if len(to) + len(not_to) > MOST_ENTRIES:
        reason = f"more than {MOST_ENTRIES} entries of applicable_to and inapplicable_to"
        raise Fault((), reason, Code.ORDER_TOO_LARGE)
    return to, not_to


def _discount(discount: DiscountIn, *others: TargetSource) -> Discount:
    to, not_to = _targets(discount, *others)
    return Discount(
        type=discount.type,
        effect=discount.effect,
        amount_off=discount.amount_off,
        percent_off=discount.percent_off,
        fixed_amount=discount.fixed_amount,
        units=tuple(_units(discount)),
        amount_limit=discount.amount_limit,
        aggregated_amount_limit=discount.aggregated_amount_limit,
        applicable_to=to,
        inapplicable_to=not_to,
    )


def _units(discount: DiscountIn) -> Iterator[UnitOff]:
    """Yield the ``units``, else the discount's own unit if it names one."""
    own = [discount] if discount.unit_off is not None or discount.unit_type is not None else []
    for unit in discount.units or own:
        yield UnitOff(unit.unit_off, unit.unit_type, unit.effect, unit.product, unit.sku)
