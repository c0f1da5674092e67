"""The public surface of `order_projector.testing`: names and their parameters.

A change here changes the package's version: the minor one for a new name or argument, the major one
for a name or an argument that is removed or changed. The changelog says so.
"""

import inspect
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from order_projector import testing
from order_projector.testing import (
    container,
    discounts,
    event,
    local,
    orders,
    payments,
    plugin,
    redemptions,
    running,
    targets,
)

TYPES = {
    *("Calculated", "Event", "Flag", "Item", "Latest", "Letter", "Projected", "Redeemable"),
    *("Sealed", "Sender", "Target", "Update", "UpdateNotSeen", "Updates"),
}
FUNCTIONS = {
    "amount_off": "amount, *, effect, **scope",
    "binary_cloud_event": "event",
    "by_sender": "order, items, *, before",
    "cloud_event": "event",
    "collection": "collection_id, lines, **bounds",
    "event_voided": "of, **options",
    "fixed": "price, *, effect, **scope",
    "gift_card": "credits_used, *, effect, voucher, campaign",
    "in_sequence": "*events, start",
    "item": "product, quantity, *, price, sku, metadata",
    "item_by_source": "source_id, quantity, *, price, related_object",
    "loyalty_points": "points, *, coins, reward, voucher, campaign",
    "order_canceled": "order_id, **details",
    "order_created": "order_id, **details",
    "order_erased": "order_id, **options",
    "order_fulfilled": "order_id, **details",
    "order_paid": "order_id, **details",
    "order_processing": "order_id, **details",
    "order_updated": "order_id, **details",
    "paid_in_parts": "order_id, *amounts, currency, method",
    "payment_authorized": "order_id, amount, **options",
    "payment_canceled": "order_id, amount, **options",
    "payment_captured": "of, amount, **options",
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
    "stack_succeeded": "order_id, *vouchers, calculated, **options",
    "unit_off": "quantity, name, *, price, effect, **scope",
    "units_off": "*units, **scope",
    "webhook": "event",
}


KEYWORDS = {
    event.Stamp: "at event_id",
    orders.EventOptions: "amount at customer event_id items metadata referrer source_id status",
    orders.RetractionOptions: "at event_id reason",
    redemptions.StackOptions: (
        "amount at customer event_id items metadata promotion_stack redemption referrer source_id"
        " status"
    ),
    redemptions.RollbackOptions: (
        "amount at customer event_id items metadata reason referrer rollback source_id status"
    ),
    payments.PaymentOptions: "at currency event_id method payment",
    payments.CaptureOptions: "at capture event_id",
    payments.RefundOptions: "at event_id reason refund",
    discounts.Scope: "aggregated_amount_limit amount_limit but campaign only voucher",
    targets.Bounds: (
        "aggregated_amount_limit aggregated_quantity_limit amount_limit effect price"
        " quantity_limit repeat skip_initially target"
    ),
}
MEMBERS = {
    testing.Event: (
        "at content created_at data envelope given_id id key later order_id topic type value"
    ),
    testing.Flag: "about code event message",
    testing.Latest: "get items keys take values",
    testing.Letter: "code key message value",
    testing.Projected: "dead_letters flags order orders skipped updates",
    testing.Sealed: "event headers key topic value",
    testing.Sender: "send",
    testing.Update: "causes changes erased flags headers id key order order_id read revision value",
    testing.Updates: "dead_letter dead_letters latest order",
    container.Images: "from_environment kafka mongodb order_projector",
    container.OrderProjectorContainer: (
        "bootstrap_servers http_url logs mongodb_uri network start start_api stop"
    ),
    local.LocalOrderProjector: "bootstrap_servers http_url logs mongodb_uri start start_api stop",
    running.OrderApi: "app_id headers logs read_log token url",
    running.Running: "bootstrap_servers http_url logs mongodb_uri start_api",
}


MADE_WITH = {
    testing.Sender: "bootstrap_servers, *, topics, **options",
    testing.Updates: "bootstrap_servers, *, topic, dead_letters, **options",
    container.Images: "order_projector, kafka, mongodb",
    container.OrderProjectorContainer: (
        "images, *, partitions, environment, servers_within, ready_within"
    ),
    local.LocalOrderProjector: "*, partitions",
}


def test_the_names_are_those_that_were_promised() -> None:
    assert set(testing.__all__) == TYPES | FUNCTIONS.keys()
    assert list(testing.__all__) == sorted(testing.__all__)


def test_the_functions_take_what_was_promised() -> None:
    assert {name: _arguments(getattr(testing, name)) for name in FUNCTIONS} == FUNCTIONS


@pytest.mark.parametrize("keywords", KEYWORDS, ids=lambda it: it.__name__)
def test_the_keywords_are_those_that_were_promised(keywords: type) -> None:
    assert " ".join(sorted(keywords.__annotations__)) == KEYWORDS[keywords]


@pytest.mark.parametrize("kind", MADE_WITH, ids=lambda it: it.__name__)
def test_what_runs_and_reads_is_made_with_what_was_promised(kind: type) -> None:
    assert _arguments(kind) == MADE_WITH[kind]


@pytest.mark.parametrize("kind", MEMBERS, ids=lambda it: it.__name__)
def test_the_members_are_those_that_were_promised(kind: type) -> None:
    public = sorted(name for name in dir(kind) if not name.startswith("_"))
    assert " ".join(public) == MEMBERS[kind]


@pytest.mark.parametrize(
    ("module", "names"),
    [
        (container, ["Images", "OrderProjectorContainer"]),
        (local, ["LocalOrderProjector"]),
        (running, ["NotReady", "OrderApi", "Running"]),
    ],
)
def test_what_runs_the_worker_has_the_names_that_were_promised(
    module: ModuleType, names: list[str]
) -> None:
    assert module.__all__ == names


def test_the_fixtures_are_those_that_were_promised() -> None:
    fixtures = {
        name
        for name, value in vars(plugin).items()
        if type(value).__name__.startswith("Fixture") and not name.startswith("_")
    } - {"Running"}
    assert fixtures == {
        "order_api",
        "order_id",
        "order_projector",
        "order_projector_images",
        "order_sender",
        "order_updates",
    }


def test_builders_need_nothing_that_the_worker_does_not_need() -> None:
    extra = ("docker", "pytest", "pytest_asyncio", "testcontainers")
    absent = "".join(f"sys.modules[{name!r}] = None\n" for name in extra)
    program = f"import sys\n{absent}import order_projector.testing"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_everything_promised_is_documented() -> None:
    for name in testing.__all__:
        assert inspect.getdoc(getattr(testing, name)), name


def test_the_page_on_testing_names_every_builder() -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "testing.md").read_text()
    assert [name for name in FUNCTIONS if name not in page] == []


def _arguments(function: object) -> str:
    """Return the arguments by name, without types and defaults."""
    assert callable(function)
    parameters = inspect.signature(function).parameters.values()
    starred = [each.replace(annotation=each.empty, default=each.empty) for each in parameters]
    return str(inspect.Signature(starred)).strip("()")
