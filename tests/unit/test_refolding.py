"""`verify` names each damaged part of a document, and `refold` restores what can be derived."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from order_projector.domain.served import project_order
from order_projector.projection.document import STATE_KEY, compose
from order_projector.projection.ports import OrderWrite
from order_projector.projection.refolding import (
    Different,
    Equal,
    Unreadable,
    examine,
    refolded,
)
from order_projector.projection.scanning import ScannedOrder, scanned_order
from tests.support.events import event_at, order_event, paid, redeemed
from tests.support.sessions import OneOrder

Document = dict[str, Any]

COUPON = {"discount": {"type": "AMOUNT", "amount_off": 5_000}}
ITEMS = [{"product_id": "prod_1", "quantity": 1, "price": 1000}]


def document() -> Document:
    """Return an order of three revisions: created, discounted beyond its amount (a flag), paid."""
    order = OneOrder()
    order.take([order_event(1, "created", items=ITEMS)])
    order.take([redeemed(2, "r_1", order={"id": "ord_1"}, voucher={"id": "v_1", **COUPON})])
    order.take([paid(3, 10)])
    return order.document


def scanned(stored: Document) -> ScannedOrder:
    return scanned_order(stored)


def damaged(damage: Callable[[Document], object]) -> Document:
    stored = copy.deepcopy(document())
    damage(stored)
    return stored


def state(stored: Document) -> Document:
    members: Document = stored[STATE_KEY]
    return members


def fact(stored: Document, identity: str) -> Document:
    found: Document
    (found,) = (it for it in state(stored)["facts"] if it["id"] == identity)
    return found


def other_amount(stored: Document) -> None:
    found = fact(stored, "payment succeeded pay_1")
    text = json.loads(found["text"])
    found["text"] = json.dumps(text | {"amount": 11}, separators=(",", ":"))


def without_a_fact(stored: Document) -> None:
    state(stored)["facts"] = [
        it for it in state(stored)["facts"] if it["id"] != "payment succeeded pay_1"
    ]


DAMAGES: list[tuple[str, Callable[[Document], object], str]] = [
    ("a served amount", lambda it: it.update(amount=999), "amount: 999, the fold has 1000"),
    ("a served field that is gone", lambda it: it.pop("status"), "status: (absent), the fold has "),
    ("a served field that came", lambda it: it.update(x=1), "x: 1, the fold has (absent)"),
    (
        "a payment",
        lambda it: it["payments"]["pay_1"].update(amount=9),
        "payments.pay_1.amount: 9, ",
    ),
    ("a fact's text", other_amount, "payments.pay_1.amount: 10, the fold has 11"),
    ("a fact that a cause names", without_a_fact, "_projection.causes: names evt_003, of which "),
    (
        "a digest",
        lambda it: state(it)["digests"].update(status="00"),
        "_projection.digests.status: not the fingerprint of the folded field",
    ),
    ("flags", lambda it: state(it).update(flags=[]), "_projection.flags: not those of the fold"),
    (
        "causes",
        lambda it: state(it).update(causes=["evt_9"]),
        "_projection.causes: names evt_9, of which there is no fact",
    ),
    ("revision, raised", lambda it: state(it).update(revision=9), "_projection.revision: 9, of 3"),
    (
        "revision, lowered",
        lambda it: state(it).update(revision=1),
        "_projection.revision: 1, but its changes are not all fields",
    ),
    (
        "revision, plausible",
        lambda it: state(it).update(revision=2),
        "_projection.revision: not as a worker wrote it",
    ),
    (
        "causes, plausible",
        lambda it: state(it).update(causes=["evt_001"]),
        "_projection.causes: not as a worker wrote it",
    ),
    (
        "a fact's text that changes nothing",
        lambda it: fact(it, "event evt_001").update(known_at=7),
        "_projection.facts: not as a worker wrote it",
    ),
    (
        "offsets",
        lambda it: state(it).update(offsets=[]),
        "_projection.offsets: not as a worker wrote it",
    ),
    (
        "pending",
        lambda it: state(it).update(pending=["evt_003"]),
        "_projection.pending: evt_003 is a cause already",
    ),
    ("the mark", lambda it: state(it).update(refold=True), "_projection.refold: marked, and not "),
]


def test_an_undamaged_document_is_equal() -> None:
    assert examine(scanned(document()), project_order) == Equal()
    assert refolded(scanned(document()), project_order) is None


@pytest.mark.parametrize(
    ("damage", "said"), [it[1:] for it in DAMAGES], ids=[it[0] for it in DAMAGES]
)
def test_each_damaged_part_is_named(damage: Callable[[Document], object], said: str) -> None:
    verdict = examine(scanned(damaged(damage)), project_order)

    assert isinstance(verdict, Different)
    assert any(part.startswith(said) for part in verdict.parts), verdict.parts


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda it: it.pop(STATE_KEY), "a document of that id has no _projection"),
        (lambda it: state(it).update(layout=2), "its document has layout 2, this release reads 1"),
        (lambda it: state(it).update(rules=7), "it was folded by the rules 7, this release has 1"),
        (lambda it: state(it).pop("causes"), "_projection.causes of its document is invalid"),
        (
            lambda it: fact(it, "event evt_001").update(text="{"),
            "_projection.facts of its document holds a event that cannot be read",
        ),
        (
            lambda it: fact(it, "event evt_001").update(id="novelty 1"),
            "_projection.facts of its document holds a fact of an unknown kind",
        ),
    ],
)
def test_a_document_that_cannot_be_read_is_unreadable_and_stays_as_it_is(
    damage: Callable[[Document], object], reason: str
) -> None:
    found = scanned(damaged(damage))
    verdict = examine(found, project_order)

    assert isinstance(verdict, Unreadable)
    assert verdict.reason.startswith(reason)
    assert refolded(found, project_order) is None


def stored_again(found: ScannedOrder) -> tuple[OrderWrite, ScannedOrder]:
    """Return what a refold writes, and the document after it."""
    write = refolded(found, project_order)
    assert write is not None
    return write, scanned(compose(write))


def test_a_damaged_served_field_is_restored_with_a_revision_that_no_event_has_made() -> None:
    write, after = stored_again(scanned(damaged(lambda it: it.update(amount=999))))

    assert write.order["amount"] == 1000
    assert (write.expected, write.state.counter, write.state.revision) == (3, 4, 4)
    assert (write.state.changes, write.state.causes) == (("amount",), ())
    assert examine(after, project_order) == Equal()


@pytest.mark.parametrize("name", ["a digest", "flags", "the mark"])
def test_damaged_bookkeeping_is_restored_without_a_revision(name: str) -> None:
    damage = next(it[1] for it in DAMAGES if it[0] == name)
    write, after = stored_again(scanned(damaged(damage)))

    assert (write.state.counter, write.state.revision) == (4, 3)
    assert write.state.causes == ("evt_003",)
    assert examine(after, project_order) == Equal()


def test_another_sequence_of_keys_is_restored_without_a_revision() -> None:
    stored = document()
    amount = stored.pop("amount")
    stored["amount"] = amount
    verdict = examine(scanned(stored), project_order)
    assert isinstance(verdict, Different)
    assert verdict.parts[0].startswith("(sequence of keys): ")

    write, after = stored_again(scanned(stored))
    assert write.state.revision == 3
    assert examine(after, project_order) == Equal()


def test_an_erased_order_is_equal_unless_something_is_left_of_it() -> None:
    order = OneOrder(document=document(), offset=9)
    order.take([event_at(9, "order.erased", {"order": {"id": "ord_1"}})])
    assert examine(scanned(order.document), project_order) == Equal()

    left = {**order.document, "status": "PAID"}
    assert examine(scanned(left), project_order) == Different(
        ("status: is there, though the order was erased",)
    )
