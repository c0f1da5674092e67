"""The published schema of `order.updated` accepts everything that is sent, and describes it."""

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from jsonschema import ValidationError

from order_projector.adapters.kafka.producer.outbound import KafkaAnnouncer, KafkaDeadLetters
from order_projector.adapters.offline import Offline
from order_projector.events.order_updated import OrderUpdated, announced
from order_projector.projection.ports import Coordinates, Record
from order_projector.workload.stream import generate
from tests.support.events import Json, code, order_event, order_of, paid, refunded, to_json
from tests.support.published import check_dead_letter, check_order_updated, published, validator
from tests.unit.test_kafka_outbound import Post

UPDATE: Json = {
    "order": {
        "id": "ord_1",
        "source_id": None,
        "created_at": "2026-03-01T12:00:00.000Z",
        "updated_at": None,
        "status": "PAID",
        "amount": 2500,
        "total_amount": 2500,
        "items": [{"object": "order_item", "quantity": 2, "amount": 2500}],
        "metadata": {},
        "customer": {"id": "cust_1", "object": "customer"},
        "customer_id": "cust_1",
        "referrer_id": None,
        "object": "order",
        "redemptions": {"r_1": {"date": "2026-03-01T12:00:00.000Z", "stacked": ["r_2"]}},
        "payments": {"pay_1": {"date": "2026-03-01T12:00:00.000Z", "status": "SUCCEEDED"}},
    },
    "revision": 1,
    "changes": ["id"],
    "causes": ["evt_1"],
}


def changed(change: Callable[[Json], object]) -> Json:
    """Return the update with a change applied to it."""
    update = deepcopy(UPDATE)
    change(update)
    return update


def with_order(**members: Any) -> Json:
    return changed(lambda update: update["order"].update(members))


def without(*path: str) -> Json:
    """Return the update without the member at the end of this path."""

    def remove(update: Json) -> None:
        part: Any = update
        for step in path[:-1]:
            part = part[step]
        del part[path[-1]]

    return changed(remove)


def fits(update: Json) -> bool:
    """Return whether the published schema accepts the value of a record."""
    return bool(validator("order-updated").is_valid(update))


def test_an_update_fits_its_schema() -> None:
    assert fits(UPDATE)
    assert announced(to_json(UPDATE)).revision == 1


@pytest.mark.parametrize(
    "update",
    [
        pytest.param([], id="an array"),
        pytest.param({}, id="nothing"),
        *(pytest.param(without(name), id=f"without {name}") for name in UPDATE),
        *(
            pytest.param(without("order", name), id=f"an order without {name}")
            for name in (
                *("id", "source_id", "created_at", "updated_at", "status", "metadata"),
                *("customer_id", "referrer_id", "object"),
            )
        ),
        pytest.param(without("order", "payments", "pay_1", "status"), id="no payment status"),
        pytest.param(without("order", "payments", "pay_1", "date"), id="no payment date"),
        pytest.param(without("order", "redemptions", "r_1", "date"), id="no redemption date"),
        pytest.param(without("order", "customer", "id"), id="a customer without id"),
        pytest.param(with_order(status="LOST"), id="another status"),
        pytest.param(with_order(amount=-1), id="a negative amount"),
        pytest.param(with_order(amount=1.5), id="an amount of half a cent"),
        pytest.param(with_order(amount="1"), id="an amount as text"),
        pytest.param(with_order(amount=None), id="an amount that is null"),
        pytest.param(with_order(items=None), id="items that are null"),
        pytest.param(with_order(items=[{"quantity": 1}]), id="an item without object"),
        pytest.param(with_order(items=[{"object": "order_item"}]), id="an item without quantity"),
        pytest.param(with_order(metadata=[]), id="metadata that is an array"),
        pytest.param(with_order(created_at="2026-03-01T12:00:00Z"), id="a time without millis"),
        pytest.param(with_order(updated_at="2026-03-01T12:00:00.000+01:00"), id="a time not UTC"),
        pytest.param(with_order(object="order_item"), id="another object"),
        pytest.param(changed(lambda it: it.update(revision=0)), id="revision 0"),
        pytest.param(changed(lambda it: it.update(revision="1")), id="a revision as text"),
        pytest.param(changed(lambda it: it.update(changes="id")), id="changes as text"),
        pytest.param(changed(lambda it: it.update(causes=[1])), id="causes that are numbers"),
        pytest.param(changed(lambda it: it.update(flags=[])), id="flags without one"),
        pytest.param(changed(lambda it: it.update(flags=None)), id="flags that are null"),
        pytest.param(
            changed(lambda it: it.update(flags=[{"code": "discount_cut"}])), id="half a flag"
        ),
    ],
)
def test_what_is_no_update_is_refused_by_the_schema_and_by_the_model(update: Any) -> None:
    assert not fits(update)
    with pytest.raises(ValueError, match=r"."):
        announced(to_json(update))


@pytest.mark.parametrize(
    "update",
    [
        pytest.param(with_order(loyalty=1), id="in the order"),
        pytest.param(changed(lambda it: it.update(labels=[])), id="beside the order"),
        pytest.param(
            changed(lambda it: it["order"]["payments"]["pay_1"].update(issuer="x")),
            id="in a payment",
        ),
    ],
)
def test_a_reader_accepts_members_of_a_later_release_and_we_send_none_unawares(
    update: Json,
) -> None:
    assert fits(update)
    assert OrderUpdated.model_validate(update).order.id == "ord_1"
    with pytest.raises(ValueError, match="not in the schema"):
        announced(to_json(update))


def test_an_update_may_carry_flags_also_of_a_kind_that_only_a_later_release_raises() -> None:
    flag = {"code": "new_kind", "event": "evt_1", "about": "ord_1", "message": "Look at it."}
    update = {**UPDATE, "flags": [flag]}
    assert fits(update)
    assert [each.code for each in announced(to_json(update)).flags or ()] == ["new_kind"]


def test_another_sequence_of_keys_is_not_what_is_sent() -> None:
    with pytest.raises(ValueError, match="order"):
        announced(to_json({**UPDATE, "order": dict(reversed(UPDATE["order"].items()))}))


def test_metadata_and_products_hold_whatever_they_were_given() -> None:
    free: Json = {"a.b": None, "$set": [1.5, -(2**63), {"é": ""}], "": {"": []}}
    product = {"name": "Mug", "price": 1250, "metadata": free, "attributes": [free]}
    order = order_of(
        order_event(1, metadata=free, items=[{"quantity": 1, "product": product, "metadata": free}])
    )
    assert order["metadata"] == order["items"][0]["metadata"] == free
    assert fits({**UPDATE, "order": order})


def test_an_order_of_which_nothing_is_known_fits() -> None:
    order = order_of(refunded(1, 300, of=2500))
    assert "amount" not in order
    assert fits({**UPDATE, "order": order})


async def test_every_record_that_the_demo_s_stream_leads_to_fits_with_its_headers() -> None:
    post, offline = Post(), Offline()
    for offset, each in enumerate(generate(60, seed=3).records):
        at = Coordinates(each.topic, 0, offset)
        await offline.process([Record(at, each.key, each.value, each.headers)])
    clock = datetime(2026, 3, 1, 10, 0, 0, tzinfo=UTC)
    announcer = KafkaAnnouncer(post, post, "out", "order-projector", lambda: clock)
    await announcer.announce(offline.announcer.announced)
    announced_records = len(post.messages)
    for message in post.messages:
        check_order_updated(message.value, message.headers)
    await KafkaDeadLetters(post, post, "dead", lambda: clock).publish_dead_letters(
        offline.dead_letters.published
    )
    for message in post.messages[announced_records:]:
        check_dead_letter(message.headers)
    assert 0 < announced_records < len(post.messages)


@pytest.mark.parametrize(
    "changes",
    [
        {"ce_id": None},
        {"ce_id": "ord_1:0"},
        {"ce_type": "order.created"},
        {"ce_specversion": "0.3"},
        {"ce_source": "somebody-else"},
        {"ce_subject": None},
        {"ce_time": "2026-03-01"},
        {"content-type": "text/plain"},
        {"traceparent": "00-1"},
    ],
    ids=str,
)
def test_the_headers_of_an_update_have_a_schema_too(changes: Json) -> None:
    headers: Json = {
        "ce_specversion": "1.0",
        "ce_id": "ord_1:7",
        "ce_type": "order.updated",
        "ce_source": "order-projector",
        "ce_subject": "ord_1",
        "ce_time": "2026-03-01T10:00:00.000Z",
        "content-type": "application/json",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    }
    validator("order-updated.headers").validate(headers)
    spoiled = {name: text for name, text in {**headers, **changes}.items() if text is not None}
    with pytest.raises(ValidationError):
        validator("order-updated.headers").validate(spoiled)


def test_the_schema_names_every_member_in_the_sequence_in_which_it_is_served() -> None:
    shapes = published()["order-updated"]["$defs"]
    assert list(shapes["ServedOrder"]["properties"]) == [
        *("id", "source_id", "created_at", "updated_at", "status", "amount", "initial_amount"),
        *("discount_amount", "items_discount_amount", "total_discount_amount", "total_amount"),
        *("items", "metadata", "customer", "referrer", "customer_id", "referrer_id", "object"),
        *("redemptions", "payments"),
    ]
    assert list(shapes["ServedItem"]["properties"]) == [
        *("object", "id", "source_id", "related_object", "product_id", "sku_id", "quantity"),
        *("initial_quantity", "discount_quantity", "amount", "initial_amount"),
        *("discount_amount", "price", "subtotal_amount", "product", "sku", "metadata"),
    ]
    assert list(shapes["ServedRedemption"]["properties"]) == [
        *("date", "rollback_id", "rollback_date", "related_object_type", "related_object_id"),
        *("related_object_parent_id", "stacked", "rollback_stacked"),
    ]
    assert list(shapes["ServedPayment"]["properties"]) == [
        *("date", "status", "amount", "captured_amount", "refunded_amount", "currency"),
        "method",
    ]


def test_every_code_of_a_dead_letter_is_in_its_schema() -> None:
    codes = published()["dead-letter.headers"]["properties"]["error-code"]["enum"]
    assert {code(b"{"), code(b"[]"), code(order_event(1, amount=-1)), code({})} <= set(codes)
    assert code(paid(1, 5)) == ""
    assert {"unknown_order", "order_too_large"} <= set(codes)
