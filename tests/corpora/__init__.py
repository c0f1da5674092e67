"""Two corpora with which later releases are compared: stored documents and histories of events.

`python -m tests.corpora documents` and `python -m tests.corpora histories` rewrite them.
"""
