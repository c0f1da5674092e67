"""The page for producers: its examples make the orders shown, and its tables are true."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from order_projector.domain.flags import FlagCode
from order_projector.events.decode import FAILED, decode, inbound
from order_projector.events.outcome import Accepted
from order_projector.testing import project
from tests.support.events import event, to_json
from tests.support.examples import (
    Example,
    Json,
    code,
    examples,
    orders_of,
    record,
    table,
    titled,
    values,
)
from tests.support.pages import ROOT, snippets

PAGE = ROOT / "docs" / "how-to" / "producing.md"


@pytest.mark.parametrize("example", list(examples(PAGE)))
@pytest.mark.parametrize("step", [1, -1], ids=["as shown", "backwards"])
def test_events_make_the_order_that_stands_beside_them(example: Example, step: int) -> None:
    orders = orders_of(*example.records[::step])
    if example.shown is None:
        assert orders == []
        return
    (order,) = orders
    if example.kind == "part of the order":
        order = {name: order[name] for name in example.shown}
    assert json.dumps(order) == json.dumps(example.shown), "with its keys in that order"


REQUIRED = [
    (kind, code(required)) for types, _, required in table(PAGE, "type | effect | required")
    for kind in code(types)
]  # fmt: skip


def test_the_table_of_required_fields_has_every_type() -> None:
    assert {kind for kind, _ in REQUIRED} == {*(name for name, _ in inbound()), *FAILED}


def data_with(paths: list[str]) -> Json:
    """Return data that has only a name of the order and these members."""
    data: Json = {"order": {"id": "ord_1"}}
    for path in paths:
        *above, last = path.split(".")
        holder = data
        for name in above:
            empty: Json = {}
            if name.endswith("[]"):
                holder = holder.setdefault(name[:-2], [empty])[0]
            else:
                holder = holder.setdefault(name, empty)
        holder[last] = 100 if last == "amount" else f"{last}_1"
    return data


def alternatives(kind: str, paths: list[str]) -> Iterator[list[str]]:
    """Yield the sets of members that suffice: for a redemption any single one, otherwise all."""
    if kind == "redemption.succeeded":
        yield from ([path] for path in paths)
    else:
        yield paths


@pytest.mark.parametrize(("kind", "paths"), [row for row in REQUIRED if row[0] not in FAILED])
def test_an_event_with_the_required_fields_alone_is_accepted(kind: str, paths: list[str]) -> None:
    for sufficient in alternatives(kind, paths):
        assert isinstance(decode(to_json(event(kind, data_with(sufficient)))), Accepted)


@pytest.mark.parametrize(
    ("kind", "paths", "missing"),
    [(kind, paths, path) for kind, paths in REQUIRED for path in paths],
)
def test_an_event_that_lacks_a_required_field_is_not(
    kind: str, paths: list[str], missing: str
) -> None:
    for sufficient in alternatives(kind, paths):
        if missing in sufficient:
            data = data_with([path for path in sufficient if path != missing])
            if missing == "order.id":
                del data["order"]
            assert not isinstance(decode(to_json(event(kind, data))), Accepted)


ITEMS = [
    {"product_id": "prod_mug", "quantity": 2, "price": 1250},
    {"product_id": "prod_plate", "quantity": 1, "price": 3000},
]


def discounted(discount: Json) -> Json:
    """Return the order of two mugs and a plate after a redemption of this discount."""
    data = {
        "order": {"id": "ord_1", "items": ITEMS},
        "redemption": {"id": "r_1"},
        "voucher": {"discount": discount},
    }
    (order,) = orders_of(record(to_json(event("redemption.succeeded", data))))
    return order


@pytest.mark.parametrize("row", table(PAGE, "type | effect | fields"))
def test_a_discount_in_money_takes_off_what_the_table_says(row: list[str]) -> None:
    kind, effect, fields = (code(cell)[0] for cell in row[:3])
    order = discounted({"type": kind, "effect": effect, **json.loads(fields)})
    off = [order.get("discount_amount", 0)]
    off += [item.get("discount_amount", 0) for item in order["items"]]
    assert list(map(str, off)) == row[3:]


@pytest.mark.parametrize("row", table(PAGE, "`applicable_to.data`"))
def test_a_discount_covers_the_items_that_the_table_says(row: list[str]) -> None:
    ten_percent = {"type": "PERCENT", "percent_off": 10, "effect": "APPLY_TO_ITEMS"}
    order = discounted({**ten_percent, "applicable_to": {"data": json.loads(code(row[0])[0])}})
    assert [str(item.get("discount_amount", 0)) for item in order["items"]] == row[1:]


@pytest.mark.parametrize("row", table(PAGE, "effect | fields | lines"))
def test_a_discount_in_units_leaves_the_lines_that_the_table_says(row: list[str]) -> None:
    order = discounted({"type": "UNIT", "effect": code(row[0])[0], **json.loads(code(row[1])[0])})
    assert "; ".join(map(line, order["items"])) == row[2]


def line(item: Json) -> str:
    name = item["product_id"].removeprefix("prod_")
    return f"{name} {item['quantity']}, {item.get('discount_amount', 0)} off"


@pytest.mark.parametrize("row", table(PAGE, "type | `data`"))
def test_an_event_becomes_what_the_table_says(row: list[str]) -> None:
    kind, data = code(row[0])[0], json.loads(code(row[1])[0])
    assert outcome(project([event(kind, data)])) == row[2].replace("`", "")


def outcome(projected: Any) -> str:
    (found,) = (
        *(f"skipped: {reason}" for reason in projected.skipped),
        *(f"dead letter: {letter.code}" for letter in projected.dead_letters),
        *(f"flag: {flag.code}" for flags in projected.flags.values() for flag in flags),
    )
    return found


def test_what_providers_tell_becomes_events_that_there_are() -> None:
    cells = [row[-1] for row in table(PAGE, "what happened")]
    named = {name for cell in cells for name in code(cell) if "." in name}
    assert {name for name in named if name.startswith("payment.")} == {
        *(name for name, _ in inbound() if name.startswith("payment."))
    }
    assert named <= {name for name, _ in inbound()}


def test_the_table_of_flags_has_every_one() -> None:
    assert [code(row[0]) for row in table(PAGE, "flag | meaning")] == [[it] for it in FlagCode]


def test_two_shops_with_one_number_are_flagged_and_mended_as_shown() -> None:
    blocks = {title: body for kind, body in snippets(PAGE) if (title := titled(kind))}
    shared = list(values(blocks["two shops"]))
    mended = [*shared, *values(blocks["mended"])]

    for events, shown in ((shared, "flags of two shops"), (mended, "flags after mending")):
        found = project(events)
        flags = [f"{name}: {it.code}" for name, each in found.flags.items() for it in each]
        assert "\n".join(flags) == blocks[shown].strip()
    assert "payments" not in found.order("ord_berlin")
    assert found.order("ord_paris")["status"] == "PAID"
