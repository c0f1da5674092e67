"""`python -m bench.api.unindexed`: the worker, without the indexes that only readers need."""

from unittest.mock import patch

from order_projector.adapters.mongo import indexes
from order_projector.cli.run import run

if __name__ == "__main__":
    with patch.object(indexes, "INDEXES", ()):
        run()
