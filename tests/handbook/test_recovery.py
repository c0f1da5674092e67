"""Backup, rebuild and erasure: docs/operations/recovery.md."""

from tests.handbook.deployment import Story, created, later, paid
from tests.support.events import event_at
from tests.support.probes import until, until_metric

PAGE = "recovery.md"
KEPT, NEW = range(1, 151), range(151, 201)
PAID = range(51, 201)


async def test_a_restored_backup_and_the_events_since_make_every_order_right(story: Story) -> None:
    """Consumers that keep the highest revision see them too, and what comes afterwards."""
    await story.begin()
    await story.send(created(KEPT))
    await until(lambda: story.announced(len(KEPT), "CREATED"), "the orders are announced")
    await story.console.play(PAGE, "Back up")
    await story.send([*created(NEW), *paid(PAID)])
    await until(lambda: story.announced(len(PAID), "PAID"), "their payments are announced")
    await story.send(later(3, "updated", NEW, metadata={"gift": True}))
    await until(lambda: story.are(NEW, metadata={"gift": True}), "new orders are changed")
    await until(story.is_announced, "their changes are announced")
    await story.database["orders"].delete_many({})

    for heading in ("Restore", "Reconcile"):
        await story.console.play(PAGE, heading)

    numbers = [*KEPT, *NEW]
    await story.send(later(9, "fulfilled", numbers))
    await until(lambda: story.announced(len(numbers), "FULFILLED"), "consumers see what comes next")


async def test_an_erased_customer_does_not_come_back_when_every_topic_is_read_again(
    story: Story,
) -> None:
    customer = {"id": "cust_1", "object": "customer"}
    left = {"id": "ord_3", "customer": {"id": "cust_2", "object": "customer"}}
    bad = paid([2])[0] | {"id": "evt_bad", "created_at": "never"}
    await story.begin()
    await story.send([
        *created(range(1, 4), customer=customer),
        *paid(range(1, 4)),
        event_at(3, "order.updated", {"order": left}),
        bad,
        *created(range(4, 11)),
        *paid(range(4, 11)),
    ])  # fmt: skip
    await until(lambda: story.announced(10, "PAID"), "the orders are announced")
    await until_metric(story.worker, 1, "order_projector_dead_letters_total")

    for heading in (
        "Erase a customer",
        "Replay every topic from the beginning",
        "Rebuild from the topics",
    ):
        await story.console.play(PAGE, heading)

    documents = [each async for each in story.database["orders"].find({"_id": {"$in": ERASED}})]
    assert [set(each) for each in documents] == [{"_id", "_projection"}] * 3
    assert "cust_1" not in repr(documents)
    kept = await story.updates()
    assert {order_id for order_id, (_, value) in kept.items() if value is None} == set(ERASED)


ERASED = ["ord_1", "ord_2", "ord_3"]
