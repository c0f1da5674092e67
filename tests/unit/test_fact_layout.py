"""The end of a fact's text is stored once where several facts have it."""

from order_projector.projection.long_orders.fact_layout import (
    FactLayout,
    characters,
    facts_laid_out,
    read_facts,
)
from order_projector.projection.stored import StoredFact
from tests.support.stored import told

LONG = "x" * 64


def text(name: str, note: str | None) -> str:
    """Return the text of a fact with details of that note, or with none."""
    return f'{{"id":"{name}"' + ("" if note is None else f',"details":{{"note":"{note}"}}') + "}"


def laid(*notes: str | None) -> tuple[list[str], list[int | None], list[str]]:
    """Lay facts out; return their own texts, the numbers of their endings, and the endings."""
    facts = {f"f{nth}": told(text(f"f{nth}", note)) for nth, note in enumerate(notes)}
    members, texts = facts_laid_out(facts)
    assert read(members, texts) == facts
    return [it["text"] for it in members], [it.get("ending") for it in members], texts


def read(members: list[dict[str, object]], texts: list[str]) -> dict[str, StoredFact]:
    """Return the facts of such a layout."""
    return read_facts([FactLayout(**it) for it in members], texts)  # type: ignore[arg-type]


def test_an_ending_of_several_facts_is_stored_once() -> None:
    own, endings, texts = laid(LONG, "y", LONG, None)

    assert texts == [f',"details":{{"note":"{LONG}"}}}}']
    assert endings == [0, None, 0, None]
    assert own[0] == '{"id":"f0"'


def test_endings_stand_in_the_sequence_of_the_facts_that_have_them_first() -> None:
    _, endings, texts = laid(LONG + "b", LONG, LONG + "a", LONG, LONG + "b", LONG + "a")

    assert [ending[20:-3] for ending in texts] == [LONG + "b", LONG, LONG + "a"]
    assert endings == [0, 1, 2, 1, 0, 2]


def test_different_endings_of_one_length_stay_where_they_are() -> None:
    own, _, texts = laid("a" * 64, "b" * 64)

    assert texts == []
    assert own == [text("f0", "a" * 64), text("f1", "b" * 64)]


def test_a_short_ending_stays_where_it_is() -> None:
    _, endings, texts = laid("short", "short")

    assert (endings, texts) == ([None, None], [])


def test_facts_without_details_share_nothing() -> None:
    assert laid(None, None)[2] == []


def test_a_repeated_ending_counts_once() -> None:
    once, twice = told(text("f0", LONG)), told(text("f1", LONG))

    assert characters([once, twice]) == len(once.text) + len('{"id":"f1"')


def test_facts_of_one_text_without_details_stay_where_they_are() -> None:
    same = told(f'{{"id":"{LONG}"}}')

    assert facts_laid_out({"f0": same, "f1": same})[1] == []
    assert characters([same, same]) == 2 * len(same.text)
