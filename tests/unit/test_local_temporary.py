"""What a killed process leaves of its local servers is removed by the next one that starts some."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from order_projector.local.temporary import LOCK, temporary_folder

KILLED = """
import os, signal
from order_projector.local.temporary import temporary_folder
with temporary_folder() as folder:
    (folder / "database").mkdir()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def temporary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the folder in which this process, and those that it starts, make temporary ones."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def left_by_a_killed_process(temporary: Path) -> Path:
    before = set(temporary.iterdir())
    ended = subprocess.run((sys.executable, "-c", KILLED), check=False)
    assert ended.returncode == -signal.SIGKILL
    (left,) = set(temporary.iterdir()) - before
    assert (left / "database").is_dir()
    return left


def test_a_folder_is_gone_with_its_block(temporary: Path) -> None:
    with temporary_folder() as folder:
        assert list(temporary.iterdir()) == [folder]
    assert list(temporary.iterdir()) == []


def test_a_folder_of_a_killed_process_is_removed_by_the_next_start(temporary: Path) -> None:
    left = left_by_a_killed_process(temporary)
    with temporary_folder() as folder:
        assert list(temporary.iterdir()) == [folder]
    assert not left.exists()


def test_a_folder_in_use_stays() -> None:
    with temporary_folder() as first, temporary_folder() as second:
        assert first.is_dir()
        assert second.is_dir()
        assert first != second


def test_what_no_process_has_claimed_stays(temporary: Path) -> None:
    """Another process may be about to claim it, or it is none of ours."""
    unclaimed, other = temporary / "order-projector-local-new", temporary / "order-projector-x"
    for each in (unclaimed, other):
        each.mkdir()
    (other / LOCK).touch()
    with temporary_folder():
        assert unclaimed.is_dir()
        assert other.is_dir()


def test_a_link_is_not_followed(temporary: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / LOCK).touch()
    (temporary / "order-projector-local-link").symlink_to(elsewhere)
    with temporary_folder():
        assert (elsewhere / LOCK).exists()


def test_a_folder_of_another_user_stays(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = left_by_a_killed_process(temporary)
    monkeypatch.setattr(os, "getuid", lambda: left.stat().st_uid + 1)
    with temporary_folder():
        assert left.is_dir()
