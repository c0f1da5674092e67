"""Exports of the ledger: a row for each amount that one event moved of an order's discounts."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal

from order_projector.api.errors import invalid_payload
from order_projector.api.exporting import files
from order_projector.api.exporting.dates import Row, by_date
from order_projector.api.exporting.fields import Kind
from order_projector.api.exporting.filters import ValueOf, filter_of
from order_projector.api.exporting.orders import Format, format_of
from order_projector.domain.clock import format_time
from order_projector.domain.explanation import TimelineEntry, explain
from order_projector.domain.facts import Fact, Redemption
from order_projector.domain.ledger import Account, LedgerLine
from order_projector.projection.folding import Threads
from order_projector.projection.long_orders.loading import StateReader, load_complete
from order_projector.projection.names.view import as_joined
from order_projector.projection.ports import ProjectionState, StoredOrder
from order_projector.projection.reading import OrderReader, Sort, SortField

FIELDS: Final = (
    *("order_id", "source_id", "date", "event_id", "redemption_id", "related_object_type"),
    *("related_object_id", "voucher_code", "campaign_id", "level", "product_id", "sku_id"),
    *("units", "amount"),
)
FILTERED: Final[Mapping[str, Kind]] = {
    "date": Kind.TIME,
    "campaign_id": Kind.TEXT,
    "order_id": Kind.TEXT,
}
SORTS: Final = ("date", "-date")
LONG: Final = 50
"""Orders with more facts than this are explained in a thread: it may take seconds."""


@dataclass(frozen=True, slots=True)
class LedgerExport:
    """Which rows to export, and how; without a ``sort`` by order, date and event."""

    sort: Literal["date", "-date"] | None
    fields: tuple[str, ...]
    is_meant: Callable[[ValueOf], bool]
    format: Format

    def file(self, store: StateReader, reader: OrderReader) -> AsyncIterator[bytes]:
        """Return the bytes of the file, as the orders are when it is read."""
        rows = self._meant(store, reader)
        if self.sort is not None:
            rows = by_date(rows, self.sort)
        match self.format:
            case Format.CSV:
                return files.csv_file(self.fields, self._cells(rows))
            case Format.JSONL:
                return files.json_file(self._objects(rows))

    async def _meant(self, store: StateReader, reader: OrderReader) -> AsyncIterator[Row]:
        threads = Threads(1)
        async for stored in reader.walk(Sort(SortField.ID)):
            state = (await load_complete(store, [stored.order_id])).get(stored.order_id)
            if not isinstance(state, ProjectionState):
                continue  # erased since the walk read it
            facts = as_joined(state).facts
            rows = partial(rows_of, stored, facts)
            for row in await threads(rows) if len(facts) > LONG else rows():
                if self.is_meant(row.get):
                    yield row

    async def _cells(self, rows: AsyncIterator[Row]) -> AsyncIterator[list[Any]]:
        async for row in rows:
            yield [row[field] for field in self.fields]

    async def _objects(self, rows: AsyncIterator[Row]) -> AsyncIterator[Row]:
        async for row in rows:
            yield {field: row[field] for field in self.fields}


def ledger_export(parameters: Mapping[str, Any]) -> LedgerExport:
    """Return the export that parameters ask for. Raises `ApiError`."""
    return LedgerExport(
        sort=_sort(parameters.get("order")),
        fields=_fields(parameters.get("fields")),
        is_meant=filter_of(parameters.get("filters"), FILTERED, metadata=None),
        format=format_of(parameters.get("format")),
    )


def _sort(given: Any) -> Any:
    if given is not None and given not in SORTS:
        raise invalid_payload(f"Property .parameters.order must be one of {', '.join(SORTS)}")
    return given


def _fields(given: Any) -> tuple[str, ...]:
    if given is None:
        return FIELDS
    if not isinstance(given, list) or not all(name in (None, *FIELDS) for name in given):
        known = ", ".join(FIELDS)
        raise invalid_payload(f"Property .parameters.fields must be a list of some of {known}")
    return tuple(name for name in given if name is not None) or FIELDS


def rows_of(stored: StoredOrder, facts: Mapping[str, Fact]) -> list[Row]:
    """Return the rows of an order by date and event; they add up to its total discount."""
    explanation = explain(stored.order_id, facts)
    rows = [
        _row(stored, facts, entry, line)
        for entry in explanation.entries
        for line in entry.ledger
        if line.account is not Account.AMOUNT and line.cents
    ]
    return sorted(rows, key=lambda row: (row["date"], row["event_id"]))


def _row(
    stored: StoredOrder, facts: Mapping[str, Fact], entry: TimelineEntry, line: LedgerLine
) -> Row:
    redemption = facts.get(f"redemption {line.redemption_id}")
    related = redemption.related if isinstance(redemption, Redemption) else None
    is_capped = line.account is Account.CAPPED
    return {
        "order_id": stored.order_id,
        "source_id": stored.order.get("source_id"),
        "date": format_time(entry.at),
        "event_id": line.event_id,
        "redemption_id": line.redemption_id,
        "related_object_type": related.type if related else None,
        "related_object_id": related.id if related else None,
        "voucher_code": related.code if related else None,
        "campaign_id": related.parent_id if related else None,
        "level": "item" if is_capped or line.item is not None else "order",
        "product_id": line.product_id,
        "sku_id": line.sku_id,
        "units": _units(entry, line) or None,
        "amount": -line.cents if is_capped else line.cents,
    }


def _units(entry: TimelineEntry, line: LedgerLine) -> int:
    """Return the units that the same event brought to the same line with the discount."""
    if line.item is None:
        return 0
    whose = (line.event_id, line.redemption_id, line.item)
    return sum(
        it.quantity for it in entry.ledger if (it.event_id, it.redemption_id, it.item) == whose
    )
