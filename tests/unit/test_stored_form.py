"""Facts have stored names of their own, and the stored text decides between two contents."""

from dataclasses import dataclass, fields, is_dataclass
from itertools import permutations

import pytest

from order_projector.domain.details import EventDetails
from order_projector.domain.facts import (
    EventStamp,
    Fact,
    Snapshot,
)
from order_projector.domain.lines import Line
from order_projector.projection import codec
from order_projector.projection.stored_form import STORED_NAMES, StoredForm


def test_every_field_of_a_stored_class_has_a_stored_name_and_no_other_does() -> None:
    for cls, names in STORED_NAMES.items():
        assert is_dataclass(cls)
        assert set(names) == {field.name for field in fields(cls)}, cls


def test_two_fields_of_a_class_are_never_stored_under_one_name() -> None:
    for cls, names in STORED_NAMES.items():
        assert len(set(names.values())) == len(names), cls


def test_a_field_is_stored_under_its_stored_name_whatever_it_is_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    renamed = {name: name for name in STORED_NAMES[EventStamp]} | {"created_at": "stored_since"}
    monkeypatch.setitem(STORED_NAMES, EventStamp, renamed)
    form = StoredForm(Snapshot)
    fact = Snapshot(EventStamp(1, "e"), 2, EventDetails())
    assert '"stored_since":1' in form.write(fact)
    assert form.read(form.write(fact)) == fact


@dataclass(frozen=True, slots=True)
class Nameless:
    """A class without stored names."""

    id: str


def test_a_class_without_stored_names_cannot_be_stored() -> None:
    with pytest.raises(KeyError):
        StoredForm(Nameless)


def test_of_two_contents_of_one_event_the_larger_stored_text_wins_whichever_arrives_first() -> None:
    """As objects they would sort the other way: `None` comes before a number, or after a quote."""
    contents = [
        Snapshot(EventStamp(1, "e"), 1, EventDetails(items=(Line(1, price=price),)))
        for price in (None, 5, 40)
    ]
    largest = max(contents, key=codec.text_of)
    for arrival in permutations(contents):
        facts: dict[str, Fact] = {"event e": arrival[0]}
        for fact in arrival[1:]:
            facts |= codec.merge(facts.get, [fact])
        assert facts == {"event e": largest}
