"""How many examples a property draws: what suits a change, or many times that for a long run."""

import os
from typing import Final

_TIMES: Final = int(os.environ.get("ORDERS_TEST_EXAMPLES", "1"))


def examples(usual: int) -> int:
    """Return the number of examples to draw, of a property that usually draws this many."""
    return usual * _TIMES
