"""The live bench's calculations: percentiles, costs per batch and event, the highest rate."""

import pytest
from bench.live.arithmetic import (
    MISSING,
    Observed,
    cost_model,
    highest_rate,
    percentile,
)


@pytest.mark.parametrize(
    ("percent", "expected"), [(0, 1), (10, 1), (50, 5), (51, 6), (90, 9), (99, 10), (100, 10)]
)
def test_a_percentile_is_the_smallest_value_not_below_so_many_of_all(
    percent: float, expected: float
) -> None:
    assert percentile([9, 1, 8, 2, 7, 3, 6, 4, 10, 5], percent) == expected


def test_the_percentile_of_one_value_is_that_value() -> None:
    assert percentile([0.25], 99) == 0.25


def test_an_event_that_was_never_announced_counts_as_the_slowest() -> None:
    latencies = [0.1] * 98 + [MISSING] * 2
    assert percentile(latencies, 98) == 0.1
    assert percentile(latencies, 99) == MISSING


def test_there_is_no_percentile_of_no_values() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


def test_the_cost_of_a_batch_and_an_event_is_found_from_two_rates() -> None:
    """4 ms per batch and 0.3 ms per event: 4.3 ms for one alone, 0.7 ms each in a batch of ten."""
    model = cost_model([Observed(1, 0.0043), Observed(10, 0.0007)])
    assert model is not None
    assert model.a == pytest.approx(0.004)
    assert model.b == pytest.approx(0.0003)


def test_rates_that_agree_with_one_cost_model_give_that_model() -> None:
    observed = [Observed(2, 0.0023), Observed(4, 0.0013), Observed(20, 0.0005)]
    model = cost_model(observed)
    assert model is not None
    assert (round(model.a, 9), round(model.b, 9)) == (0.004, 0.0003)


def test_an_error_of_a_tenth_weighs_the_same_in_a_small_batch_and_in_a_large_one() -> None:
    """Costs of 2.2 and 1.8 ms in batches of one, and of 1 ms per event in a batch of 1,000.

    With t = a + b, the first two minimize (1 - t/2.2)² + (1 - t/1.8)²: t = 1.9604 ms.
    """
    model = cost_model([Observed(1, 0.0022), Observed(1, 0.0018), Observed(1_000, 0.001)])
    assert model is not None
    assert model.a + model.b == pytest.approx(0.00196040, abs=1e-8)
    assert model.a / 1_000 + model.b == pytest.approx(0.001)


def test_batches_of_one_size_do_not_tell_the_batch_from_its_events() -> None:
    assert cost_model([Observed(5, 0.001), Observed(5, 0.0011)]) is None
    assert cost_model([Observed(5, 0.001)]) is None
    assert cost_model([]) is None


def test_the_model_of_events_that_cost_the_same_in_any_batch_has_no_cost_of_a_batch() -> None:
    model = cost_model([Observed(1, 0.002), Observed(10, 0.002)])
    assert model is not None
    assert model.a == pytest.approx(0, abs=1e-9)
    assert model.b == pytest.approx(0.002)


async def _tried(limit: int, start: int) -> tuple[int, list[int]]:
    tried: list[int] = []

    async def sustains(rate: int) -> bool:
        tried.append(rate)
        return rate <= limit

    return await highest_rate(sustains, start), tried


async def test_the_highest_rate_is_doubled_until_it_fails_and_then_halved_towards() -> None:
    assert await _tried(1_500, 400) == (1_500, [400, 800, 1_600, 1_200, 1_400, 1_500])


async def test_a_first_rate_that_is_too_high_is_halved_until_it_is_sustained() -> None:
    assert await _tried(130, 400) == (125, [400, 200, 100, 150, 125, 137])


async def test_a_contender_that_sustains_no_rate_has_none() -> None:
    assert await _tried(0, 4) == (0, [4, 2, 1])
