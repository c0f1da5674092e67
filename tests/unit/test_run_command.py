"""`order-projector run`, before there is a worker."""

import subprocess
import sys

import pytest

SIGNALLED = """
import os, signal
from order_projector import worker
from order_projector.cli.run import run

worker.configured = lambda: os.kill(os.getpid(), signal.{name})
run()
print("went on")
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_while_the_worker_is_being_built_ends_it_as_a_stop_does(name: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SIGNALLED.format(name=name)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
