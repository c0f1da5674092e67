"""Convert an entry of the statement to its event."""

import json
from typing import Any

from bank_payments.statement import Entry


def event(entry: Entry) -> dict[str, Any]:
    """Return an entry's event; its id is the bank's, so the same entry is always one event.

    Payments and refunds have different prefixes, so no payment has the event id of a refund.
    """
    name, kind = f"bank_{entry.payment_id}", "payment.succeeded"
    data: dict[str, Any] = {
        "payment": {
            "id": entry.payment_id,
            "order_id": entry.order_id,
            "amount": entry.received,
            "currency": entry.currency,
            "method": "transfer",
        }
    }
    if entry.refund is None:
        data["payment"]["date"] = entry.date.isoformat()
    else:
        name, kind = f"bank-refund_{entry.refund.id}", "payment.refunded"
        date = entry.date.isoformat()
        data["refund"] = {"id": entry.refund.id, "amount": entry.refund.cents, "date": date}
    return {"id": name, "type": kind, "created_at": entry.date.isoformat(), "data": data}


def record(entry: Entry) -> tuple[bytes, bytes]:
    """Return the key and value of an entry's record; the key keeps an order in one partition."""
    return entry.order_id.encode(), json.dumps(event(entry)).encode()
