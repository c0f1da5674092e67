"""What a customer can redeem: a voucher, a gift card, a loyalty card, a promotion."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from order_projector.testing.checks import (
    Json,
    cents,
    count,
    derived,
    digest,
    given,
    identifier,
    made,
    one_of,
    present,
)


@dataclass(frozen=True, slots=True)
class Redeemable:
    """What is redeemed, and the redemption's own members.

    Its `name` is part of derived ids: two that differ in anything have different names.
    """

    name: str
    bearer: Literal["voucher", "promotion_tier"]
    body: Json
    redemption: Json = field(default_factory=dict)

    @property
    def stands_in(self) -> Json:
        """The members that carry it in an event."""
        return {self.bearer: self.body}


def coupon(
    name: str, discount: Mapping[str, Any], lists: Mapping[str, Any], ids: Mapping[str, str]
) -> Redeemable:
    """Return a voucher with a discount; `ids` are those of the voucher and its campaign."""
    body = _named(name, ids) | {"type": "DISCOUNT_VOUCHER", "discount": dict(discount), **lists}
    return Redeemable(name, "voucher", body)


def gift_card(
    credits_used: int,
    *,
    effect: Literal["APPLY_TO_ORDER", "APPLY_TO_ITEMS"] = "APPLY_TO_ORDER",
    voucher: str | None = None,
    campaign: str | None = None,
) -> Redeemable:
    """Return a gift card of which ``credits_used`` cents are redeemed.

    Raises TypeError or ValueError naming what is wrong.
    """
    used = cents("credits_used", credits_used)
    one_of("effect", effect, ("APPLY_TO_ORDER", "APPLY_TO_ITEMS"))
    plain = derived("gift", str(used), *(() if effect == "APPLY_TO_ORDER" else (effect,)))
    gift = {
        "amount": max(used, _FACE_VALUE),
        "effect": effect,
    }
    ids = ids_of(voucher, campaign)
    name = distinct_name(plain, ids and ids | {"used": used, "effect": effect}, voucher)
    card = {"type": "GIFT_VOUCHER", "gift": gift}
    return Redeemable(name, "voucher", _named(name, ids) | card, {"amount": used})


_FACE_VALUE: Final = 10_000


def loyalty_points(
    points: int,
    *,
    coins: tuple[float, float] | None = None,
    reward: Literal["COIN", "CAMPAIGN", "MATERIAL"] = "COIN",
    voucher: str | None = None,
    campaign: str | None = None,
) -> Redeemable:
    """Return a loyalty card of which ``points`` are redeemed, each worth one cent.

    With ``coins=(1, 10)``, every ten points are worth one unit of 100 cents. A CAMPAIGN or MATERIAL
    reward changes no amount. Raises TypeError or ValueError naming what is wrong.
    """
    used = count("points", points)
    card = {"type": "LOYALTY_CARD", "loyalty_card": {"points": used, "balance": 0}}
    redemption: Json = {"amount": used}
    if coins is not None or reward != "COIN":
        kind = one_of("reward", reward, ("COIN", "CAMPAIGN", "MATERIAL"))
        redemption["reward"] = {"type": kind, **({} if coins is None else _coins(coins))}
    ids = ids_of(voucher, campaign)
    apart = ids | redemption if ids or "reward" in redemption else {}
    name = distinct_name(derived("points", str(used)), apart, voucher)
    return Redeemable(name, "voucher", _named(name, ids) | card, redemption)


def _coins(coins: tuple[float, float]) -> Json:
    wrong = f"coins: {coins!r} should be two positive numbers"
    match coins:
        case (int() | float() as exchange, int() | float() as points):
            if not all(0 < number <= sys.float_info.max for number in (exchange, points)):
                raise ValueError(wrong)
        case _:
            raise TypeError(wrong)
    return {"parameters": {"coin": {"exchange_ratio": exchange, "points_ratio": points}}}


def promotion(
    redeemable: Redeemable, *, tier: str | None = None, campaign: str | None = None
) -> Redeemable:
    """Return the same discount, granted by a promotion tier instead of a voucher.

    Raises TypeError or ValueError naming what is wrong; a card is, as promotions grant discounts.
    """
    made("redeemable", redeemable, Redeemable, "percent_off() or another discount")
    if "discount" not in redeemable.body:
        raise ValueError("redeemable: a promotion gives discounts, no credits and no points")
    lists = {name: redeemable.body[name] for name in _LISTS if name in redeemable.body}
    body = present(
        id=given("tier", tier, derived("promo", redeemable.name)),
        campaign=None if campaign is None else {"id": identifier("campaign", campaign)},
        action={"discount": redeemable.body["discount"], **lists},
    )
    apart = body if tier is not None or campaign is not None else {}
    name = distinct_name(derived("promo", redeemable.name), apart, tier)
    return replace(redeemable, name=name, bearer="promotion_tier", body=body)


_LISTS: Final = ("applicable_to", "inapplicable_to")


def distinct_name(plain: str, apart: Json, named: str | None = None) -> str:
    """Return a name for derived ids, with a hash of what distinguishes it, if anything does."""
    return derived(named or plain, digest(apart)) if apart else plain


def ids_of(voucher: str | None, campaign: str | None) -> Json:
    """Return the ids that are given. Raises TypeError or ValueError naming what is wrong."""
    return present(
        voucher=None if voucher is None else identifier("voucher", voucher),
        campaign=None if campaign is None else identifier("campaign", campaign),
    )


def _named(name: str, ids: Mapping[str, str]) -> Json:
    return present(id=ids.get("voucher") or derived("v", name), campaign_id=ids.get("campaign"))
