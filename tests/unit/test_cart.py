"""The cart: how its lines are found again, and what an order's amounts are the sum of."""

from order_projector.domain.cart import Cart, Contribution, Line, LineContribution
from tests.support.carts import line


def test_a_line_is_found_by_its_sku_and_by_its_product_where_either_names_no_sku() -> None:
    plain = line(100, product="P")
    red = line(200, 1, "P", "red")
    blue = line(300, 1, "P", "blue")
    cart = Cart.of([plain, red, blue])
    assert [entry.line for entry in cart.named(Line(0, product_id="P"))] == [plain, red, blue]
    found = cart.named(Line(0, product_id="P", sku_id="red"))
    assert [entry.line for entry in found] == [plain, red]
    assert cart.named(Line(0, product_id="Q", sku_id="green")) == []


def test_a_line_of_the_very_sku_or_product_is_found_before_one_that_shares_the_product() -> None:
    plain = line(100, product="P")
    red = line(200, 1, "P", "red")
    blue = line(300, 1, "P", "blue")
    cart = Cart.of([red, plain, blue, plain])
    found = [entry.line for entry in cart.belonging(Line(0, product_id="P"))]
    assert found == [plain, plain, red, blue]
    a_blue = Line(0, product_id="P", sku_id="blue")
    assert [entry.line for entry in cart.belonging(a_blue)] == [blue, plain, plain]
    entries = [cart.find(a_blue.key(occurrence)) for occurrence in range(4)]
    assert entries == [cart.lines[2], cart.lines[1], cart.lines[3], None]
    assert [cart.key(entry).occurrence for entry in cart.lines] == [0, 0, 0, 1]


def test_a_line_of_several_names_is_found_among_those_of_each() -> None:
    first, both, last = (
        Line(1, product_id="a"),
        Line(1, product_id="a", source_id="b"),
        Line(1, product_id="b"),
    )
    cart = Cart.of([first, both, last, both, first])
    assert [entry.line for entry in cart.belonging(both)] == [first, both, last, both, first]
    assert [cart.key(entry).occurrence for entry in cart.lines] == [0, 1, 1, 3, 3]
    for entry in cart.lines:
        assert cart.find(cart.key(entry)) is entry
    assert [cart.find(last.key(n)) for n in range(4)] == [cart.lines[n] for n in (1, 2, 3)] + [None]


def test_the_occurrence_of_a_line_is_what_finds_it_again() -> None:
    cart = Cart.of([line(100), line(100), line(200, 1, "other"), line(100), Line(1, 5), Line(1, 6)])
    for entry in cart.lines:
        assert cart.find(cart.key(entry)) is entry
    assert [cart.key(entry).occurrence for entry in cart.lines] == [0, 1, 0, 2, 0, 1]
    assert cart.find(line(100).key(3)) is None


def test_lines_without_any_name_are_told_apart_by_their_occurrence_and_found_by_no_name() -> None:
    cart = Cart.of([Line(1, 100), Line(1, 200), line(300)])
    cart.apply(Contribution(lines=(LineContribution(Line(1, 200).key(1), discount=50),)))
    assert [entry.discount_amount for entry in cart.lines] == [0, 50, 0]
    assert len(cart.named(Line(0, product_id="prod"))) == 1


def test_a_stated_amount_stands_for_lines_without_a_price_beside_what_redemptions_brought() -> None:
    gift = Line(0, 0, 500, product_id="gift")
    new_line = LineContribution(
        gift.key(),
        discount=500,
        quantity=1,
        amount=500,
        discount_quantity=1,
        counts_units=True,
        new_line=gift,
    )
    cart = Cart.of([Line(2, product_id="unpriced")], stated_amount=4300)
    applied = cart.apply(Contribution(lines=(new_line,)))
    assert (cart.amount, cart.initial_amount, cart.total_amount) == (4800, 4300, 4300)
    cart.revert(applied)
    assert (cart.amount, cart.initial_amount, cart.total_amount) == (4300, None, 4300)


def test_a_copy_of_a_cart_changes_on_its_own() -> None:
    cart = Cart.of([line(1000)], discrepancy=5)
    cart.apply(Contribution(100, (LineContribution(line(1000).key(), discount=10),)))
    copy = cart.copy()
    assert (copy.amount, copy.total_amount) == (cart.amount, cart.total_amount) == (1005, 895)
    copy.apply(Contribution(200, (LineContribution(line(1000).key(), discount=20),)))
    assert (copy.total_amount, cart.total_amount) == (675, 895)
