"""`python -m bench.api.unindexed`: the worker without the indexes that only readers need.

With the argument ``serve``, the API, which does not create them either.
"""

import sys
from unittest.mock import patch

from order_projector.adapters.mongo import indexes
from order_projector.cli.run import run
from order_projector.cli.serve import serve

SERVE = "serve"

if __name__ == "__main__":
    with patch.object(indexes, "INDEXES", ()):
        serve() if SERVE in sys.argv else run()
