"""The verification detects every kind of mistake that a worker can make."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from order_projector.verification.check import Announced, DeadLetterRecord, Result, check
from order_projector.workload.stream import Hostile
from tests.support.verified import (
    Run,
    announcement,
    contents,
    correct_run,
    erasure,
    flagged,
    spoiled,
)


@pytest.fixture
def run() -> Run:
    return correct_run()


def test_a_worker_without_fault_differs_nowhere(run: Run) -> None:
    report = run.checked()

    assert report.differences == ()
    assert report.equal
    assert report.orders == 60


def test_a_wrong_cent_is_found_with_its_path(run: Run) -> None:
    def one_cent_more(document: dict[str, Any]) -> None:
        document["items"][0]["amount"] += 1

    key, documents = spoiled(run, one_cent_more, having="items")
    (difference,) = run.checked(documents=documents).differences

    assert difference.where == f"stored order {key}"
    assert difference.path == "items[0].amount"
    assert difference.got == difference.expected + 1


def test_a_number_of_another_type_is_found(run: Run) -> None:
    def as_float(document: dict[str, Any]) -> None:
        document["amount"] = float(document["amount"])

    _, documents = spoiled(run, as_float, having="amount")

    assert [each.path for each in run.checked(documents=documents).differences] == ["amount"]


def test_a_field_too_many_and_one_too_few_are_found(run: Run) -> None:
    def renamed(document: dict[str, Any]) -> None:
        document["total"] = document.pop("total_amount")

    _, documents = spoiled(run, renamed, having="total_amount")

    paths = [each.path for each in run.checked(documents=documents).differences]
    assert paths == ["total_amount", "total"]


def test_another_sequence_of_keys_is_found(run: Run) -> None:
    def turned(document: dict[str, Any]) -> None:
        customer = document["customer"]
        document["customer"] = dict(reversed(customer.items()))

    _, documents = spoiled(run, turned, having="customer")

    paths = [each.path for each in run.checked(documents=documents).differences]
    assert paths == ["customer (sequence of keys)"]


def test_a_missing_order_is_found(run: Run) -> None:
    documents = dict(run.result.documents)
    key, _ = documents.popitem()

    (difference,) = run.checked(documents=documents).differences

    assert difference.where == f"stored order {key}"
    assert difference.got == "(absent)"


def test_an_order_from_nowhere_is_found(run: Run) -> None:
    documents = {**run.result.documents, "ord_ghost": {"_id": "ord_ghost", "_projection": {}}}

    (difference,) = run.checked(documents=documents).differences

    assert (difference.where, difference.expected) == ("stored order ord_ghost", "(absent)")


def test_an_older_last_record_is_found(run: Run) -> None:
    older = {**contents(run)[0]["order"], "status": "PROCESSING"}
    late = announcement(older, 1, 10_000)

    (difference,) = run.checked(announced=[*run.result.announced, late]).differences

    assert difference.where == f"last order.updated of {older['id']}"
    assert (difference.path, difference.got) == ("status", "PROCESSING")


def test_an_announcement_in_another_sequence_of_keys_is_no_difference(run: Run) -> None:
    orders = (it["order"] for it in contents(run))
    order = dict(next(it for it in orders if len(it.get("payments", {})) > 1))
    order["payments"] = dict(reversed(order["payments"].items()))
    again = announcement(order, revision=2, offset=1_000)

    assert run.checked(announced=[*run.result.announced, again]).differences == ()


def test_an_older_record_before_the_last_is_no_difference(run: Run) -> None:
    older = {**contents(run)[0]["order"], "status": "PROCESSING"}
    early = announcement(older, 1, -1)

    assert run.checked(announced=[*run.result.announced, early]).equal


def test_an_order_that_was_never_announced_is_found(run: Run) -> None:
    silent, *others = run.result.announced

    (difference,) = run.checked(announced=others).differences

    assert difference.where == f"last order.updated of {silent.order_id}"


def test_flags_that_are_not_those_of_the_fold_are_found(run: Run) -> None:
    order_id, *_ = flagged(run)
    document = deepcopy(dict(run.result.documents[order_id]))
    document["_projection"] |= {"revision_flags": document["_projection"]["flags"], "flags": []}
    documents = {**run.result.documents, order_id: document}

    found = run.checked(documents=documents).differences

    assert {each.where for each in found} == {f"flags of {order_id}"}


def test_an_announcement_with_other_flags_than_its_revision_was_stored_with_is_found(
    run: Run,
) -> None:
    order_id, *_ = flagged(run)
    last = next(one for one in run.result.announced if one.order_id == order_id)
    assert last.content is not None
    silent = announcement(last.content["order"], revision=3, offset=10_000)

    found = run.checked(announced=[*run.result.announced, silent]).differences

    assert {each.where for each in found} == {f"last order.updated of {order_id}: flags"}


def test_an_erased_order_has_nothing_left_and_its_last_record_no_value(run: Run) -> None:
    order_id = next(iter(run.result.documents))
    sent = (*run.sent, erasure(order_id))
    left = {"_id": order_id, "_projection": {"flags": []}}
    documents = {**run.result.documents, order_id: left}
    gone = Announced(order_id, ("order.updated", 0, 10_000), None, None)

    right = check(
        sent, {}, Result(documents, [*run.result.announced, gone], run.result.dead_letters)
    )
    kept = check(
        sent, {}, Result(run.result.documents, run.result.announced, run.result.dead_letters)
    )

    assert right.differences == ()
    assert right.orders == 60
    assert f"last order.updated of {order_id}" in {each.where for each in kept.differences}
    assert f"stored order {order_id}" in {each.where for each in kept.differences}


def test_a_record_without_a_value_of_an_order_that_lives_is_found(run: Run) -> None:
    order_id = run.result.announced[0].order_id
    gone = Announced(order_id, ("order.updated", 0, 10_000), None, None)

    (difference,) = run.checked(announced=[*run.result.announced, gone]).differences

    assert (difference.where, difference.expected, difference.got) == (
        f"last order.updated of {order_id}",
        "(present)",
        "(absent)",
    )


def test_a_revision_that_says_something_else_the_second_time_is_found(run: Run) -> None:
    first = run.result.announced[0]
    content = {**contents(run)[0], "changes": ["status"]}
    other = replace(first, place=("order.updated", 0, -1), content=content)

    (difference,) = run.checked(announced=[other, *run.result.announced]).differences

    assert difference.path == "revision 2"


@pytest.mark.parametrize(
    ("order", "fault"),
    [
        pytest.param({"status": "LOST"}, "order.status: ", id="another value"),
        pytest.param({"total": 1}, "order.total: not in the schema", id="a member too many"),
    ],
)
def test_a_record_against_the_published_schema_is_found(
    run: Run, order: dict[str, Any], fault: str
) -> None:
    older = {**contents(run)[0]["order"], **order}
    early = announcement(older, 1, -1)

    (difference,) = run.checked(announced=[early, *run.result.announced]).differences

    assert difference.where == f"order.updated of {older['id']}"
    assert difference.path == "against the schema"
    assert difference.got.startswith(fault)


def test_a_missing_dead_letter_is_found(run: Run) -> None:
    lost, *others = run.result.dead_letters

    (difference,) = run.checked(dead_letters=others).differences

    assert "dead letter of" in difference.where
    assert (difference.expected, difference.got) == (lost.code, "(absent)")


def test_a_dead_letter_with_another_code_or_another_value_is_found(run: Run) -> None:
    first, second, *others = run.result.dead_letters
    dead_letters = [replace(first, code="unknown_order"), replace(second, value=b"other"), *others]

    found = run.checked(dead_letters=dead_letters).differences

    assert [each.path for each in found] == ["error-code", "key and value"]


def test_a_dead_letter_of_a_good_record_is_found(run: Run) -> None:
    good = next(one for one in run.sent if not isinstance(one.record.expected, Hostile))
    letter = DeadLetterRecord(good.place, "invalid_event", good.record.key, good.record.value)

    (difference,) = run.checked(dead_letters=[*run.result.dead_letters, letter]).differences

    assert (difference.expected, difference.got) == ("(absent)", "invalid_event")


def test_a_total_that_is_not_the_sender_s_is_found(run: Run) -> None:
    name, expected = next(iter(run.stream.totals.items()))
    totals = {**run.stream.totals, name: replace(expected, status="LOST")}

    (difference,) = check(run.sent, totals, run.result).differences

    assert difference.where == f"sender's totals of {name}"
    assert difference.expected == "LOST"
