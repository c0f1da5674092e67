"""Dead letters as they are in their topic."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from order_projector.adapters.kafka.producer.outbound import ERROR_HEADERS, VALUE_OMITTED
from order_projector.projection.handling import LetterId
from order_projector.projection.ports import Coordinates, Record

REPLAYED_FROM: Final = "replayed-from"
_NOT_ITS_OWN: Final = frozenset({*ERROR_HEADERS, VALUE_OMITTED, REPLAYED_FROM})

_PLACE: Final = re.compile(r"(\d{1,9}):(\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter: its record, and what its headers say of the rejection."""

    record: Record
    code: str
    message: str
    source: Coordinates
    failed_at: str
    is_value_omitted: bool

    @property
    def id(self) -> LetterId:
        """What it is known by."""
        return LetterId(self.record.coordinates, self.failed_at)

    @property
    def place(self) -> str:
        """Its place as operators write it."""
        at = self.record.coordinates
        return f"{at.partition}:{at.offset}"

    def original(self) -> Record:
        """Return the record as it was: its key, its value, and the headers of its own."""
        record = self.record
        headers = tuple(it for it in record.headers if it[0] not in _NOT_ITS_OWN)
        return Record(self.source, record.key, record.value, headers, record.timestamp)


def parse_place(text: str, topic: str) -> Coordinates | None:
    """Return the place ``partition:offset`` of a topic; None if the text is not one."""
    found = _PLACE.fullmatch(text)
    return None if found is None else Coordinates(topic, int(found[1]), int(found[2]))


def read_letter(record: Record) -> Letter | None:
    """Return the dead letter of a record; None if it is none."""
    texts: Mapping[str, str] = {
        name: value.decode(errors="replace") for name, value in record.headers if value is not None
    }
    try:
        code, message, topic, partition, offset, failed_at = (texts[name] for name in ERROR_HEADERS)
        source = Coordinates(topic, int(partition), int(offset))
    except (KeyError, ValueError):
        return None
    return Letter(record, code, message, source, failed_at, VALUE_OMITTED in texts)
