"""A reader for records whose header names are not UTF-8, on which aiokafka fails forever.

It decodes the names with replacement characters; nothing else of the record changes. It is slower
than aiokafka's own reader and only used after that one has failed.
"""

from typing import Any

from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import _MemoryRecordsPy

_FIRST_MAGIC_WITH_HEADERS = 2


class LenientRecords:
    """A drop-in replacement for aiokafka's `MemoryRecords`: the batches of a fetched partition."""

    def __init__(self, data: bytes) -> None:
        self._records = _MemoryRecordsPy(data)

    def size_in_bytes(self) -> int:
        """Return the size of all batches in bytes."""
        return int(self._records.size_in_bytes())

    def has_next(self) -> bool:
        """Whether there is another batch."""
        return bool(self._records.has_next())

    def next_batch(self) -> Any:
        """Return the next batch."""
        data = self._records._next_slice
        batch = self._records.next_batch()
        return _LenientBatch(data) if batch.magic >= _FIRST_MAGIC_WITH_HEADERS else batch


class _LenientBatch(_DefaultRecordBatchPy):  # type: ignore[misc]  # aiokafka has no types
    def __iter__(self) -> Any:
        self._maybe_uncompress()
        self._buffer: bytearray = _LenientBytes(self._buffer)
        return self


class _LenientBytes(bytearray):
    """Bytes that decode without errors."""

    def __getitem__(self, at: Any) -> Any:
        part = super().__getitem__(at)
        return _LenientBytes(part) if isinstance(at, slice) else part

    def decode(self, encoding: str = "utf-8", errors: str = "replace") -> str:
        """Decode the bytes, with U+FFFD for invalid ones."""
        del errors
        return super().decode(encoding, "replace")
