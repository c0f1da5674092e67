"""Rows by date are sorted on disk; where there is no room, that is said in one line."""

import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from order_projector.api.exporting import dates
from order_projector.api.exporting.dates import NoRoom, Row, by_date
from tests.support.api import World

CONNECT = sqlite3.connect


async def rows(count: int = 1) -> AsyncIterator[Row]:
    """Yield rows, the latest first."""
    for number in range(count, 0, -1):
        yield {"date": f"2026-01-01T00:00:00.{number:06}Z", "note": "x" * 1_000}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make a folder the one for temporary files; at the end, there is none in it."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield tmp_path
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("folder")
async def test_rows_are_sorted_by_their_date() -> None:
    found = [row["date"] async for row in by_date(rows(3), "date")]

    assert [date[20:26] for date in found] == ["000001", "000002", "000003"]


async def test_a_full_disk_is_one_line_that_names_the_folders_variable(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect(*given: Any, **named: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = CONNECT(*given, **named)
        connection.execute("PRAGMA max_page_count = 4").close()
        return connection

    monkeypatch.setattr(dates.sqlite3, "connect", connect)  # type: ignore[attr-defined]

    with pytest.raises(NoRoom) as refused:
        await anext(by_date(rows(100), "date"))

    assert str(refused.value) == (
        f"TMPDIR: {folder}: database or disk is full, while rows are sorted by date"
    )


async def test_without_a_folder_an_export_by_date_is_refused_and_the_log_names_its_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, api: World, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    asked = {"exported_object": "ledger", "parameters": {"order": "date"}}
    made = (await api.client.post("/v1/exports", json=asked)).json()["id"]
    url = (await api.get(f"/v1/exports/{made}")).json()["result"]["url"]

    answer = await api.get(url.removeprefix("https://orders.example"))

    assert (answer.status_code, answer.json()["key"]) == (500, "internal_error")
    assert "NoRoom: TMPDIR: nowhere to sort rows by date: No such file or directory" in caplog.text
