"""The histories find nothing wrong with the fold, and every planted mistake."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fuzz.history.books import Books, Ordered, Product, Redeemed
from tests.fuzz.history.defects import DEFECTS, Planted
from tests.fuzz.history.fuzzer import explained, violation
from tests.fuzz.history.histories import plan_of
from tests.fuzz.history.offers import Gift, Offer
from tests.fuzz.history.promotions import applied

HERE = Path(__file__).parent / "history"
FOLD = {"fold.py", "defects.py", "branches.py"}
"""The files that meet the fold; the others are the sender's."""


def test_every_total_is_the_senders_and_every_arrival_the_same() -> None:
    for number in range(120):
        plan = plan_of(1, number)
        assert violation(plan, number) is None, explained(plan, number)


def test_the_sender_imports_nothing_of_the_fold() -> None:
    for path in HERE.glob("*.py"):
        if path.name not in FOLD:
            names = [
                node.module or ""
                for node in ast.walk(ast.parse(path.read_text()))
                if isinstance(node, ast.ImportFrom)
            ]
            assert not [name for name in names if name.startswith("order_projector")], path


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.__name__)
def test_a_planted_mistake_is_found(defect: Callable[[], Planted]) -> None:
    with defect():
        numbers = range(DEFECTS[defect])
        assert any(violation(plan_of(3, number), number) for number in numbers)


def test_the_sender_reproduces_published_stacks_of_percentages_and_free_units() -> None:
    """3 % of the order, 10 % of its items, a free unit of what was ordered: 1511, 2385, 23850."""
    shirt, coat = Product("shirt", price=26_500), Product("coat", price=26_500)
    books = Books((Ordered(shirt, 1), Ordered(coat, 1)))
    books.in_force["before"] = Redeemed(applied(Offer("AMOUNT", "APPLY_TO_ORDER", 2650), books))
    assert books.total == 50_350
    whole = applied(Offer("PERCENT", "APPLY_TO_ORDER", 300), books)
    assert whole.cents == 1511


def test_the_sender_reproduces_a_published_stack_of_gift_card_percentage_and_amount() -> None:
    """100 of a gift card, 20 % and 8000 off 200000 leave 151920."""
    books = Books((Ordered(Product("tv", price=200_000), 1),))
    offers = (
        Offer("GIFT", "APPLY_TO_ORDER", 100),
        Offer("PERCENT", "APPLY_TO_ORDER", 2000),
        Offer("AMOUNT", "APPLY_TO_ORDER", 8000),
    )
    for name, offer in enumerate(offers):
        books.in_force[str(name)] = Redeemed(applied(offer, books))
    assert [it.applied.cents for it in books.in_force.values()] == [100, 39_980, 8000]
    assert books.total == 151_920


def test_the_sender_reproduces_a_published_proportional_split() -> None:
    """300 over lines of 3300 and 3400 are 148 and 152."""
    lines = (Ordered(Product("a"), 1, stated=3300), Ordered(Product("b"), 2, stated=3400))
    taken = applied(Offer("AMOUNT", "APPLY_TO_ITEMS_PROPORTIONALLY", 300), Books(lines))
    assert [share.cents for share in taken.shares.values()] == [148, 152]


def test_the_sender_reproduces_a_published_free_unit_of_a_product_without_a_price() -> None:
    """Free shipping: a unit is covered, and no amount changes."""
    books = Books((Ordered(Product("mug", price=4300), 1),))
    gift = Offer("UNIT", "ADD_MISSING_ITEMS", gifts=(Gift(Product("post"), 1),))
    books.in_force["r"] = Redeemed(applied(gift, books))
    post = books.lines()[-1]
    assert (post.quantity, post.customers, post.covered, post.amount) == (1, 0, 1, None)
    assert (books.amount, books.total) == (4300, 4300)


def test_the_sender_reproduces_a_published_addition_to_an_ordered_line() -> None:
    """One mug ordered and one given beside two bottles: 7000, 1000 of it off."""
    mug, bottle = Product("mug", price=1000), Product("bottle", price=2500)
    books = Books((Ordered(mug, 1), Ordered(bottle, 2)))
    gift = Offer("UNIT", "ADD_NEW_ITEMS", gifts=(Gift(mug, 1),))
    books.in_force["r"] = Redeemed(applied(gift, books))
    assert (books.amount, books.items_discount, books.total) == (7000, 1000, 6000)
