"""Times are shown in UTC, to the millisecond, wherever they come from."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

import order_projector
from order_projector.domain.clock import format_moment


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 3, 1, 12, tzinfo=UTC), "2026-03-01T12:00:00.000Z"),
        (datetime(2026, 3, 1, 12, 0, 0, 1_999, UTC), "2026-03-01T12:00:00.001Z"),
        (
            datetime(2026, 3, 1, 1, tzinfo=timezone(timedelta(hours=2))),
            "2026-02-28T23:00:00.000Z",
        ),
    ],
)
def test_a_time_is_shown_in_utc_to_the_millisecond(moment: datetime, text: str) -> None:
    assert format_moment(moment) == text


def test_no_other_module_of_the_product_writes_a_time_in_a_format_of_its_own() -> None:
    """The workload writes those of many producers, each in its way."""
    package = Path(order_projector.__file__).parent
    own = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if ".isoformat(" in path.read_text()
    }
    assert own == {"domain/clock.py", "workload/timestamps.py"}
