"""The histories find no fault in the fold, and every planted defect."""

import ast
import os
from collections.abc import Callable
from pathlib import Path

import pytest

import order_projector.domain
from tests.fuzz.__main__ import lines
from tests.fuzz.fuzzer import Inputs, Report
from tests.fuzz.history.books import (
    AppliedRedemption,
    Books,
    LineContribution,
    Ordered,
    Product,
    Redeemed,
)
from tests.fuzz.history.branches import Branches
from tests.fuzz.history.child import Child
from tests.fuzz.history.defects import DEFECTS, Planted
from tests.fuzz.history.excluded import EXCLUDED
from tests.fuzz.history.fuzzer import ARRIVALS, Histories, explained, violation
from tests.fuzz.history.histories import plan_of
from tests.fuzz.history.offers import Gift, Offer
from tests.fuzz.history.promotions import applied

HERE = Path(__file__).parent / "history"
SEED = 1
RARE = 100
"""The number of histories tried on every change; a rare defect may need more to be found."""
FOLD = {"fold.py", "defects.py", "branches.py", "names.py"}
"""The files that use the fold; the others belong to the sender."""


def redeemed(books: Books, offer: Offer) -> AppliedRedemption:
    """Redeem the offer, record that in the books, and return what it applied."""
    taken = applied(offer, books)
    books.in_force[f"r{len(books.in_force)}"] = Redeemed(taken)
    return taken


@pytest.mark.parametrize(
    "numbers",
    [range(RARE), pytest.param(range(RARE, max(DEFECTS.values())), marks=pytest.mark.nightly)],
)
def test_every_total_is_the_senders_and_every_arrival_the_same(numbers: range) -> None:
    """Also the control of the planted defects: without one, these histories find nothing."""
    for number in numbers:
        plan = plan_of(SEED, number)
        assert violation(plan, number) is None, explained(plan, number)


def test_a_run_counts_what_it_tries_and_the_branches_it_reaches() -> None:
    report = Histories().run(Inputs(3), SEED)

    print(*lines("history", SEED, report), sep="\n")  # noqa: T201
    assert report.failures == []
    assert report.inputs == 3
    assert report.counts["checked"]["arrivals"] == 3 * ARRIVALS
    assert report.counts["checked"]["events"] > 3
    assert report.counts["branches"]["learning.py: need not be: only `explain` observes the fold"]


def ends_at_seven(numbers: range, seed: int, failed: int) -> tuple[Report, Branches]:
    """Check histories, of which the one with the number 7 ends the process."""
    del seed, failed
    if 7 in numbers:
        os._exit(1)
    return Report(inputs=len(numbers)), Branches()


def test_a_history_that_ends_the_process_is_one_failure_and_the_others_are_checked() -> None:
    child = Child(ends_at_seven)
    parts = [part for part, _ in child.checked(range(5, 11), SEED, 0)]
    child.end()

    assert sum(part.inputs for part in parts) == 6
    (failure,) = [failure for part in parts for failure in part.failures]
    assert (failure.number, failure.reason) == (7, "ends the process that checks it")


def test_a_seed_makes_the_same_histories_again() -> None:
    assert [plan_of(SEED, number) for number in range(50)] == [
        plan_of(SEED, number) for number in range(50)
    ]
    assert plan_of(SEED, 0) != plan_of(SEED + 1, 0)


def test_every_branch_that_is_excused_is_there() -> None:
    domain = Path(order_projector.domain.__path__[0])
    for module, source in EXCLUDED:
        found = [line.strip() for line in (domain / module).read_text().splitlines()]
        assert source in found, f"{module}: {source}"


def test_the_sender_imports_nothing_of_the_fold() -> None:
    for path in HERE.glob("*.py"):
        if path.name not in FOLD:
            names = [
                node.module or ""
                for node in ast.walk(ast.parse(path.read_text()))
                if isinstance(node, ast.ImportFrom)
            ]
            assert not [name for name in names if name.startswith("order_projector")], path


@pytest.mark.parametrize(
    "defect",
    [
        pytest.param(it, id=it.__name__, marks=pytest.mark.nightly if numbers > RARE else ())
        for it, numbers in DEFECTS.items()
    ],
)
def test_a_planted_mistake_is_found(defect: Callable[[], Planted]) -> None:
    with defect():
        numbers = range(DEFECTS[defect])
        assert any(violation(plan_of(SEED, number), number) for number in numbers)


def test_the_sender_reproduces_a_published_stack_of_percentages_and_a_free_unit() -> None:
    """3 % off the order, 10 % off its items and a free ordered unit: 1511, 5035, 23850."""
    shirt, coat = Product("shirt", price=26_500), Product("coat", price=26_500)
    before = Redeemed(
        AppliedRedemption(contributions={("shirt", 0): LineContribution(shirt, 2650)})
    )
    books = Books((Ordered(shirt, 1), Ordered(coat, 1)), {"before": before})
    whole = redeemed(books, Offer("PERCENT", "APPLY_TO_ORDER", 300))
    items = redeemed(books, Offer("PERCENT", "APPLY_TO_ITEMS", 1000))
    unit = redeemed(books, Offer("UNIT", "ADD_MISSING_ITEMS", gifts=(Gift(coat, 1),)))
    assert whole.cents == 1511
    assert [contribution.cents for contribution in items.contributions.values()] == [2385, 2650]
    assert [
        (contribution.cents, contribution.units) for contribution in unit.contributions.values()
    ] == [(23_850, 0)]
    assert (books.items_discount, books.order_discount, books.total) == (31_535, 1511, 19_954)


def test_the_sender_reproduces_a_published_percentage_that_is_rounded() -> None:
    """10 % of 11499 is 1150."""
    assert redeemed(Books(stated=11_499), Offer("PERCENT", "APPLY_TO_ORDER", 1000)).cents == 1150


def test_the_sender_reproduces_a_published_promotion_tier() -> None:
    """40 % off 200000 leaves 120000."""
    books = Books((Ordered(Product("sofa", price=50_000), 2), Ordered(Product("bed"), 1, 100_000)))
    assert redeemed(books, Offer("PERCENT", value=4000, is_tier=True)).cents == 80_000
    assert books.total == 120_000


def test_the_sender_reproduces_published_points() -> None:
    """300 points, worth 20 units of currency per 100, pay 6000 cents."""
    books = Books(stated=6000)
    assert redeemed(books, Offer("POINTS", value=300, coin=(20, 100))).cents == 6000
    assert books.total == 0


def test_the_sender_reproduces_a_published_stack_of_gift_card_percentage_and_amount() -> None:
    """100 from a gift card, then 20 %, then 8000 off 200000 leave 151920."""
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
    """300 over lines of 3300 and 3400 is split into 148 and 152."""
    cart = (Ordered(Product("a"), 1, stated=3300), Ordered(Product("b"), 2, stated=3400))
    taken = applied(Offer("AMOUNT", "APPLY_TO_ITEMS_PROPORTIONALLY", 300), Books(cart))
    assert [contribution.cents for contribution in taken.contributions.values()] == [148, 152]


def test_the_sender_reproduces_a_published_free_unit_of_a_product_without_a_price() -> None:
    """Free shipping: a unit is covered, and no amount changes."""
    books = Books((Ordered(Product("mug", price=4300), 1),))
    gift = Offer("UNIT", "ADD_MISSING_ITEMS", gifts=(Gift(Product("post"), 1),))
    books.in_force["r"] = Redeemed(applied(gift, books))
    post = books.lines()[-1]
    assert (post.quantity, post.customers, post.covered, post.amount) == (1, 0, 1, None)
    assert (books.amount, books.total) == (4300, 4300)


def test_the_sender_reproduces_a_published_addition_to_an_ordered_line() -> None:
    """One mug ordered and one given, with two bottles, cost 7000 less 1000."""
    mug, bottle = Product("mug", price=1000), Product("bottle", price=2500)
    books = Books((Ordered(mug, 1), Ordered(bottle, 2)))
    gift = Offer("UNIT", "ADD_NEW_ITEMS", gifts=(Gift(mug, 1),))
    books.in_force["r"] = Redeemed(applied(gift, books))
    assert (books.amount, books.items_discount, books.total) == (7000, 1000, 6000)
