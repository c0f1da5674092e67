"""Support for testing services that send events to the worker or read its `order.updated`.

The names in `__all__` are stable: they change only as the package's version says. Builders create
valid events in one line, and deterministically: ids and times are derived, no clock is read.
`project` returns the orders that events result in, without any server.

`order_projector.testing.container` (extra ``testing``) and `order_projector.testing.local` (extra
``local``) run the worker itself with a broker and a database; `order_projector.testing.plugin`
provides them as pytest fixtures. Their `__all__` and the fixtures' names are equally stable.
"""

from order_projector.testing.calculated import Calculated, by_sender
from order_projector.testing.discounts import amount_off, fixed, percent_off, unit_off, units_off
from order_projector.testing.envelopes import Sealed, binary_cloud_event, cloud_event, webhook
from order_projector.testing.event import Event, in_sequence
from order_projector.testing.items import Item, item, item_by_source
from order_projector.testing.orders import (
    event_voided,
    order_canceled,
    order_created,
    order_erased,
    order_fulfilled,
    order_paid,
    order_processing,
    order_updated,
)
from order_projector.testing.payments import (
    paid_in_parts,
    payment_authorized,
    payment_canceled,
    payment_captured,
    payment_failed,
    payment_refunded,
    payment_succeeded,
)
from order_projector.testing.projection import Letter, Projected, project
from order_projector.testing.redeemables import Redeemable, gift_card, loyalty_points, promotion
from order_projector.testing.redemptions import (
    redemption_failed,
    redemption_succeeded,
    rollback_failed,
    rollback_succeeded,
    stack_in_parts,
    stack_succeeded,
)
from order_projector.testing.sending import Sender
from order_projector.testing.targets import Target, collection, product, sku
from order_projector.testing.update import Flag, Latest, Update
from order_projector.testing.updates import UpdateNotSeen, Updates

__all__ = [
    "Calculated",
    "Event",
    "Flag",
    "Item",
    "Latest",
    "Letter",
    "Projected",
    "Redeemable",
    "Sealed",
    "Sender",
    "Target",
    "Update",
    "UpdateNotSeen",
    "Updates",
    "amount_off",
    "binary_cloud_event",
    "by_sender",
    "cloud_event",
    "collection",
    "event_voided",
    "fixed",
    "gift_card",
    "in_sequence",
    "item",
    "item_by_source",
    "loyalty_points",
    "order_canceled",
    "order_created",
    "order_erased",
    "order_fulfilled",
    "order_paid",
    "order_processing",
    "order_updated",
    "paid_in_parts",
    "payment_authorized",
    "payment_canceled",
    "payment_captured",
    "payment_failed",
    "payment_refunded",
    "payment_succeeded",
    "percent_off",
    "product",
    "project",
    "promotion",
    "redemption_failed",
    "redemption_succeeded",
    "rollback_failed",
    "rollback_succeeded",
    "sku",
    "stack_in_parts",
    "stack_succeeded",
    "unit_off",
    "units_off",
    "webhook",
]
