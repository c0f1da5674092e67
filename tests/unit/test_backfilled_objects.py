"""A backfill takes orders alone: what says that it is something else is not published as one."""

from typing import Any

import pytest

from order_projector.operations.backfill import NoOrder, backfill_message
from order_projector.settings import Settings

ORDER = {"id": "ord_1", "created_at": "2026-03-01T10:00:00Z", "amount": 500}


@pytest.mark.parametrize("order", [ORDER, {**ORDER, "object": "order"}, {**ORDER, "object": None}])
def test_an_order_is_published(order: dict[str, Any]) -> None:
    assert backfill_message(Settings(), order).key == b"ord_1"


def test_an_event_is_refused_with_the_command_that_publishes_it() -> None:
    event = {"id": "evt_1", "type": "order.created", "created_at": ORDER["created_at"], "data": {}}
    with pytest.raises(NoOrder, match=r"^an event, not an order: `send` publishes events$"):
        backfill_message(Settings(), event)


def test_another_object_of_the_api_is_refused() -> None:
    redemption = {"id": "r_1", "object": "redemption", "created_at": ORDER["created_at"]}
    with pytest.raises(NoOrder, match=r"^object: 'redemption', not an order$"):
        backfill_message(Settings(), redemption)
