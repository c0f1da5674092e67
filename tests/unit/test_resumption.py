"""Where a long command was is kept for `--resume`, and costs the command nothing if it cannot be.

A container of the image has a root file system that is read-only.
"""

import json
from pathlib import Path

import pytest

from order_projector.operations import resumption
from order_projector.operations.documents import Pass, Selection
from order_projector.operations.resumption import (
    Checkpoint,
    NothingToResume,
    new_checkpoint,
    saved_checkpoint,
)
from order_projector.settings import load


def test_a_run_that_ends_early_is_gone_on_with_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    settings = load()
    checkpoint = new_checkpoint(settings, "verify")
    checkpoint.reach("ord_7", {"equal": 7})
    checkpoint.save()

    again = saved_checkpoint(settings, "verify")

    assert (again.last, again.counts) == ("ord_7", {"equal": 7})
    with pytest.raises(NothingToResume):
        saved_checkpoint(settings, "refold")


def not_a_folder(tmp_path: Path) -> Path:
    (tmp_path / "file").write_text("")
    return tmp_path / "file" / "order-projector" / "verify.json"


def test_a_place_that_cannot_be_written_is_one_warning_and_does_not_end_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(resumption, "SAVE_EVERY", -1.0)
    checkpoint = Checkpoint(not_a_folder(tmp_path))

    for number in range(3):
        checkpoint.reach(f"ord_{number}", {"equal": number})
    checkpoint.forget()

    assert [record.message for record in caplog.records] == [
        f"--resume will not continue from here: XDG_STATE_HOME: {checkpoint.file}: Not a directory"
    ]


def test_a_run_whose_place_is_not_kept_cannot_be_resumed(tmp_path: Path) -> None:
    checkpoint = Checkpoint(not_a_folder(tmp_path))
    this = Pass.of(Selection(()), checkpoint, lambda _: None)
    checkpoint.reach("ord_1", {})
    checkpoint.save()

    assert not this.can_be_resumed

    kept = Pass.of(Selection(()), Checkpoint(tmp_path / "verify.json"), lambda _: None)
    assert not kept.can_be_resumed
    kept.checkpoint.reach("ord_1", {})
    kept.checkpoint.save()
    assert kept.can_be_resumed


@pytest.mark.parametrize("selection", [Selection((), 2), Selection(("ord_1",))])
def test_a_run_over_some_orders_leaves_no_place_to_go_on_from(
    selection: Selection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resumption, "SAVE_EVERY", -1.0)
    of_all = tmp_path / "verify.json"
    of_all.write_text(json.dumps({"last": "ord_3", "counts": {}}))

    this = Pass.of(selection, Checkpoint(of_all), lambda _: None)
    this.checkpoint.reach("ord_9", {"equal": 1})
    this.checkpoint.save()

    assert json.loads(of_all.read_text())["last"] == "ord_3"
    assert not this.can_be_resumed


def test_without_a_home_folder_nothing_is_kept_and_nothing_can_be_resumed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", no_home)
    checkpoint = new_checkpoint(load(), "verify")
    checkpoint.reach("ord_1", {})
    checkpoint.save()

    with pytest.raises(NothingToResume):
        saved_checkpoint(load(), "verify")
