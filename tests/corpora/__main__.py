"""Rewrite a corpus: see `tests.corpora`."""

import sys

from tests.corpora import documents, histories

WRITERS = {"documents": documents.write, "histories": histories.write}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in WRITERS:
        sys.exit(f"usage: python -m tests.corpora {'|'.join(WRITERS)}")
    WRITERS[sys.argv[1]]()
