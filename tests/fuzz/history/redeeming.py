"""The events with which the shop reports a redemption, or a stack of them."""

from collections.abc import Iterator
from dataclasses import replace

from tests.fuzz.history.actions import Redeem, Shape, Telling
from tests.fuzz.history.books import AppliedRedemption, Books
from tests.fuzz.history.listing import Style
from tests.fuzz.history.offers import Offer
from tests.fuzz.history.promotions import applied
from tests.fuzz.history.shop import Json, Money, Sent, Shop

SUCCEEDED = "redemption.succeeded"


def redeem(shop: Shop, action: Redeem) -> Iterator[Sent]:
    """Redeem, and report it in the action's shape and style."""
    before = shop.money
    shop.take(action.cart, action.telling)
    if action.telling is Telling.CALCULATED and shop.known.amount is None:
        action = replace(action, telling=Telling.PLAIN)
    if len(action.offers) > 1:
        yield from _stack(shop, action, before)
    else:
        yield from _single(shop, action, action.offers[0], before)


def _single(shop: Shop, action: Redeem, offer: Offer, before: Money) -> Iterator[Sent]:
    order = _apply(shop, action, action.name, offer)
    _set_status(shop, action, order, before)
    own = _redemption(shop, action.name, offer)
    defined = offer.as_json(f"v_{action.name}")
    match action.shape:
        case Shape.INSIDE:
            data: Json = {"redemption": own | defined | {"order": order}}
        case Shape.BESIDE:
            data = {"redemption": own, "order": order, **defined}
        case Shape.REQUEST:
            data = {"redemptions": [own | defined | {"order": order}]}
        case Shape.WHOLE:
            data = {"redemptions": [own | defined], "order": order}
    features = (*_features(action), _offer_label(action, offer))
    yield _event(shop, action, data, order, *features)


def _event(shop: Shop, action: Redeem, data: Json, order: Json, *features: str) -> Sent:
    is_priced = _is_priced(action)
    return shop.event(
        SUCCEEDED, data, *features, states=order, is_priced=is_priced, redemption=action.name
    )


def _is_priced(action: Redeem) -> bool:
    return action.telling is not Telling.CALCULATED


def _offer_label(action: Redeem, offer: Offer) -> str:
    how = "calculated" if action.telling is Telling.CALCULATED else "priced here"
    return f"{offer.kind}, {how}"


def _features(action: Redeem) -> Iterator[str]:
    yield f"redemption {action.shape}"
    if action.telling is Telling.CALCULATED:
        yield f"quantities {action.style}"
    if action.cart is not None:
        yield "redemption with another cart"


def _stack(shop: Shop, action: Redeem, before: Money) -> Iterator[Sent]:
    """Report a stack: one event per child and then the parent's, or one whole request."""
    status_before = shop.payments.status
    names = tuple(f"{action.name}_{place}" for place in range(len(action.offers)))
    shop.stacks[action.name] = names
    redemptions: list[Json] = []
    so_far = AppliedRedemption()
    style = action.style
    for name, offer in zip(names, action.offers, strict=True):
        known = shop.known
        step = _step(shop, action, offer)
        style = _unambiguous_style(action, offer, step, known)
        shop.apply(action.name, step, is_calculated=action.telling is Telling.CALCULATED)
        so_far += step
        order = shop.order(action.telling, style, own=step)
        own = _redemption(shop, name, offer) | {"redemption": action.name}
        defined = offer.as_json(f"v_{name}")
        if action.shape in (Shape.INSIDE, Shape.BESIDE):
            shop.payments.status = status_before
            shop.payments.update_status(before, shop.books.total)
            data: Json = {"redemption": own, "order": order, **defined}
            yield _event(shop, action, data, order, "child")
        elif action.shape is Shape.REQUEST:
            redemptions.append(own | defined | {"order": order})
        else:
            redemptions.append(own | defined)
    whole = _style_of_the_whole(shop, action, style, so_far)
    order = shop.order(action.telling, whole, action.status, so_far)
    shop.payments.status = status_before  # a stack is one step, however many events report it
    _set_status(shop, action, order, before)
    parent: Json = {"id": action.name, "date": shop.now}
    if action.shape in (Shape.INSIDE, Shape.BESIDE):
        data = {"redemption": parent, "order": order}
    else:
        data = {"redemptions": redemptions, "parent_redemption": parent, "order": order}
    features = (f"stack {action.telling}", f"stack {action.shape}")
    yield _event(shop, action, data, order, *features)


def _style_of_the_whole(
    shop: Shop, action: Redeem, style: Style, applied: AppliedRedemption
) -> Style:
    """Return a style in which a stack's own order is unambiguous.

    The quantities before the whole stack say nothing if units were removed before.
    """
    if action.shape is Shape.WHOLE:
        return Style.EXACT
    lines = shop.known.lines()
    own = {key: contribution.units for key, contribution in applied.contributions.items()}
    is_less = any(line.quantity - own.get(line.key, 0) < line.customers for line in lines)
    return Style.CART if style is Style.BEFORE and is_less else style


def _redemption(shop: Shop, name: str, offer: Offer) -> Json:
    own: Json = {"id": name, "date": shop.now}
    if offer.type in ("GIFT", "POINTS"):
        own["amount"] = offer.value
    elif offer.broken is not None and "reward" in offer.broken:
        own["amount"] = 40
    return own


def _step(shop: Shop, action: Redeem, offer: Offer) -> AppliedRedemption:
    """Return what an offer applies: to the sender's view if it is calculated, else to the whole."""
    seen = shop.known if action.telling is Telling.CALCULATED else shop.books
    return applied(offer, seen)


def _apply(shop: Shop, action: Redeem, name: str, offer: Offer) -> Json:
    known = shop.known
    step = _step(shop, action, offer)
    style = _unambiguous_style(action, offer, step, known)
    shop.apply(name, step, is_calculated=action.telling is Telling.CALCULATED)
    return shop.order(action.telling, style, action.status, step)


def _unambiguous_style(
    action: Redeem, offer: Offer, step: AppliedRedemption, before: Books
) -> Style:
    """Return the action's style if it is unambiguous here, else `EXACT`, which always is."""
    if action.cart is not None:
        return Style.EXACT
    amounts = {line.key: line.product.price for line in before.lines()}
    for key, contribution in step.contributions.items():
        if contribution.units and key in amounts and contribution.cost and amounts[key] is None:
            return Style.EXACT
        if contribution.covered and not contribution.cents:
            return Style.EXACT
        is_replaced = offer.effect == "REPLACE_ITEMS"
        if is_replaced and (
            before.added(key) or (contribution.units > 0 and not contribution.cents)
        ):
            return Style.EXACT
    return action.style


def _set_status(shop: Shop, action: Redeem, order: Json, before: Money) -> None:
    if action.status:
        order["status"] = action.status
        shop.payments.status = action.status
    shop.payments.update_status(before, shop.books.total)
