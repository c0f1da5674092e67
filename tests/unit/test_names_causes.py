"""Every revision that events make names them, also those that only told a name."""

from order_projector.projection.ports import OrderWrite, StoredOrder, Unusable, UnusableReason
from tests.support.events import Json
from tests.unit.named_payments import paid, records
from tests.unit.world import World

DERIVED = "ord_8de0b3c47f112c59745f717a62693226"


def copy_of(event: Json, envelope: str, minute: int, **names: str) -> Json:
    """Return another copy of a payment, which names its order by these names."""
    copy = paid(envelope, minute, 0, **names)
    payment = event["data"]["payment"]
    copy["data"]["payment"] |= {"id": payment["id"], "amount": payment["amount"]}
    return copy


async def told_of(order_id: str, world: World, *batches: list[Json]) -> list[tuple[set[str], str]]:
    """Return the changed fields of an order's later revisions, but its times, and their causes."""
    for batch in records(batches):
        await world.names_projector().process(batch)
    return [
        ({*one.changes} - {"created_at", "updated_at"}, " ".join(one.causes))
        for one in world.announcements.announced
        if isinstance(one, StoredOrder) and one.order_id == order_id and one.revision > 1
    ]


PAYMENT = paid("e1", 8, 100, id="X")
OLDER = copy_of(PAYMENT, "e0", 1, id="X", source_id="S")


async def test_an_older_copy_that_tells_the_source_id_is_the_cause_of_it() -> None:
    assert await told_of("X", World(), [PAYMENT], [OLDER]) == [({"source_id"}, "e0")]


async def test_an_older_copy_is_a_cause_beside_what_came_with_it() -> None:
    other = paid("e2", 9, 1, id="X")
    revisions = await told_of("X", World(), [PAYMENT], [OLDER, other])
    assert revisions == [({"source_id", "payments"}, "e2 e0")]


async def test_a_claim_that_is_not_the_one_served_is_no_cause() -> None:
    claimed = paid("e2", 0, 1, id="X", source_id="T")
    revisions = await told_of("X", World(), [PAYMENT, claimed], [OLDER, paid("e3", 9, 1, id="X")])
    assert revisions == [({"payments"}, "e3")]


async def test_an_older_copy_that_tells_what_a_derived_id_stands_for_is_the_cause_of_it() -> None:
    by_id = paid("e1", 8, 100, id=DERIVED)
    older = copy_of(by_id, "e0", 1, source_id="S")
    assert await told_of(DERIVED, World(), [by_id], [older]) == [({"source_id"}, "e0")]


async def test_a_copy_that_was_a_cause_by_its_claim_is_none_when_it_comes_to_count() -> None:
    """The copy that came by S leaves with S, and the order's own one counts again."""
    claim = paid("e1", 5, 1, id="X", source_id="S")
    by_name = paid("e2", 9, 100, source_id="S")
    own = copy_of(by_name, "e3", 1, id="X", source_id="T")
    of_y = paid("e4", 0, 2, id="Y", source_id="S")

    revisions = await told_of("X", World(), [claim], [by_name], [own], [of_y])
    assert revisions == [
        ({"payments"}, "e2"),
        ({"source_id"}, "e3"),
        ({"payments"}, "e2"),
    ]


async def test_an_order_that_its_owner_could_not_take_in_names_the_events_that_are_back() -> None:
    def no_imports(write: OrderWrite) -> Unusable | None:
        if any(told.facts for told in write.state.imports.values()):
            return Unusable(UnusableReason.REFUSED, "the collection refuses it")
        return None

    payments = [paid("e1", 5, 100, source_id="S"), paid("e2", 6, 200, source_id="S")]
    claim = paid("e3", 7, 400, id="X", source_id="S")
    revisions = await told_of(DERIVED, World(refuse=no_imports), payments, [claim])
    assert [causes for _, causes in revisions] == ["e1 e2"]
