"""The values of labels that exist before their first event, and the limits of histograms."""

from typing import Final

SERVICES: Final = ("database", "broker")
UNUSABLE: Final = (
    *("foreign_document", "newer_layout", "bookkeeping"),
    *("unique_index", "validator", "refused"),
)
FLAGS: Final = (
    "discount_without_effect",
    "discount_cut",
    "amounts_do_not_add_up",
    "carried_discount",
    "unknown_redemption",
    "unknown_event",
    "other_currency",
    "refund_exceeds_payment",
    "source_id_taken",
    "source_id_shared",
    "names_not_joined",
)
CODES: Final = (
    *("invalid_json", "invalid_envelope", "invalid_event"),
    *("unknown_order", "order_too_large", "invariant_violation"),
)
SKIPPED: Final = (
    *("foreign", "no_order", "erased"),
    *("redemption.failed", "redemption.rollback.failed"),
)
_TYPES: Final = (
    *("redemption.succeeded", "redemption.rollback.succeeded"),
    *("payment.authorized", "payment.succeeded", "payment.failed"),
    *("payment.canceled", "payment.refunded"),
    *("order.created", "order.updated", "order.paid", "order.canceled"),
    *("order.fulfilled", "order.processing", "order.erased"),
    "event.voided",
)
_READ: Final = ("applied", "duplicate", "redelivered", "rejected")
EVENTS: Final = (
    *((event_type, outcome) for event_type in _TYPES for outcome in _READ),
    *((reason, "skipped") for reason in SKIPPED),
    ("invalid", "rejected"),
)
"""By type and outcome; the type of a skipped event is the reason."""

STAGES: Final = ("decode", "load", "fold", "write", "announce", "look", "bury", "commit")
ABANDONED: Final = ("shutdown", "rebalance")
COMMIT_ERRORS: Final = (
    *("CommitFailedError", "IllegalStateError", "TimeoutError", "KafkaConnectionError"),
    *("RequestTimedOutError", "NodeNotReadyError", "GroupCoordinatorNotAvailableError"),
)
POLL_ERRORS: Final = (
    *("KafkaConnectionError", "KafkaTimeoutError", "CorruptRecordException"),
    *("TopicAuthorizationFailedError", "GroupAuthorizationFailedError", "UnicodeDecodeError"),
)
BATCHES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
DELAYS: Final = (*SECONDS, 300, 3_600, 86_400)
BYTES: Final = tuple(1_024 * 4**power for power in range(8))
FACTS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)
