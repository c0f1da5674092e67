"""The number of the rules: how events are read, and what a set of facts makes of an order."""

from typing import Final

RULES: Final = 1
"""Raised whenever some set of events gives another order, or an event other facts, than before.

Each stored fact carries the number of the rules that read it, and each document that of the rules
that folded it. A corpus of histories (`tests/corpora`) fails when this is forgotten.
"""
