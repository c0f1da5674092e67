"""Standard output that takes no more: a full disk is one line, a closed pipe is an early end."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.events import event_at

COMMANDS = (
    ("--help",),
    ("--version",),
    ("verify", "--help"),
    ("settings",),
    ("asyncapi",),
    ("project", "events.jsonl"),
    ("explain", "events.jsonl", "ord_1"),
    ("explain", "--json", "events.jsonl", "ord_1"),
    ("doctor", "--json"),
)
NOWHERE = {
    "ORDERS_MONGODB_URI": "mongodb://127.0.0.1:1",
    "ORDERS_MONGODB_TIMEOUT": "0.1",
    "ORDERS_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
}
ALL = pytest.mark.parametrize(
    ("words", "unbuffered"),
    [*((words, "") for words in COMMANDS), *((words, "1") for words in COMMANDS[:2])],
)


def run(words: tuple[str, ...], output: int, folder: Path, unbuffered: str) -> tuple[int, str]:
    event = event_at(1, "order.created", {"order": {"id": "ord_1", "amount": 100}})
    (folder / "events.jsonl").write_text(json.dumps(event))
    ended = subprocess.run(
        (sys.executable, "-m", "order_projector", *words),
        cwd=folder,
        env={**os.environ, **NOWHERE, "PYTHONUNBUFFERED": unbuffered},
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stderr


@ALL
def test_a_full_disk_is_one_line_that_names_standard_output_and_does_not_mean_no(
    words: tuple[str, ...], unbuffered: str, tmp_path: Path
) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        code, said = run(words, full, tmp_path, unbuffered)
    finally:
        os.close(full)

    assert said.splitlines()[-1] == "order-projector: standard output: No space left on device"
    assert "Traceback" not in said
    assert code == 2


@ALL
def test_a_reader_that_has_seen_enough_ends_a_command_with_0_and_without_a_word(
    words: tuple[str, ...], unbuffered: str, tmp_path: Path
) -> None:
    reader, pipe = os.pipe()
    os.close(reader)
    try:
        code, said = run(words, pipe, tmp_path, unbuffered)
    finally:
        os.close(pipe)

    assert not [line for line in said.splitlines() if not line.startswith("total: ")]
    assert code == 0
