"""The object of a redemption: the ``related_object_*`` of the order's ``redemptions``."""

from collections.abc import Iterable, Iterator
from typing import Any

from order_projector.domain.facts import Related
from order_projector.domain.limits import LONGEST_ID
from order_projector.events.text import is_unicode
from order_projector.events.vouchers import RedeemableSource


def related(
    sources: Iterable[RedeemableSource], kind: str | None, name: str | None, parent: str | None
) -> Related | None:
    """Return the object of a redemption: as the redemption states it, else what was redeemed.

    A missing id, parent id or code is filled in from other mentions of the same object.
    """
    mentions = [Related(kind, name, parent)] if kind else []
    for source in sources:
        mentions += _mentions(source)
    if not mentions:
        return None
    first, *others = mentions
    if not others:
        return first
    same = [it for it in others if it.type == first.type and first.id in (None, it.id)]
    return Related(
        type=first.type,
        id=first.id or next((it.id for it in same), None),
        parent_id=first.parent_id or next((it.parent_id for it in same if it.parent_id), None),
        code=first.code or next((it.code for it in same if it.code), None),
    )


def _code(value: Any) -> str | None:
    """Return a voucher's code; what cannot be one is ignored."""
    fits = isinstance(value, str) and len(value) <= LONGEST_ID and is_unicode(value)
    return (value or None) if fits else None


def _mentions(source: RedeemableSource) -> Iterator[Related]:
    voucher, tier, stack = source.voucher, source.promotion_tier, source.promotion_stack
    if voucher and voucher.id:
        yield Related("voucher", voucher.id, voucher.campaign_id, _code(voucher.code))
    if tier and tier.id:
        yield Related(
            "promotion_tier", tier.id, (tier.campaign and tier.campaign.id) or tier.campaign_id
        )
    if stack and stack.id:
        yield Related("promotion_stack", stack.id)
