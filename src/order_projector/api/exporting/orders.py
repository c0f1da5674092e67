"""Exports of orders: their parameters, and their rows."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any, Final

from order_projector.api.errors import invalid_payload
from order_projector.api.exporting import files
from order_projector.api.exporting.fields import (
    DEFAULT,
    OURS,
    PUBLISHED,
    compared_value,
    is_field,
    value_of,
)
from order_projector.api.exporting.filters import ValueOf, filter_of
from order_projector.projection.long_orders.loading import StateReader
from order_projector.projection.reading import Direction, OrderReader, Sort, SortField

MOST_FIELDS: Final = 500

SORTS: Final = {
    sign + field.value: Sort(field, direction)
    for field in (SortField.CREATED_AT, SortField.UPDATED_AT, SortField.STATUS)
    for sign, direction in (("", Direction.ASCENDING), ("-", Direction.DESCENDING))
}


class Format(StrEnum):
    """The form of a file."""

    CSV = "csv"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class OrderExport:
    """Which orders to export, and how; ``shown`` makes of one what a file of orders has of it."""

    sort: Sort
    fields: tuple[str, ...]
    is_meant: Callable[[ValueOf], bool]
    format: Format
    shown: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict

    def file(self, store: StateReader, reader: OrderReader) -> AsyncIterator[bytes]:
        """Return the bytes of the file, as the orders are when it is read."""
        del store
        match self.format:
            case Format.CSV:
                return files.csv_file(self.fields, self._rows(reader))
            case Format.JSONL:
                return files.json_file(self._shown_orders(reader))

    async def _orders(self, reader: OrderReader) -> AsyncIterator[Mapping[str, Any]]:
        async for stored in reader.walk(self.sort):
            if self.is_meant(partial(compared_value, stored.order)):
                yield stored.order

    async def _shown_orders(self, reader: OrderReader) -> AsyncIterator[Mapping[str, Any]]:
        async for order in self._orders(reader):
            yield self.shown(order)

    async def _rows(self, reader: OrderReader) -> AsyncIterator[list[Any]]:
        async for order in self._orders(reader):
            yield [value_of(order, field) for field in self.fields]


def order_export(parameters: Mapping[str, Any]) -> OrderExport:
    """Return the export that parameters ask for. Raises `ApiError`."""
    return OrderExport(
        sort=_sort(parameters.get("order")),
        fields=_fields(parameters.get("fields")),
        is_meant=filter_of(parameters.get("filters")),
        format=format_of(parameters.get("format")),
    )


def _sort(given: Any) -> Sort:
    if given is None:
        return SORTS["created_at"]
    if not isinstance(given, str) or given not in SORTS:
        raise invalid_payload(f"Property .parameters.order must be one of {', '.join(SORTS)}")
    return SORTS[given]


def _fields(given: Any) -> tuple[str, ...]:
    if given is None:
        return DEFAULT
    place = "Property .parameters.fields"
    if not isinstance(given, list) or len(given) > MOST_FIELDS:
        raise invalid_payload(f"{place} must be a list of up to {MOST_FIELDS} names")
    for nth, name in enumerate(given):
        if name is not None and (not isinstance(name, str) or not is_field(name)):
            known = ", ".join((*PUBLISHED, "metadata.X", *OURS))
            raise invalid_payload(f"{place}[{nth}] is no field of an order; these are: {known}")
    return tuple(name for name in given if name is not None) or DEFAULT


def format_of(given: Any) -> Format:
    """Return the form of a file. Raises `ApiError`."""
    if given is None:
        return Format.CSV
    try:
        return Format(given)
    except ValueError:
        raise invalid_payload(
            f"Property .parameters.format must be one of {', '.join(Format)}"
        ) from None
