"""Random offers: every type and effect, with every limit."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.fuzz.history.books import MOST_CENTS, Product
from tests.fuzz.history.offers import Gift, Offer, Target

_BY_PARTS = "APPLY_TO_ITEMS_PROPORTIONALLY"
_ANY = {"data": [{"object": "product", "id": name} for name in ("mug", "cup", "pin", "tea")]}
_UNKNOWN_EFFECT = {"data": [{"object": "product", "id": "mug", "effect": "X"}]}
_COLLECTION = {"data": [{"object": "products_collection", "id": "all"}]}
_MUG = {"unit_type": "mug"}
_ONE_MUG = {"unit_off": 1, "unit_type": "mug", "product": {"id": "mug", "price": 1000}}
_UNPRICED = {"unit_off": 1, "unit_type": "never_sold"}


def _broken(**discount: Any) -> dict[str, Any]:
    return {"voucher": {"id": "v_broken", "discount": discount}}


BROKEN: tuple[dict[str, Any], ...] = (
    {"voucher": {"id": "v_broken"}},
    {"voucher": {"id": "v_broken", "discount": {"amount_off": 5}}},
    {"voucher": {"id": "v_broken", "discount": {"type": "MAGIC", "amount_off": 5}}},
    {"voucher": {"id": "v_broken", "discount": {"type": "AMOUNT"}}},
    {"voucher": {"id": "v_broken", "discount": {"type": "PERCENT"}}},
    {"voucher": {"id": "v_broken", "discount": {"type": "FIXED"}}},
    {"voucher": {"id": "v_broken", "discount": {"type": "FIXED", "effect": "APPLY_TO_ITEMS"}}},
    {"voucher": {"id": "v_broken", "discount": {"type": "UNIT"}}},
    {"voucher": {"id": "v_broken", "discount": {"type": "UNIT", "unit_off": 1}}},
    {"voucher": {"id": "v_broken", "discount": {"type": "UNIT", "unit_type": "mug"}}},
    {"voucher": {"id": "v_broken", "discount": {"type": "UNIT", "unit_off": 1, "effect": "X"}}},
    {"voucher": {"id": "v_broken", "gift": {"effect": "APPLY_TO_ORDER"}}},
    {"voucher": {"id": "v_broken", "gift": {"credits": 100, "effect": "X"}}},
    {"voucher": {"id": "v_broken", "type": "LOYALTY_CARD"}},
    *(
        {"voucher": {"id": "v_broken", "discount": {"type": kind, **value, "effect": "X"}}}
        for kind, value in (
            ("AMOUNT", {"amount_off": 5}),
            ("PERCENT", {"percent_off": 5}),
            ("FIXED", {"fixed_amount": 5}),
        )
    ),
    _broken(type="AMOUNT", amount_off=5, applicable_to=_UNKNOWN_EFFECT),
    _broken(type="AMOUNT", amount_off=5, effect=_BY_PARTS, applicable_to=_UNKNOWN_EFFECT),
    _broken(type="UNIT", effect="ADD_MANY_ITEMS", units=[{"unit_off": 1}]),
    _broken(type="UNIT", effect="ADD_MANY_ITEMS", units=[{"unit_off": 1, **_MUG, "effect": "X"}]),
    _broken(type="AMOUNT", amount_off=5, effect="APPLY_TO_ITEMS", applicable_to=_COLLECTION),
    _broken(type="UNIT", effect="ADD_NEW_ITEMS", **_MUG, unit_off=0),
    _broken(type="UNIT", effect="ADD_SAME_ITEMS", unit_type="mug"),
    _broken(type="UNIT", effect="ADD_SAME_ITEMS", unit_off=1),
    _broken(type="UNIT", effect="ADD_SAME_ITEMS", **_ONE_MUG, applicable_to=_UNKNOWN_EFFECT),
    _broken(type="UNIT", effect="REPLACE_ITEMS", **_ONE_MUG),
    _broken(type="UNIT", effect="REPLACE_ITEMS", unit_off=1, applicable_to=_ANY),
    _broken(type="UNIT", effect="REPLACE_ITEMS", **_ONE_MUG, applicable_to=_UNKNOWN_EFFECT),
    _broken(type="UNIT", effect="REPLACE_ITEMS", **_UNPRICED, applicable_to=_ANY),
    *(
        {
            "voucher": {"id": "v_broken", "type": "LOYALTY_CARD", "loyalty_card": {"points": 40}},
            "reward": {"id": "rew_1", "type": "COIN", "parameters": {"coin": coin}},
        }
        for coin in (
            {"exchange_ratio": 0, "points_ratio": 1},
            {"exchange_ratio": 1, "points_ratio": 0},
        )
    ),
)

AMOUNT_EFFECTS = (
    None,
    "APPLY_TO_ORDER",
    "APPLY_TO_ITEMS",
    "APPLY_TO_ITEMS_BY_QUANTITY",
    "APPLY_TO_ITEMS_PROPORTIONALLY",
    "APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY",
)
TARGET_EFFECTS = (
    "APPLY_TO_EVERY",
    "APPLY_TO_EVERY",
    "APPLY_TO_CHEAPEST",
    "APPLY_FROM_CHEAPEST",
    "APPLY_TO_MOST_EXPENSIVE",
    "APPLY_FROM_MOST_EXPENSIVE",
)
CENTS = (1, 50, 299, 300, 1000, 5000, 20_000)
HUNDREDTHS = (300, 1000, 1250, 3333, 5000, 10_000)


@dataclass(frozen=True, slots=True)
class Gifts:
    """The products that coupons give away, and the possible numbers of their units."""

    products: Sequence[Product]
    quantities: Sequence[int]


def random_offer(
    random: Random,
    products: Sequence[Product],
    gifts: Gifts,
    *,
    is_calculated: bool,
    may_replace: bool,
) -> Offer:
    """Return a random offer on those products, or of units of those gifts."""
    if not is_calculated and random.random() < 0.15:
        return Offer("BROKEN", broken=random.choice(BROKEN))
    included, excluded = _targets(random, products)
    kind = random.choice(("AMOUNT", "PERCENT", "FIXED", "GIFT", "POINTS", "UNIT", "UNIT", "UNIT"))
    match kind:
        case "UNIT":
            return _units(random, products, gifts, may_replace=may_replace)
        case "POINTS":
            return _points(random)
    limits: tuple[int | None, int | None] = (None, None)
    if kind == "PERCENT":
        limits = (_sometimes(random, CENTS), _sometimes(random, CENTS))
    elif kind == "AMOUNT":
        limits = (None, _sometimes(random, CENTS))
    effects = AMOUNT_EFFECTS if kind == "AMOUNT" else (None, "APPLY_TO_ORDER", "APPLY_TO_ITEMS")
    return Offer(
        kind,
        random.choice(effects),
        random.choice(HUNDREDTHS if kind == "PERCENT" else CENTS),
        *limits,
        included=included,
        excluded=excluded,
        is_tier=kind != "GIFT" and random.random() < 0.3,
    )


def _points(random: Random) -> Offer:
    effect = random.choice((None, None, "MATERIAL"))
    coin = None if effect else random.choice((None, (1, 1), (1, 10), (3, 7)))
    return Offer("POINTS", effect, random.choice((1, 7, 40, 900)), coin=coin)


def _units(
    random: Random, products: Sequence[Product], gifts: Gifts, *, may_replace: bool
) -> Offer:
    effects = ["ADD_NEW_ITEMS", "ADD_NEW_ITEMS", "ADD_MISSING_ITEMS", "ADD_MANY_ITEMS", None]
    if may_replace:
        effects += ["REPLACE_ITEMS", "ADD_SAME_ITEMS"]
    effect = random.choice(effects)
    gift = _gift(random, gifts)
    match effect:
        case "ADD_MANY_ITEMS":
            more = ("ADD_NEW_ITEMS", "ADD_MISSING_ITEMS")
            many = [_gift(random, gifts, random.choice(more)) for _ in range(random.randint(2, 3))]
            return Offer("UNIT", effect, gifts=tuple(many))
        case "REPLACE_ITEMS" | "ADD_SAME_ITEMS":
            chosen = random.sample(list(products), k=random.randint(1, 2))
            included = tuple(_target(random, product) for product in chosen)
            if effect == "ADD_SAME_ITEMS" and random.random() < 0.3:
                included = ()
            return Offer("UNIT", effect, gifts=(gift,), included=included)
    return Offer("UNIT", effect, gifts=(gift,))


def _gift(random: Random, gifts: Gifts, effect: str | None = None) -> Gift:
    product, quantity = random.choice(gifts.products), random.choice(gifts.quantities)
    is_dear = (product.price or 0) * quantity > MOST_CENTS
    shows_price = random.random() < 0.8 and not is_dear
    return Gift(product, quantity, effect, shows_price)


def _sometimes(random: Random, values: Sequence[int]) -> int | None:
    return random.choice(values) if random.random() < 0.2 else None


def _targets(
    random: Random, products: Sequence[Product]
) -> tuple[tuple[Target, ...], tuple[Target, ...]]:
    roll = random.random()
    if roll < 0.45:
        return (), ()
    chosen = random.sample(list(products), k=min(len(products), random.randint(1, 3)))
    if roll < 0.55:
        return (), (Target(chosen[0]),)
    excluded = (Target(random.choice(products)),) if roll < 0.65 else ()
    return tuple(_target(random, product) for product in chosen), excluded


def _target(random: Random, product: Product) -> Target:
    lists = random.random()
    places = tuple(sorted(random.sample(range(4), k=2)))
    return Target(
        product,
        price=_sometimes(random, (0, 100, 300)),
        effect=random.choice(TARGET_EFFECTS),
        quantity_limit=_sometimes(random, (0, 1, 2)),
        aggregated_quantity_limit=_sometimes(random, (1, 2, 3)),
        amount_limit=_sometimes(random, (50, 400)),
        aggregated_amount_limit=_sometimes(random, (50, 400)),
        skip_initially=_sometimes(random, (1, 2)),
        repeat=_sometimes(random, (1, 2)),
        by_unit=random.random() < 0.15,
        listed=places if lists < 0.08 else None,
        listed_units=tuple((place, 1) for place in places) if lists > 0.92 else None,
    )
