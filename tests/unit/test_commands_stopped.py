"""Ctrl-C while a command waits for its input."""

import fcntl
import json
import os
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from tests.support.events import event_at

pytestmark = pytest.mark.usefixtures("heeds_ctrl_c")

EVENT = json.dumps(event_at(1, "order.created", {"order": {"id": "ord_1", "amount": 100}}))


def until_read(pipe: int) -> None:
    """Wait until the other end has read everything."""
    deadline = time.monotonic() + 60
    while struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))[0]:
        assert time.monotonic() < deadline, "nobody reads"
        time.sleep(0.01)


@pytest.mark.parametrize("words", [("project",), ("explain", "-", "ord_1")], ids=" ".join)
def test_one_ctrl_c_ends_a_command_that_waits_for_standard_input_with_130(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    with subprocess.Popen(
        (sys.executable, "-m", "order_projector", *words),
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as command:
        assert command.stdin is not None
        try:
            os.write(command.stdin.fileno(), f"{EVENT}\n".encode())
            until_read(command.stdin.fileno())
            command.send_signal(signal.SIGINT)
            code = command.wait(30)
        finally:
            command.kill()
        out, told = command.communicate()

    assert (code, out, told.decode()) == (130, b"", "order-projector: stopped by Ctrl-C\n")
