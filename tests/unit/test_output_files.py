"""`export --output`: where it writes, and what becomes of whatever stands there before."""

import os
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from order_projector.cli.export import send_file
from order_projector.cli.output import whole_file
from order_projector.cli.running import WrongUse
from tests.support.commands import invoke

NOWHERE = {"ORDERS_MONGODB_URI": "mongodb://127.0.0.1:1", "ORDERS_MONGODB_TIMEOUT": "0.1"}


def write(
    output: Path, text: bytes = b"new", before_the_end: Callable[[], object] = lambda: None
) -> None:
    with whole_file(output) as file:
        file.write(text)
        before_the_end()


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


class Orders:
    """An export of one row."""

    async def file(self, _store: Any, _reader: Any) -> AsyncIterator[bytes]:
        """Yield the row."""
        yield b"row"


class Store:
    """A store of which nothing is read."""

    def reader(self) -> None:
        """Return no reader."""


def mode(file: Path) -> str:
    return f"{file.stat().st_mode & 0o777:o}"


@pytest.mark.parametrize("output", [".", "", "folder", "to-folder"])
def test_a_folder_is_wrong_use_before_anything_is_asked_of_the_database(
    output: str, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "to-folder").symlink_to("folder")

    ended = invoke(("export", "--output", output), tmp_path, **NOWHERE)

    assert (ended.exit_code, ended.stdout) == (2, "")
    assert ended.stderr == f"order-projector: --output: {output or '.'}: Is a directory\n"
    assert names(tmp_path) == ["folder", "to-folder"]
    assert names(tmp_path / "folder") == []


@pytest.mark.parametrize(("mask", "expected"), [(0o022, "644"), (0o077, "600")])
def test_a_new_file_has_the_mode_of_every_new_file(
    mask: int, expected: str, tmp_path: Path
) -> None:
    before = os.umask(mask)
    try:
        write(tmp_path / "orders.csv")
    finally:
        os.umask(before)

    assert mode(tmp_path / "orders.csv") == expected
    assert names(tmp_path) == ["orders.csv"]


@pytest.mark.parametrize("given", ["640", "666", "600"])
def test_an_existing_file_keeps_its_mode(given: str, tmp_path: Path) -> None:
    output = tmp_path / "orders.csv"
    output.write_bytes(b"old")
    output.chmod(int(given, 8))

    write(output)

    assert (output.read_bytes(), mode(output)) == (b"new", given)


@pytest.mark.parametrize("exists", [True, False])
def test_a_symbolic_link_stays_one_and_the_file_that_it_names_is_written(
    exists: bool, tmp_path: Path
) -> None:
    (tmp_path / "files").mkdir()
    target, link = tmp_path / "files" / "orders.csv", tmp_path / "latest.csv"
    link.symlink_to("files/orders.csv")
    if exists:
        target.write_bytes(b"old")

    write(link)

    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert names(target.parent) == ["orders.csv"]


def test_a_named_pipe_is_written_and_stays_one(tmp_path: Path) -> None:
    pipe, read = tmp_path / "pipe", list[bytes]()
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()

    write(pipe)
    reader.join(10)

    assert read == [b"new"]
    assert pipe.is_fifo()
    assert names(tmp_path) == ["pipe"]


def test_a_device_is_written_and_stays_one() -> None:
    controller, terminal = os.openpty()
    try:
        device = Path(os.ttyname(terminal))
        write(device)
        assert os.read(controller, 100) == b"new"
        assert device.is_char_device()
    finally:
        os.close(controller)
        os.close(terminal)


def test_a_failure_leaves_the_file_as_it_was_and_nothing_beside_it(tmp_path: Path) -> None:
    output = tmp_path / "orders.csv"
    output.write_bytes(b"old")

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(output, b"half", stop)

    assert output.read_bytes() == b"old"
    assert names(tmp_path) == ["orders.csv"]


def test_a_name_that_cannot_be_taken_in_the_end_leaves_nothing_beside_it(tmp_path: Path) -> None:
    output = tmp_path / "orders.csv"

    with pytest.raises(WrongUse, match=r"--output: .*orders\.csv: "):
        write(output, b"new", output.mkdir)

    assert names(tmp_path) == ["orders.csv"]


def test_a_link_to_itself_and_a_file_taken_for_a_folder_are_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").touch()

    for name, reason in (("loop", "symbolic links"), ("file/orders.csv", "Not a directory")):
        with pytest.raises(WrongUse, match=reason):
            write(tmp_path / name)

    assert names(tmp_path) == ["file", "loop"]


@pytest.mark.parametrize("output", [None, Path("-")])
async def test_a_hyphen_and_no_output_are_standard_output(
    output: Path | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    monkeypatch.chdir(tmp_path)

    await send_file(Orders(), Store(), output)

    assert capfdbinary.readouterr().out == b"row"
    assert names(tmp_path) == []
