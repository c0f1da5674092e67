"""The explanation of an order as one JSON object."""

from collections.abc import Sequence
from typing import Any

from order_projector.domain.clock import format_time
from order_projector.domain.currency import Currency
from order_projector.domain.differences import Difference
from order_projector.domain.explanation import Explanation, TimelineEntry
from order_projector.domain.ledger import LedgerLine
from order_projector.domain.money_paid import MoneyPaid
from order_projector.domain.status_reasons import StatusReason
from order_projector.explaining.arithmetic import formula
from order_projector.explaining.wording import flag_sentence, kept_sentence, status_sentence


def as_json(explanation: Explanation, drift: Sequence[Difference]) -> dict[str, Any]:
    """Return the explanation as a JSON object; times are in ISO 8601.

    ``drift`` are the differences between the order that the facts make and the stored one.
    """
    return {
        "order_id": explanation.order_id,
        "currency": explanation.money.currency.code,
        "chapters": [_entry_json(explanation, entry) for entry in explanation.entries],
        "money": _money_json(explanation.money),
        "proofs": [
            {"account": it.account, "summed": it.summed, "stated": it.stated, "holds": it.holds}
            for it in explanation.checks
        ],
        "flags": [
            {"code": it.code, "event": it.event, "about": it.about, "message": it.message}
            for it in explanation.flags
        ],
        "drift": list(drift),
        "holds": explanation.holds and not drift,
        "order": explanation.order,
    }


def _entry_json(explanation: Explanation, entry: TimelineEntry) -> dict[str, Any]:
    return {
        "at": format_time(entry.at),
        "title": explanation.title(entry),
        "events": entry.events,
        "source_ids": entry.came_by,
        "ledger": [_line_json(line, explanation.money.currency) for line in entry.ledger],
        "status": _status_json(entry.status, explanation.money.currency),
        "kept": entry.kept,
        "changes": entry.changes,
        "flags": list(map(flag_sentence, entry.flags)),
        "remarks": explanation.remarks(entry),
    }


def _line_json(line: LedgerLine, currency: Currency) -> dict[str, Any]:
    return {
        "event_id": line.event_id,
        "redemption_id": line.redemption_id,
        "rule": line.rule,
        "account": line.account,
        "item": line.item,
        "quantity": line.quantity,
        "cents": line.cents,
        "running": line.running,
        "name": line.name,
        "arithmetic": [formula(working, currency) for working in line.workings],
    }


def _status_json(reason: StatusReason | None, currency: Currency) -> dict[str, Any] | None:
    if reason is None:
        return None
    return {
        "before": reason.before,
        "after": reason.after,
        "why": reason.why,
        "sentence": status_sentence(reason, currency),
    }


def _money_json(money: MoneyPaid) -> dict[str, Any]:
    return {
        "kept": money.kept,
        "total": money.total,
        "sentence": kept_sentence(money),
        "payments": money.payments,
    }
