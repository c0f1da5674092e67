"""Records whose header names are no UTF-8: aiokafka can only fail on them, for ever.

The names are read with replacement characters instead; nothing else of the record changes. This
reader is slower than aiokafka's own and in use only where that one has failed.
"""

from typing import Any

from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import _MemoryRecordsPy

_FIRST_MAGIC_WITH_HEADERS = 2


class AnyHeaderName:
    """Stands in for aiokafka's `MemoryRecords`: the batches of one fetched partition."""

    def __init__(self, data: bytes) -> None:
        self._records = _MemoryRecordsPy(data)

    def size_in_bytes(self) -> int:
        """The bytes of all batches."""
        return int(self._records.size_in_bytes())

    def has_next(self) -> bool:
        """Whether there is another batch."""
        return bool(self._records.has_next())

    def next_batch(self) -> Any:
        """The next batch."""
        data = self._records._next_slice
        batch = self._records.next_batch()
        return _Batch(data) if batch.magic >= _FIRST_MAGIC_WITH_HEADERS else batch


class _Batch(_DefaultRecordBatchPy):  # type: ignore[misc]  # aiokafka has no types
    def __iter__(self) -> Any:
        self._maybe_uncompress()
        self._buffer: bytearray = _Text(self._buffer)
        return self


class _Text(bytearray):
    """Bytes that decode whatever they are."""

    def __getitem__(self, at: Any) -> Any:
        part = super().__getitem__(at)
        return _Text(part) if isinstance(at, slice) else part

    def decode(self, encoding: str = "utf-8", errors: str = "replace") -> str:
        """The text; what is none becomes U+FFFD."""
        del errors
        return super().decode(encoding, "replace")
