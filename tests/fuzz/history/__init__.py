"""Random histories of a sender that keeps its own books, against the fold."""
