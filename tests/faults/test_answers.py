"""The comparison finds every wrong answer to a client of the API."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

import orjson
import pytest
import pytest_asyncio

from order_projector.workload.stream import StreamRecord, Valid
from tests.faults.api.journal import (
    Accepted,
    Answer,
    Fields,
    File,
    Folded,
    Imported,
    Missing,
    Page,
    Row,
    Shown,
    Unexpected,
)
from tests.faults.api.verdict import judge_answers
from tests.faults.evidence import Evidence, Logged
from tests.faults.left_behind import left_behind_by
from tests.faults.verdict import judge
from tests.support.events import Json, event_at, to_json

Planted = Callable[[Evidence], None]


def by_the_api(minute: int, order_id: str, mark: str, **fields: object) -> Json:
    """Return a write of the API as it is in the log."""
    order = {"id": order_id, "metadata": {"mark": mark}, **fields}
    return event_at(minute, "order.updated", {"order": order}, f"evt_api_{mark}")


EVENTS = (
    by_the_api(1, "ord_a", "a-1", amount=100),
    by_the_api(2, "ord_a", "a-2", status="PAID"),
    by_the_api(3, "ord_b", "b-1", amount=200),
    by_the_api(4, "ord_i", "i-1", amount=300),
    by_the_api(5, "ord_e", "e-1", amount=400),
    event_at(6, "order.erased", {"order": {"id": "ord_e"}}),
)


def record(event: Json) -> StreamRecord:
    """Return an event as a record sent to the worker."""
    order_id = event["data"]["order"]["id"]
    return StreamRecord("redemptions", None, to_json(event), (), Valid(order_id))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def answered() -> Evidence:
    """Return what is left behind, with two clients that received only correct answers."""
    evidence = await left_behind_by([record(event) for event in EVENTS])
    newest = tuple(row(evidence, name) for name in ("ord_a", "ord_b", "ord_i"))
    evidence.journal.answers = {
        "a": [
            Missing("ord_a"),
            Folded("a-1", "ord_a", 1),
            shown(evidence, "ord_a", 1),
            Page((row(evidence, "ord_a", 1),)),
            Accepted("a-2", "ord_a"),
            shown(evidence, "ord_a", 2),
            Imported(("i-1",), "DONE", 1, 0),
            Page(newest[:2]),
            File(newest),
        ],
        "b": [
            Folded("e-1", "ord_e", 1),
            shown(evidence, "ord_e", 1),
            Missing("ord_e"),
            Folded("b-1", "ord_b", 1),
            shown(evidence, "ord_b", 1),
            File(newest),
        ],
    }
    return evidence


def fields(evidence: Evidence, order_id: str, revision: int) -> Fields:
    """Return the fields that were announced with this revision."""
    return tuple(evidence.announced[order_id][revision - 1].fields.items())


def row(evidence: Evidence, order_id: str, revision: int = -1) -> Row:
    """Return an order as a list shows it, at a revision or else at the last one."""
    at = revision if revision > 0 else len(evidence.announced[order_id])
    return Row(order_id, fields(evidence, order_id, at))


def shown(evidence: Evidence, order_id: str, revision: int) -> Shown:
    """Return an order that was requested by its id."""
    return Shown(order_id, order_id, revision, fields(evidence, order_id, revision))


def mixed(evidence: Evidence) -> Fields:
    """Return a mixture of the fields of two revisions."""
    older, newer = fields(evidence, "ord_a", 1), dict(fields(evidence, "ord_a", 2))
    return tuple((name, newer[name] if name == "status" else it) for name, it in older)


def answer(*answers: Answer) -> Planted:
    """Return a defect that appends these answers to a client's."""
    return lambda evidence: evidence.journal.answers["a"].extend(answers)


def half_of_two_revisions_is_shown(evidence: Evidence) -> None:
    answer(Shown("ord_a", "ord_a", 2, mixed(evidence)))(evidence)


def half_of_two_revisions_is_listed(evidence: Evidence) -> None:
    answer(Page((Row("ord_a", mixed(evidence)),)))(evidence)


def one_revision_is_shown_in_two_ways(evidence: Evidence) -> None:
    answer(Shown("ord_a", "ord_a", 2, mixed(evidence)))(evidence)
    del evidence.announced["ord_a"][1]


def a_revision_is_shown_that_there_never_was(evidence: Evidence) -> None:
    answer(replace(shown(evidence, "ord_a", 2), revision=3))(evidence)


def an_older_revision_is_shown_later(evidence: Evidence) -> None:
    answer(shown(evidence, "ord_a", 1))(evidence)


def an_older_revision_is_listed_later(evidence: Evidence) -> None:
    answer(Page((row(evidence, "ord_a", 1),)))(evidence)


def an_order_stands_twice_on_a_page(evidence: Evidence) -> None:
    answer(Page((row(evidence, "ord_b"), row(evidence, "ord_b"))))(evidence)


def an_order_is_in_no_export(evidence: Evidence) -> None:
    answer(File((row(evidence, "ord_i"),)))(evidence)


def a_repeated_write_is_in_two_events(evidence: Evidence) -> None:
    twice = {**EVENTS[0], "id": "evt_api_again"}
    evidence.log["redemptions", 0, 99] = Logged(None, orjson.dumps(twice), ())


DEFECTS: dict[str, tuple[Planted, str]] = {
    "a folded write is nowhere": (answer(Folded("a-9", "ord_a", 2)), "lost"),
    "an accepted write is nowhere": (answer(Accepted("a-9", "ord_a")), "lost"),
    "a write is in another order": (answer(Accepted("b-1", "ord_a")), "lost"),
    "a write was answered before its fold": (answer(Folded("a-2", "ord_a", 1)), "wrong"),
    "a write is in two events": (a_repeated_write_is_in_two_events, "doubled"),
    "an order is not found any more": (answer(Missing("ord_a")), "lost"),
    "an import failed": (answer(Imported(("i-1",), "FAILED", 0, 0)), "lost"),
    "an import left an order out": (answer(Imported(("i-1",), "DONE", 0, 1)), "lost"),
    "an imported order is nowhere": (answer(Imported(("i-9",), "DONE", 1, 0)), "lost"),
    "an answer is none that there may be": (answer(Unexpected("GET /: 500")), "wrong"),
    "a mixture is shown": (half_of_two_revisions_is_shown, "wrong"),
    "a mixture is listed": (half_of_two_revisions_is_listed, "wrong"),
    "a revision is shown in two ways": (one_revision_is_shown_in_two_ways, "wrong"),
    "a revision never was": (a_revision_is_shown_that_there_never_was, "wrong"),
    "what is shown goes back": (an_older_revision_is_shown_later, "wrong"),
    "what is listed goes back": (an_older_revision_is_listed_later, "wrong"),
    "an order is listed twice": (an_order_stands_twice_on_a_page, "doubled"),
    "an export is not whole": (an_order_is_in_no_export, "lost"),
}


def test_nothing_is_found_where_every_answer_is_right(answered: Evidence) -> None:
    assert judge(answered, {}).findings == ()


@pytest.mark.parametrize(("planted", "kind"), DEFECTS.values(), ids=DEFECTS)
def test_a_wrong_answer_is_found_and_called_by_its_name(
    answered: Evidence, planted: Planted, kind: str
) -> None:
    evidence = deepcopy(answered)

    planted(evidence)

    assert {finding.kind for finding in judge_answers(evidence)} == {kind}


def test_what_was_never_announced_may_be_listed(answered: Evidence) -> None:
    evidence = deepcopy(answered)
    listed = Page((row(evidence, "ord_a", 1),))
    evidence.journal.answers = {"a": [listed]}
    del evidence.announced["ord_a"][0]

    assert list(judge_answers(evidence)) == []
