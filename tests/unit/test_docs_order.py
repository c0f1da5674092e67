"""The page of the order: its tables are those of the published models, its examples are true."""

import json

import pytest
from pydantic import BaseModel

from order_projector.adapters.mongo.indexes import INDEXES
from order_projector.domain.flags import FlagCode
from order_projector.events.order_updated import (
    ServedItem,
    ServedOrder,
    ServedPayment,
    ServedRedemption,
)
from tests.support.examples import Example, code, examples, orders_of, tables
from tests.support.pages import ROOT

PAGE = ROOT / "docs" / "reference" / "order.md"
MODELS = (ServedOrder, ServedItem, ServedRedemption, ServedPayment)


@pytest.mark.parametrize("example", list(examples(PAGE)))
def test_events_make_the_order_that_stands_beside_them(example: Example) -> None:
    (order,) = orders_of(*example.records)
    assert example.shown is not None
    assert json.dumps({name: order[name] for name in example.shown}) == json.dumps(example.shown)


@pytest.mark.parametrize(
    ("model", "rows"), list(zip(MODELS, tables(PAGE, "field | type"), strict=True))
)
def test_a_table_of_fields_has_every_one_in_the_order_in_which_it_is_served(
    model: type[BaseModel], rows: list[list[str]]
) -> None:
    assert [code(row[0]) for row in rows] == [[name] for name in model.model_fields]


@pytest.mark.parametrize(
    ("model", "rows"), list(zip(MODELS, tables(PAGE, "field | type"), strict=True))
)
def test_a_field_is_always_present_if_the_table_says_so(
    model: type[BaseModel], rows: list[list[str]]
) -> None:
    always = {code(row[0])[0] for row in rows if row[2] == "always"}
    assert always == {name for name, it in model.model_fields.items() if it.is_required()}


def test_the_table_of_flags_has_every_one() -> None:
    (rows,) = tables(PAGE, "code | one for each")
    assert [code(row[0]) for row in rows] == [[it] for it in FlagCode]


def test_the_table_of_indexes_has_every_one() -> None:
    (rows,) = tables(PAGE, "index")
    assert [code(row[0]) for row in rows] == [list(it.document["key"]) for it in INDEXES]


def test_there_are_ten_queries() -> None:
    assert PAGE.read_text().count("\ndb.orders.") == 10
