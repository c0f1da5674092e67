"""Times that commands print are in UTC, to the millisecond, wherever they come from."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from order_projector.cli.printing import printed_time


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
def test_a_time_is_printed_in_utc_to_the_millisecond(moment: datetime, text: str) -> None:
    assert printed_time(moment) == text
