"""What a key allows."""

from enum import StrEnum


class Scope(StrEnum):
    """One thing that a key may allow."""

    READ = "orders:read"
    WRITE = "orders:write"
    EXPORT = "orders:export"
