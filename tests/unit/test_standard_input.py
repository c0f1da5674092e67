"""Standard input that is closed is wrong use of a command that reads it, in one line."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    "words", ["project", "explain - ord_1", "send", "backfill -"], ids=lambda it: it.split()[0]
)
def test_a_closed_standard_input_is_one_line_and_wrong_use(words: str, tmp_path: Path) -> None:
    ended = subprocess.run(
        ["/bin/sh", "-c", f'exec "$0" -m order_projector {words} <&-', sys.executable],
        cwd=tmp_path,
        env={
            "ORDERS_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
            "ORDERS_MONGODB_URI": "mongodb://127.0.0.1:1",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "order-projector: -: standard input is closed\n"
