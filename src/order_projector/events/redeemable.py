"""What was redeemed: the first discount, gift card or loyalty card of an event."""

from collections.abc import Iterable, Sequence

from order_projector.domain.discounts.bundles import bundled
from order_projector.domain.limits import MOST_ENTRIES
from order_projector.domain.redeemables import (
    Coin,
    Discount,
    DiscountTarget,
    Gift,
    Points,
    Redeemable,
    UnitOff,
)
from order_projector.events.discounts import DiscountIn, UnitIn
from order_projector.events.outcome import Code
from order_projector.events.places import Fault
from order_projector.events.targets import first_given
from order_projector.events.vouchers import (
    ActionIn,
    PromotionTierIn,
    RedeemableSource,
    RedeemedIn,
    VoucherIn,
)


def redeemable(redemption: RedeemedIn, *around: RedeemableSource) -> Redeemable | None:
    """Return the first discount, gift or loyalty card found, in the redemption or around it.

    If the source of the definition names no products, those that another source names apply. Where
    there is no definition, what the redemption used identifies the card. Raises Fault if too many
    products are named.
    """
    sources = (redemption, *around)
    for source in sources:
        found = _of_voucher(source, redemption, sources) or _of_tier(source, sources)
        if found:
            return found
    return _of_use(redemption, sources)


def _of_voucher(
    source: RedeemableSource, redemption: RedeemedIn, sources: Sequence[RedeemableSource]
) -> Redeemable | None:
    voucher = source.voucher
    if voucher is None:
        return None
    if voucher.discount:
        around = (voucher, source, *_other_sources(source, sources))
        return bundled(_discount(voucher.discount, *around), source.bundle_of(voucher))
    if voucher.gift:
        gift = voucher.gift
        to, not_to = _targets(voucher, source, *_other_sources(source, sources))
        return Gift(
            credits=gift.amount if gift.credits is None else gift.credits,
            effect=gift.effect,
            applicable_to=to or (),
            inapplicable_to=not_to,
            used=redemption.used_credits,
        )
    if voucher.loyalty_card is not None or voucher.type == "LOYALTY_CARD":
        return _points(redemption, sources, voucher)
    return None


def _of_use(redemption: RedeemedIn, sources: Sequence[RedeemableSource]) -> Gift | Points | None:
    """Return the card of which the redemption used something and which it names by its id alone.

    Responses that show a redemption again name vouchers like that.
    """
    if redemption.gift and redemption.used_credits is not None:
        return Gift(used=redemption.used_credits)
    if redemption.loyalty_card and redemption.used_points is not None:
        return _points(redemption, sources, *(it.voucher for it in sources if it.voucher))
    return None


def _points(
    redemption: RedeemedIn, sources: Iterable[RedeemableSource], *vouchers: VoucherIn
) -> Points:
    """Return the points used, for the first reward that a source gives, else a voucher."""
    rewards = (*(it.reward for it in sources), *(it.reward for it in vouchers))
    reward = next(filter(None, rewards), None)
    coin = reward.parameters.coin if reward and reward.parameters else None
    kind = reward.type if reward else None
    return Points(
        points=redemption.used_points,
        coin=Coin(coin.exchange_ratio, coin.points_ratio) if coin else None,
        reward="COIN" if coin and kind is None else kind,
    )


def _of_tier(source: RedeemableSource, sources: Iterable[RedeemableSource]) -> Redeemable | None:
    tier = source.promotion_tier
    if tier is None or tier.action is None or tier.action.discount is None:
        return None
    around = (tier.action, tier, source, *_other_sources(source, sources))
    return bundled(_discount(tier.action.discount, *around), source.bundle_of(tier))


def _other_sources(
    source: RedeemableSource, sources: Iterable[RedeemableSource]
) -> list["TargetSource"]:
    """Return other places that may name products: copies of the voucher or tier, other sources."""
    others: list[TargetSource] = []
    voucher, tier = source.voucher, source.promotion_tier
    for other in sources:
        if other is source:
            continue
        if voucher and other.voucher and voucher.id == other.voucher.id:
            others.append(other.voucher)
        if tier and other.promotion_tier and tier.id == other.promotion_tier.id:
            others.append(other.promotion_tier)
        others.append(other)
    return others


TargetSource = DiscountIn | VoucherIn | ActionIn | PromotionTierIn | RedeemableSource


def _targets(
    *sources: TargetSource,
) -> tuple[tuple[DiscountTarget, ...] | None, tuple[DiscountTarget, ...]]:
    """Return the first given list of each kind. Raises Fault if they are too long together."""
    to = first_given([source.applicable_to for source in sources])
    not_to = first_given([source.inapplicable_to for source in sources]) or ()
    if len(to or ()) + len(not_to) > MOST_ENTRIES:
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
        units=_units(discount),
        amount_limit=discount.amount_limit,
        aggregated_amount_limit=discount.aggregated_amount_limit,
        applicable_to=to,
        inapplicable_to=not_to,
    )


def _units(discount: DiscountIn) -> tuple[UnitOff, ...]:
    """Return the ``units``, else the discount's own unit if it names one."""
    units: Sequence[UnitIn] = discount.units or ()
    if not units and (discount.unit_off is not None or discount.unit_type is not None):
        units = (discount,)
    return tuple(
        UnitOff(unit.unit_off, unit.unit_type, unit.effect, unit.product, unit.sku)
        for unit in units
    )
