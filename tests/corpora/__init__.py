"""Two corpora that later releases are held against: stored documents, and histories of events.

`python -m tests.corpora documents` and `python -m tests.corpora histories` write them anew.
"""
