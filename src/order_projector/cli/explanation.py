"""Print the explanation of an order as JSON."""

import sys
from collections.abc import Sequence

import orjson

from order_projector.domain.differences import Difference
from order_projector.domain.explanation import Explanation
from order_projector.explaining.document import as_json
from order_projector.settings import json_escaped


def print_json(explanation: Explanation, drift: Sequence[Difference]) -> None:
    """Print the explanation as one JSON object."""
    text = orjson.dumps(as_json(explanation, drift), option=orjson.OPT_APPEND_NEWLINE).decode()
    sys.stdout.buffer.write(json_escaped(text).encode())
    sys.stdout.buffer.flush()
