"""The collector of cyclic garbage does not hold the worker up."""

import subprocess
import sys

_STREAM = """
import gc
from order_projector.worker import collect_garbage_in_small_steps

looked_at = []

def seen(phase, info):
    if phase == "start":
        looked_at.append(len(gc.get_objects(info["generation"])))

collect_garbage_in_small_steps()
gc.callbacks.append(seen)
kept = [{"n": [n]} for n in range(100_000)]
gc.callbacks.remove(seen)
print(len(looked_at), max(looked_at), gc.get_freeze_count())
"""


def test_no_step_looks_at_more_than_a_thousand_new_containers_or_at_what_was_imported() -> None:
    """200,000 containers are made."""
    counted = subprocess.run(
        [sys.executable, "-c", _STREAM], capture_output=True, text=True, check=True
    )
    steps, most, frozen = map(int, counted.stdout.split())

    assert 190 <= steps <= 210
    assert most < 1_100
    assert frozen > 10_000
