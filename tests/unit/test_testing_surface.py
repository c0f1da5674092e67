"""What `order_projector.testing` promises to those who depend on it: names, and what they take.

A change here is a change of the package's version: a new name or argument of the minor one, a name
or an argument that goes or changes of the major one. The changelog says so.
"""

import inspect
from pathlib import Path

from order_projector import testing

TYPES = {
    *("Calculated", "Event", "Item", "Latest", "Letter", "Projected", "Redeemable", "Sealed"),
    *("Sender", "Target", "Update", "UpdateNotSeen", "Updates"),
}
FUNCTIONS = {
    "amount_off": "amount, *, effect, **scope",
    "binary_cloud_event": "event",
    "by_sender": "order, items, *, before",
    "cloud_event": "event",
    "collection": "collection_id, lines, **bounds",
    "fixed": "price, *, effect, **scope",
    "gift_card": "credits_used, *, effect, voucher, campaign",
    "in_sequence": "*events, start",
    "item": "product, quantity, *, price, sku, metadata",
    "item_by_source": "source_id, quantity, *, price, related_object",
    "loyalty_points": "points, *, coins, reward, voucher, campaign",
    "order_canceled": "order_id, **details",
    "order_created": "order_id, **details",
    "order_fulfilled": "order_id, **details",
    "order_paid": "order_id, **details",
    "order_processing": "order_id, **details",
    "order_updated": "order_id, **details",
    "paid_in_parts": "order_id, *amounts, currency, method",
    "payment_authorized": "order_id, amount, **options",
    "payment_canceled": "order_id, amount, **options",
    "payment_failed": "order_id, amount, **options",
    "payment_refunded": "of, amount, **options",
    "payment_succeeded": "order_id, amount, **options",
    "percent_off": "percent, *, effect, **scope",
    "product": "product_id, **bounds",
    "project": "events",
    "promotion": "redeemable, *, tier, campaign",
    "redemption_failed": "order_id, **stamp",
    "redemption_succeeded": "order_id, *, voucher, redemption, calculated, **details",
    "rollback_failed": "of, **stamp",
    "rollback_succeeded": "of, *, redemption, **options",
    "sku": "sku_id, **bounds",
    "stack_in_parts": "order_id, *vouchers, **options",
    "stack_succeeded": "order_id, *vouchers, **options",
    "unit_off": "quantity, name, *, price, effect, **scope",
    "units_off": "*units, **scope",
    "webhook": "event",
}


def test_the_names_are_those_that_were_promised() -> None:
    assert set(testing.__all__) == TYPES | FUNCTIONS.keys()
    assert list(testing.__all__) == sorted(testing.__all__)


def test_the_functions_take_what_was_promised() -> None:
    assert {name: _arguments(getattr(testing, name)) for name in FUNCTIONS} == FUNCTIONS


def test_everything_promised_is_documented() -> None:
    for name in testing.__all__:
        assert inspect.getdoc(getattr(testing, name)), name


def test_the_page_on_testing_names_every_builder() -> None:
    page = (Path(__file__).parents[2] / "docs" / "testing.md").read_text()
    assert [name for name in FUNCTIONS if name not in page] == []


def _arguments(function: object) -> str:
    """The arguments by name, without types and defaults."""
    assert callable(function)
    parameters = inspect.signature(function).parameters.values()
    starred = [each.replace(annotation=each.empty, default=each.empty) for each in parameters]
    return str(inspect.Signature(starred)).strip("()")
