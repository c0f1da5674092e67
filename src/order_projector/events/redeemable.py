"""What was redeemed: vouchers, promotion tiers and stacks, and the discount that stands in them."""

from collections.abc import Iterable, Iterator
from typing import Any, Self

from pydantic import model_validator

from order_projector.domain.redeemables import Discount, Gift, Points, Redeemable, Target, UnitOff
from order_projector.events.fields import (
    LARGEST_AMOUNT,
    MOST_ENTRIES,
    Catalogue,
    DecimalText,
    Entries,
    Id,
    Shape,
    Text,
    WholeMoney,
    WholeQuantity,
    inside,
)
from order_projector.events.prices import catalogue_price
from order_projector.events.targets import TargetList, first_listed


class UnitIn(Shape):
    """Units that a discount gives."""

    unit_off: WholeQuantity | None = None
    unit_type: Id | None = None
    effect: Text | None = None
    product: Catalogue | None = None
    sku: Catalogue | None = None

    @model_validator(mode="after")
    def _exact(self) -> Self:
        """Refuse units whose own price makes an amount that not every reader keeps exact."""
        price = catalogue_price(self.sku, self.product) or 0
        if (self.unit_off or 0) * price > LARGEST_AMOUNT:
            raise inside(
                f".unit_off: {self.unit_off} units of {price} come to more than {LARGEST_AMOUNT}"
            )
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


class GiftIn(Shape):
    """A gift card's part."""

    credits: WholeMoney | None = None
    amount: WholeMoney | None = None
    effect: Text | None = None


class VoucherIn(Shape):
    """A voucher: a coupon, a gift card or a loyalty card."""

    id: Id | None = None
    campaign_id: Id | None = None
    type: Text | None = None
    discount: DiscountIn | None = None
    gift: GiftIn | None = None
    loyalty_card: Any = None
    applicable_to: TargetList | None = None
    inapplicable_to: TargetList | None = None


class CampaignIn(Shape):
    """The campaign of a promotion tier."""

    id: Id | None = None


class ActionIn(Shape):
    """What a promotion tier does."""

    discount: DiscountIn | None = None
    applicable_to: TargetList | None = None
    inapplicable_to: TargetList | None = None


class PromotionTierIn(Shape):
    """A promotion tier."""

    id: Id | None = None
    campaign_id: Id | None = None
    campaign: CampaignIn | None = None
    action: ActionIn | None = None
    applicable_to: TargetList | None = None
    inapplicable_to: TargetList | None = None


class PromotionStackIn(Shape):
    """A promotion stack."""

    id: Id | None = None


class CoinIn(Shape):
    """What a coin reward makes of points."""

    exchange_ratio: DecimalText | None = None
    points_ratio: DecimalText | None = None


class RewardParametersIn(Shape):
    """The parameters of a reward."""

    coin: CoinIn | None = None


class RewardIn(Shape):
    """The reward of a loyalty programme."""

    type: Text | None = None
    parameters: RewardParametersIn | None = None


class TooLarge(ValueError):
    """A definition beyond a bound; the message is the reason alone."""


class Bearer(Shape):
    """Anything that a redeemable may stand in: a redemption, or the ``data`` of its event."""

    voucher: VoucherIn | None = None
    promotion_tier: PromotionTierIn | None = None
    promotion_stack: PromotionStackIn | None = None
    reward: RewardIn | None = None
    applicable_to: TargetList | None = None
    inapplicable_to: TargetList | None = None


def redeemable(bearers: Iterable[Bearer], amount: int | None) -> Redeemable | None:
    """The first discount, gift or loyalty card found; `amount` is the redemption's own.

    `bearers` are the redemption and then its event's data. What the one that holds it does not say
    of the products, the other may. Raises TooLarge where it names more than any definition may.
    """
    bearers = tuple(bearers)
    for bearer in bearers:
        found = _of_voucher(bearer, bearers, amount) or _of_tier(bearer, bearers)
        if found:
            return found
    return None


def _of_voucher(bearer: Bearer, bearers: Iterable[Bearer], amount: int | None) -> Redeemable | None:
    voucher = bearer.voucher
    if voucher is None:
        return None
    if voucher.discount:
        return _discount(voucher.discount, voucher, bearer, *_besides(bearer, bearers))
    if voucher.gift:
        gift = voucher.gift
        credits_used = next(
            (known for known in (amount, gift.credits, gift.amount) if known is not None), None
        )
        to, not_to = _targets(voucher, bearer, *_besides(bearer, bearers))
        return Gift(credits_used, gift.effect, to, not_to)
    if voucher.loyalty_card is not None or voucher.type == "LOYALTY_CARD":
        return _points(next((it.reward for it in bearers if it.reward), None), amount)
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


def _of_tier(bearer: Bearer, bearers: Iterable[Bearer]) -> Redeemable | None:
    tier = bearer.promotion_tier
    if tier is None or tier.action is None or tier.action.discount is None:
        return None
    around = _besides(bearer, bearers)
    return _discount(tier.action.discount, tier.action, tier, bearer, *around)


def _besides(bearer: Bearer, bearers: Iterable[Bearer]) -> Iterator["Holder"]:
    """Where else the products may be said: the same voucher or tier, told again, and around it."""
    for other in bearers:
        if other is bearer:
            continue
        for own, again in (
            (bearer.voucher, other.voucher),
            (bearer.promotion_tier, other.promotion_tier),
        ):
            if own and again and own.id == again.id:
                yield again
        yield other


Holder = DiscountIn | VoucherIn | ActionIn | PromotionTierIn | Bearer


def _targets(*holders: Holder) -> tuple[tuple[Target, ...], tuple[Target, ...]]:
    """The first list that holds something, of either kind. Raises TooLarge."""
    to = first_listed([holder.applicable_to for holder in holders])
    not_to = first_listed([holder.inapplicable_to for holder in holders])
    if len(to) + len(not_to) > MOST_ENTRIES:
        raise TooLarge(f"more than {MOST_ENTRIES} entries of applicable_to and inapplicable_to")
    return to, not_to


def _discount(told: DiscountIn, *beside: Holder) -> Discount:
    to, not_to = _targets(told, *beside)
    return Discount(
        type=told.type,
        effect=told.effect,
        amount_off=told.amount_off,
        percent_off=told.percent_off,
        fixed_amount=told.fixed_amount,
        units=tuple(_units(told)),
        amount_limit=told.amount_limit,
        aggregated_amount_limit=told.aggregated_amount_limit,
        applicable_to=to,
        inapplicable_to=not_to,
    )


def _units(told: DiscountIn) -> Iterator[UnitOff]:
    """The ``units``, else the discount's own unit where it names one."""
    own = [told] if told.unit_off is not None or told.unit_type is not None else []
    for unit in told.units or own:
        yield UnitOff(unit.unit_off, unit.unit_type, unit.effect, unit.product, unit.sku)
