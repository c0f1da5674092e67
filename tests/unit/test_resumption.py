"""Where a long command was is saved for `--resume`; the command itself does not depend on that."""

from pathlib import Path

import pytest

from order_projector.operations import resumption
from order_projector.operations.resumption import (
    Checkpoint,
    NothingToResume,
    new_checkpoint,
    saved_checkpoint,
)
from order_projector.settings import Settings


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the home of positions one that nobody can write, not even root."""
    home = tmp_path / "a-file"
    home.touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(home))
    return home


@pytest.fixture
def at_each_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Save at each order."""
    monkeypatch.setattr(resumption, "SAVE_EVERY", -1.0)


@pytest.mark.usefixtures("at_each_order")
def test_the_position_of_a_stopped_pass_is_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    stopped = new_checkpoint(Settings(), "verify")
    stopped.reach("ord_7", {"equal": 7})

    assert stopped.why_unsaved is None
    found = saved_checkpoint(Settings(), "verify")
    assert (found.last, found.counts) == ("ord_7", {"equal": 7})


@pytest.mark.usefixtures("nowhere", "at_each_order")
def test_a_pass_whose_position_cannot_be_saved_goes_on() -> None:
    checkpoint = new_checkpoint(Settings(), "verify")

    checkpoint.reach("ord_1", {"equal": 1})
    checkpoint.reach("ord_2", {"equal": 2})
    assert checkpoint.why_unsaved == "Not a directory"
    assert checkpoint.last == "ord_2"

    checkpoint.forget()
    with pytest.raises(NothingToResume):
        saved_checkpoint(Settings(), "verify")


def test_a_position_that_can_be_saved_after_all_is(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.touch()
    checkpoint = Checkpoint(home / "verify.json")
    checkpoint.reach("ord_1", {})
    checkpoint.save()
    assert checkpoint.why_unsaved is not None

    home.unlink()
    checkpoint.save()

    assert checkpoint.why_unsaved is None


def test_a_user_without_a_home_has_a_place_for_positions_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", home)

    file = new_checkpoint(Settings(), "verify").file

    assert file.parent == Path("/.local/state/order-projector")
