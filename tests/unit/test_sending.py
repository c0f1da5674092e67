"""What `send` and `backfill` make of lines of input, without a broker."""

import json
from collections.abc import Sequence

import pytest

from order_projector.adapters.kafka.producer.publisher import Message
from order_projector.operations.backfill import NoOrder, backfill_message, orders_in
from order_projector.operations.routing import routed
from order_projector.operations.sending import Prepared, Refused, SendReport, Source, send
from order_projector.projection.ports import Unavailable
from order_projector.settings import Settings, unknown_variables
from tests.support.events import event, order_event, paid, redeemed, to_json

SETTINGS = Settings()


class Broker:
    """A broker that acknowledges messages, except those larger than a limit."""

    def __init__(self, limit: int = 1_000) -> None:
        self.limit = limit
        self.published: list[Message] = []

    async def publish(self, messages: Sequence[Message]) -> Sequence[Message]:
        large = [each for each in messages if len(each.value or b"") > self.limit]
        self.published += [each for each in messages if each not in large]
        return large


@pytest.mark.parametrize(
    ("sent", "topic", "key"),
    [
        (order_event(1), "redemptions", b"ord_1"),
        (redeemed(1, "r_1", order={"id": "ord_2"}), "redemptions", b"ord_2"),
        (paid(1, 5), "payments", b"ord_1"),
        ({"event": {"type": "customer.payment.succeeded"}, "type": "x"}, "payments", None),
        (event("payment.succeeded", {"payment": {"order_id": "ord_3"}}), "payments", b"ord_3"),
        (event("order.shipped", {}), "redemptions", None),
        (event("order.created", {"order": {"id": 5}}), "redemptions", None),
        (event("order.created", {"order": {"id": "\ud800"}}), "redemptions", None),
        (5, "redemptions", None),
    ],
)
def test_an_event_goes_to_the_topic_of_its_type_keyed_by_the_order_it_names(
    sent: object, topic: str, key: bytes | None
) -> None:
    """This includes events that a worker would reject or skip."""
    value = json.dumps(sent).encode()

    message = routed(SETTINGS, value)

    assert (message.topic, message.key, message.value) == (topic, key, value)


def test_what_is_not_json_is_not_routed() -> None:
    with pytest.raises(ValueError, match="NaN is not a number of JSON"):
        routed(SETTINGS, b'{"id": NaN}')


async def test_what_was_sent_and_what_was_not_is_reported() -> None:
    broker, report, done = Broker(), SendReport(), list[int]()
    small, large = Message("payments", None, b"{}", ()), Message("payments", None, b"1" * 2_000, ())
    prepared: list[Prepared] = [
        (Source("f", 1), small),
        (Source("f", 2), large),
        Refused(Source("f", 3), "not JSON"),
    ]

    await send(broker, prepared, None, report, done.append)

    assert broker.published == [small]
    assert report.sent == {"payments": 1}
    assert [(it.source.line, it.reason) for it in report.refused] == [
        (3, "not JSON"),
        (2, "its 2,000 bytes exceed the size limit of messages"),
    ]
    assert done == [3]


async def test_what_a_broker_leaves_without_an_acknowledgement_is_counted() -> None:
    class Away:
        async def publish(self, messages: Sequence[Message]) -> Sequence[Message]:
            raise Unavailable(f"away, with {len(messages)}")

    report, message = SendReport(), Message("payments", None, b"{}", ())
    prepared: list[Prepared] = [(Source("f", 1), message), (Source("f", 2), message)]

    with pytest.raises(Unavailable):
        await send(Away(), prepared, None, report, lambda _: None)

    assert (report.sent, report.unacknowledged) == ({}, 2)


def test_an_order_becomes_an_event_of_the_same_id_each_time() -> None:
    order = {"id": "ord_1", "created_at": "2026-01-01T00:00:00Z", "status": "PAID"}
    updated = {**order, "updated_at": "2026-02-01T00:00:00Z"}

    first, second = backfill_message(SETTINGS, order), backfill_message(SETTINGS, updated)

    assert first == backfill_message(SETTINGS, order)
    assert (first.topic, first.key) == ("redemptions", b"ord_1")
    told, later = json.loads(first.value or b""), json.loads(second.value or b"")
    assert told["id"].startswith("evt_backfill_")
    assert told["id"] != later["id"]
    assert (told["type"], told["data"]) == ("order.created", {"order": order})
    assert (told["created_at"], later["created_at"]) == (
        "2026-01-01T00:00:00Z",
        "2026-02-01T00:00:00Z",
    )


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (5, "an order is a JSON object"),
        ({"id": "ord_1"}, "updated_at, created_at: one of them is needed, as a time"),
        ({"created_at": "2026-01-01T00:00:00Z"}, "id, source_id: one of them is needed"),
        (
            {"id": "ord_1", "created_at": "yesterday"},
            "invalid_envelope: created_at: not an ISO 8601 date and time",
        ),
        (
            {"id": "ord_1", "created_at": "2026-01-01T00:00:00Z", "amount": -1},
            "invalid_event: data.order.amount: ",
        ),
    ],
)
def test_what_is_no_order_is_not_sent(order: object, reason: str) -> None:
    with pytest.raises(NoOrder) as refused:
        backfill_message(SETTINGS, order)
    assert str(refused.value).startswith(reason)


def test_an_answer_that_lists_orders_a_list_and_one_order_are_read_alike() -> None:
    order = {"id": "ord_1"}
    for text in (order, [order], {"object": "list", "orders": [order]}):
        assert [*orders_in(to_json(text))] == [order]


def test_only_variables_with_the_prefix_that_name_no_setting_are_unknown(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("env")
    (folder / ".env").write_text("ORDERS_TYPO=1\nOTHER=1\nORDERS_LOG_LEVEL=INFO\n")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("orders_mongodb_uri", "mongodb://localhost")
    monkeypatch.setenv("ORDERS_LOGLEVEL", "INFO")

    assert [it for it in unknown_variables() if "TEST" not in it] == [
        "ORDERS_LOGLEVEL",
        "ORDERS_TYPO",
    ]
