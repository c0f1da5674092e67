"""Fuzzing of the fold: random histories of a sender that keeps its own books."""
