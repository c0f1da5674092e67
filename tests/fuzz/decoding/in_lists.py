"""Mutations of lists: lengths around each bound, and invalid ids."""

from collections.abc import Callable
from random import Random
from typing import Any

from tests.fuzz.decoding.cases import ACCEPTED, INVALID_EVENT, TOO_LARGE, Case, of_data
from tests.fuzz.decoding.corpus import Sample
from tests.fuzz.decoding.shapes import ONE_REDEMPTION, Kind
from tests.fuzz.decoding.values import WRONG


def lengths(random: Random, sample: Sample) -> Case:
    """Give a list a length around its bound."""
    choices = [_items, _children]
    if "redemption" in sample.shape:
        choices += [_units, _targets]
    if "redemptions" in sample.shape or "rollbacks" in sample.shape:
        choices.append(_parts)
    return random.choice(choices)(random, sample.with_details())


def _around(random: Random, bound: int) -> int:
    return random.choice((bound - 1, bound, bound + 1, bound + 2, 3 * bound, 40 * bound))


def _judged(sample: Sample, count: int, bound: int, place: str) -> Case:
    if count <= bound:
        return of_data(sample, ACCEPTED)
    return of_data(sample, TOO_LARGE, place=place)


def _items(random: Random, sample: Sample) -> Case:
    count = _around(random, 500)
    sample.data["order"]["items"] = [{"product_id": f"p_{n % 700}"} for n in range(count)]
    if random.random() < 0.5:
        sample.data["order"]["items"].insert(0, None)
    else:
        sample.data["order"] |= _calculated_lines_of_one_product(count)
    return _judged(sample, count, 500, "data.order.items")


def _calculated_lines_of_one_product(count: int) -> dict[str, Any]:
    """Return a calculated order whose lines share one product, but have different source ids."""
    items = [
        {"product_id": "p", "source_id": f"s_{n}", "price": 5, "discount_amount": 1}
        for n in range(count)
    ]
    totals = {"amount": 5 * count, "total_discount_amount": count, "total_amount": 4 * count}
    return {"items": items, **totals}


def _parts(random: Random, sample: Sample) -> Case:
    name = "redemptions" if "redemptions" in sample.shape else "rollbacks"
    count = _around(random, 100)
    sample.data[name] = [{"id": f"part_{n}", "redemption": "r_0"} for n in range(count)]
    return _judged(sample, count, 100, f"data.{name}")


def _units(random: Random, sample: Sample) -> Case:
    count = _around(random, 500)
    units = [{"unit_off": 1, "unit_type": "p"}] * count
    sample.data["redemption"]["voucher"] = {"discount": {"type": "UNIT", "units": units}}
    return _judged(sample, count, 500, "data.redemption.voucher.discount.units")


def _targets(random: Random, sample: Sample) -> Case:
    """Fill both lists of a definition, in the discount or around it, bare or as list objects."""
    count = _around(random, 500)
    first = random.choice((0, 1, count // 2, count))
    lists: list[Any] = [[{"id": "p"}] * first, [{"source_id": "s"}] * (count - first)]
    if random.random() < 0.5:
        lists = [{"object": "list", "data": each} for each in lists]
    discount: dict[str, Any] = {"type": "AMOUNT", "amount_off": 1}
    voucher: dict[str, Any] = {"discount": discount}
    sample.data["redemption"] = {"id": "r_1", "voucher": voucher}
    for name in ("voucher", "promotion_tier"):
        sample.data.pop(name, None)
    holders = [discount, voucher]
    random.choice(holders)["applicable_to"] = lists[0]
    random.choice(holders)["inapplicable_to"] = lists[1]
    return _judged(sample, count, 500, "data.redemption")


def _lists_of_children(random: Random, sample: Sample, sizes: list[int]) -> None:
    """Put lists of those sizes wherever the event may list a stack's children."""
    children = [[f"c_{number}_{n}" for n in range(size)] for number, size in enumerate(sizes)]
    if isinstance(sample.data.get("redemption"), dict) and random.random() < 0.5:
        sample.data["redemption"]["stacked"] = children.pop()
    if isinstance(sample.data.get("redemptions"), list) and children and random.random() < 0.5:
        next(filter(None, sample.data["redemptions"]))["stacked"] = children.pop()
    for name in ("redemption_rollback", "parent_rollback", "parent_redemption"):
        if isinstance(sample.data.get(name), dict) and children and random.random() < 0.5:
            lists = {"p_x": {"stacked": children.pop()}}
            sample.data[name]["order"] = {"id": "ord_1", "redemptions": lists}
    sample.data["order"]["redemptions"] = {
        f"p_{number}": {"stacked": each, "date": None} for number, each in enumerate(children)
    }


def _children(random: Random, sample: Sample) -> Case:
    if random.random() < 0.5:
        sample.type, sample.shape = "redemption.succeeded", ONE_REDEMPTION
        sample.data = {"order": {"id": "ord_1"}, "redemption": {"id": "r_1"}}
    count = _around(random, 500)
    cuts = sorted(random.randrange(count + 1) for _ in range(random.choice((0, 1, 3))))
    sizes = [end - start for start, end in zip([0, *cuts], [*cuts, count], strict=True)]
    _lists_of_children(random, sample, sizes)
    return _judged(sample, count, 500, "data")


def bad_id_in_a_list(random: Random, sample: Sample) -> Case:
    """Put an invalid id into a list of children, or make it a key of ``order.redemptions``."""
    sample = sample.with_details()
    texts = [each for each in WRONG[Kind.ID] if isinstance(each, str) and "@raw" not in each]
    if random.random() < 0.5:
        lists: dict[str, Any] = {"r_0": {"stacked": ["r_1"]}}
        lists[random.choice(texts)] = random.choice((None, {}, {"stacked": ["r_2"]}))
    else:
        lists = {"r_0": {"stacked": ["r_1", random.choice(WRONG[Kind.ID])]}}
    sample.data["order"]["redemptions"] = lists
    return of_data(sample, INVALID_EVENT, place="data.order.redemptions")


def bad_id_in_a_redemption_s_list(random: Random, sample: Sample) -> Case:
    """Put an invalid id into the list of children of a redemption itself."""
    if "redemption" not in sample.shape:
        return bad_id_in_a_list(random, sample)
    sample.data["redemption"]["stacked"] = ["r_1", random.choice(WRONG[Kind.ID])]
    return of_data(sample, INVALID_EVENT, place="data.redemption.stacked[1]")


IN_LISTS: tuple[Callable[[Random, Sample], Case], ...] = (
    lengths,
    lengths,
    bad_id_in_a_list,
    bad_id_in_a_redemption_s_list,
)
