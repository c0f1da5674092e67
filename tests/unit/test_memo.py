"""What a cart remembers is found by what it was computed of, and little of it is kept."""

from order_projector.domain.memo import Remembered, recall, remember


def test_what_has_the_same_hash_is_not_taken_for_the_other() -> None:
    memo: Remembered = {}
    remember(memo, 7, ("mug",), 1)
    assert recall(memo, 7, ("mug",)) == 1
    assert recall(memo, 7, ("cup",)) is None
    remember(memo, 7, ("cup",), 2)
    assert recall(memo, 7, ("cup",)) == 2


def test_only_a_few_things_are_remembered_at_a_time() -> None:
    memo: Remembered = {}
    for number in range(1_000):
        remember(memo, number, number, number)
        assert recall(memo, number, number) == number
    assert len(memo) <= 8
