"""The comparison at the end of a chaos run finds every defect and classifies it correctly."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from tests.faults.evidence import Evidence
from tests.faults.left_behind import left_behind_by
from tests.faults.verdict import judge
from tests.support.streams import hard_stream

STREAM = hard_stream(12, seed=4, poison=0.05)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def left_behind() -> Evidence:
    """Return what is left behind by the stream."""
    return await left_behind_by(STREAM.records)


def longest(evidence: Evidence) -> str:
    """Return the order with the most revisions among those not erased."""
    there = (name for name, each in evidence.announced.items() if not each[-1].erased)
    return max(there, key=lambda name: len(evidence.announced[name]))


def erased(evidence: Evidence) -> str:
    """Return the order that is erased."""
    (name,) = (name for name, each in evidence.announced.items() if each[-1].erased)
    return name


def an_order_is_gone(evidence: Evidence) -> None:
    evidence.documents = dict(list(evidence.documents.items())[1:])


def a_fact_is_gone(evidence: Evidence) -> None:
    evidence.documents[longest(evidence)]["_projection"]["facts"].pop()


def a_fact_is_there_twice(evidence: Evidence) -> None:
    facts = evidence.documents[longest(evidence)]["_projection"]["facts"]
    facts.append(facts[0])


def a_sum_is_another(evidence: Evidence) -> None:
    document: Any = evidence.documents[longest(evidence)]
    document["total_amount"] += 1


def a_flag_is_another(evidence: Evidence) -> None:
    evidence.documents[longest(evidence)]["_projection"]["flags"].append({"code": "other"})


def an_order_is_back_after_its_erasure(evidence: Evidence) -> None:
    order_id = erased(evidence)
    evidence.documents[order_id]["_projection"]["erased"] = False


def something_is_left_of_an_erased_order(evidence: Evidence) -> None:
    document: Any = evidence.documents[erased(evidence)]
    document["status"] = "PAID"


def an_erasure_is_not_announced_last(evidence: Evidence) -> None:
    revisions = evidence.announced[erased(evidence)]
    revisions[-1] = replace(revisions[-1], erased=False)


def nobody_knows_of_an_order(evidence: Evidence) -> None:
    known = evidence.documents[longest(evidence)]
    evidence.documents = {**evidence.documents, "ord_x": known}


def the_last_announcement_is_missing(evidence: Evidence) -> None:
    evidence.announced[longest(evidence)].pop()


def an_order_was_never_announced(evidence: Evidence) -> None:
    del evidence.announced[longest(evidence)]


def an_older_announcement_comes_last(evidence: Evidence) -> None:
    revisions = evidence.announced[longest(evidence)]
    revisions.append(revisions[0])


def the_last_announcement_says_something_else(evidence: Evidence) -> None:
    revisions = evidence.announced[longest(evidence)]
    revisions[-1] = replace(revisions[-1], fields={**revisions[-1].fields, "status": b""})


def one_id_carries_two_values(evidence: Evidence) -> None:
    revisions = evidence.announced[longest(evidence)]
    revisions.insert(0, replace(revisions[0], value=b"other"))


def a_cause_stands_in_two_revisions(evidence: Evidence) -> None:
    revisions = evidence.announced[longest(evidence)]
    revisions[1] = replace(revisions[1], causes=(*revisions[1].causes, revisions[0].causes[0]))


def an_event_is_no_cause(evidence: Evidence) -> None:
    revisions = evidence.announced[longest(evidence)]
    revisions[0] = replace(revisions[0], causes=())


def a_change_is_not_named(evidence: Evidence) -> None:
    revisions = evidence.announced[longest(evidence)]
    revisions[1] = replace(revisions[1], changes=())


def a_partition_is_another(evidence: Evidence) -> None:
    revisions = evidence.announced[longest(evidence)]
    revisions[0] = replace(revisions[0], partition=1)


def an_announcement_is_against_the_schema(evidence: Evidence) -> None:
    revisions = evidence.announced[longest(evidence)]
    revisions[0] = replace(revisions[0], fault="order.status: missing")


def a_dead_letter_is_missing(evidence: Evidence) -> None:
    evidence.dead_letters.pop()


def a_dead_letter_has_another_reason(evidence: Evidence) -> None:
    evidence.dead_letters[0] = replace(evidence.dead_letters[0], code="unlucky")


def a_dead_letter_has_another_value(evidence: Evidence) -> None:
    evidence.dead_letters[0] = replace(evidence.dead_letters[0], value=b"other")


def a_good_event_is_dead_lettered(evidence: Evidence) -> None:
    sources = {one.source for one in evidence.dead_letters}
    place = next(place for place in evidence.log if place not in sources)
    logged = evidence.log[place]
    good = replace(evidence.dead_letters[0], source=place, key=logged.key, value=logged.value)
    evidence.dead_letters.append(good)


def the_broker_has_lost_a_record(evidence: Evidence) -> None:
    del evidence.log[evidence.acknowledged[-1].place]


DEFECTS: dict[Callable[[Evidence], None], str] = {
    an_order_is_gone: "lost",
    a_fact_is_gone: "lost",
    a_fact_is_there_twice: "doubled",
    a_sum_is_another: "wrong",
    a_flag_is_another: "wrong",
    an_order_is_back_after_its_erasure: "lost",
    something_is_left_of_an_erased_order: "wrong",
    an_erasure_is_not_announced_last: "wrong",
    nobody_knows_of_an_order: "wrong",
    the_last_announcement_is_missing: "lost",
    an_order_was_never_announced: "lost",
    an_older_announcement_comes_last: "lost",
    the_last_announcement_says_something_else: "wrong",
    one_id_carries_two_values: "wrong",
    a_cause_stands_in_two_revisions: "doubled",
    an_event_is_no_cause: "lost",
    a_change_is_not_named: "wrong",
    a_partition_is_another: "wrong",
    an_announcement_is_against_the_schema: "wrong",
    a_dead_letter_is_missing: "lost",
    a_dead_letter_has_another_reason: "wrong",
    a_dead_letter_has_another_value: "wrong",
    a_good_event_is_dead_lettered: "wrong",
    the_broker_has_lost_a_record: "lost",
}


def test_nothing_is_found_where_everything_is_right(left_behind: Evidence) -> None:
    verdict = judge(left_behind, STREAM.totals)

    assert verdict.findings == ()
    assert verdict.clean
    assert (verdict.orders, verdict.announced_again, verdict.never_announced) == (12, 0, 0)
    assert verdict.dead_letters > 0


@pytest.mark.parametrize(
    ("defect", "kind"), DEFECTS.items(), ids=lambda it: getattr(it, "__name__", it)
)
def test_a_defect_is_found_and_called_by_its_name(
    left_behind: Evidence, defect: Callable[[Evidence], None], kind: str
) -> None:
    evidence = deepcopy(left_behind)

    defect(evidence)

    verdict = judge(evidence, STREAM.totals)
    assert verdict.count(kind) > 0
    assert not verdict.clean


def test_what_is_at_least_once_may_be_more_and_a_revision_may_be_overtaken(
    left_behind: Evidence,
) -> None:
    evidence = deepcopy(left_behind)
    revisions = evidence.announced[longest(evidence)]
    del revisions[1]
    revisions.append(revisions[-1])
    evidence.dead_letters.append(evidence.dead_letters[0])

    verdict = judge(evidence, STREAM.totals)

    assert verdict.findings == ()
    counted = (verdict.announced_again, verdict.never_announced, verdict.dead_lettered_again)
    assert counted == (1, 1, 1)
