"""What can be redeemed, as events describe it: vouchers, promotion tiers and stacks, rewards."""

from typing import Any, Self

from pydantic import model_validator

from order_projector.events.discounts import (
    BundleIn,
    DiscountIn,
    check_bundled,
    check_bundled_targets,
)
from order_projector.events.fields import Id, Money, RatioText, Text, WholeMoney, WireModel
from order_projector.events.places import Place
from order_projector.events.targets import TargetList


class GiftIn(WireModel):
    """A gift card's part."""

    credits: WholeMoney | None = None
    amount: WholeMoney | None = None
    effect: Text | None = None


class CoinIn(WireModel):
    """What a coin reward makes of points."""

    exchange_ratio: RatioText | None = None
    points_ratio: RatioText | None = None


class RewardParametersIn(WireModel):
    """The parameters of a reward."""

    coin: CoinIn | None = None


class RewardIn(WireModel):
    """The reward of a loyalty programme."""

    type: Text | None = None
    parameters: RewardParametersIn | None = None


class VoucherIn(WireModel):
    """A voucher: a coupon, a gift card or a loyalty card."""

    id: Id | None = None
    code: Any = None
    campaign_id: Id | None = None
    type: Text | None = None
    discount: DiscountIn | None = None
    gift: GiftIn | None = None
    loyalty_card: Any = None
    reward: RewardIn | None = None
    bundle: BundleIn | None = None
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
    bundle: BundleIn | None = None
    applicable_to: TargetList | None = None
    inapplicable_to: TargetList | None = None


class PromotionStackIn(WireModel):
    """A promotion stack."""

    id: Id | None = None


class RedeemableSource(WireModel):
    """Anything that may carry a redeemable: a redemption, or the ``data`` of its event."""

    voucher: VoucherIn | None = None
    promotion_tier: PromotionTierIn | None = None
    promotion_stack: PromotionStackIn | None = None
    reward: RewardIn | None = None
    bundle: BundleIn | None = None
    applicable_to: TargetList | None = None
    inapplicable_to: TargetList | None = None

    def bundle_of(self, holder: VoucherIn | PromotionTierIn) -> int:
        """Return the bundle's quantity: that of the voucher or tier, else the one next to it."""
        for bundle in (holder.bundle, self.bundle):
            if bundle and bundle.quantity is not None:
                return bundle.quantity
        return 1

    @model_validator(mode="after")
    def _bounded_bundle(self) -> Self:
        """Raise Fault if a bundle makes a number of a definition exceed its bound."""
        voucher, tier = self.voucher, self.promotion_tier
        if voucher and (discount := voucher.discount) and (times := self.bundle_of(voucher)) != 1:
            holders: Holders = ((("voucher", "discount"), discount), (("voucher",), voucher))
            _check_bundle(discount, times, holders)
        if (
            tier
            and (action := tier.action)
            and (discount := action.discount)
            and (times := self.bundle_of(tier)) != 1
        ):
            at = ("promotion_tier", "action")
            holders = (((*at, "discount"), discount), (at, action), (at[:1], tier))
            _check_bundle(discount, times, holders)
        return self


class UsedCreditsIn(WireModel):
    """The gift credits that a redemption used."""

    amount: WholeMoney | None = None


class UsedPointsIn(WireModel):
    """The loyalty points that a redemption used."""

    points: WholeMoney | None = None


class RedeemedIn(RedeemableSource):
    """What a redemption says about its redeemable: its definition, and how much of it was used."""

    amount: Money | None = None
    gift: UsedCreditsIn | None = None
    loyalty_card: UsedPointsIn | None = None

    @property
    def used_credits(self) -> int | None:
        """The gift credits used, None if the redemption does not say."""
        return self.gift.amount if self.amount is None and self.gift else self.amount

    @property
    def used_points(self) -> int | None:
        """The loyalty points used, None if the redemption does not say."""
        card = self.loyalty_card
        return card.points if self.amount is None and card else self.amount


Holder = DiscountIn | VoucherIn | ActionIn | PromotionTierIn
Holders = tuple[tuple[Place, Holder], ...]
"""What may hold the products of a discount, with its place, in the order of precedence."""


def _check_bundle(discount: DiscountIn, times: int, holders: Holders) -> None:
    check_bundled(discount, times, holders[0][0])
    for place, holder in holders:
        targets = holder.applicable_to
        if targets is not None and targets.data is not None:
            check_bundled_targets(discount, targets.data, times, (*place, "applicable_to", "data"))
            return
