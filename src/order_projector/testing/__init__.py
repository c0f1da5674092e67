"""For the tests of those who send events to the worker, or read its `order.updated`.

What `__all__` lists is stable: it changes as versions of the package say. Builders make valid
events in a line, always the same ones: ids and times are derived, and nothing looks at a clock.
`project` says what becomes of them, without any server.

The worker itself runs with its broker and its database by `order_projector.testing.container`
(extra ``testing``) or `order_projector.testing.local` (extra ``local``), and
`order_projector.testing.plugin` makes pytest fixtures of all this. Their `__all__` and the names of
the fixtures are as stable.
"""

from order_projector.testing.calculated import Calculated, by_sender
from order_projector.testing.discounts import amount_off, fixed, percent_off, unit_off, units_off
from order_projector.testing.envelopes import Sealed, binary_cloud_event, cloud_event, webhook
from order_projector.testing.event import Event, in_sequence
from order_projector.testing.items import Item, item, item_by_source
from order_projector.testing.orders import (
    order_canceled,
    order_created,
    order_fulfilled,
    order_paid,
    order_processing,
    order_updated,
)
from order_projector.testing.payments import (
    paid_in_parts,
    payment_authorized,
    payment_canceled,
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
from order_projector.testing.update import Latest, Update
from order_projector.testing.updates import UpdateNotSeen, Updates

__all__ = [
    "Calculated",
    "Event",
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
    "fixed",
    "gift_card",
    "in_sequence",
    "item",
    "item_by_source",
    "loyalty_points",
    "order_canceled",
    "order_created",
    "order_fulfilled",
    "order_paid",
    "order_processing",
    "order_updated",
    "paid_in_parts",
    "payment_authorized",
    "payment_canceled",
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
