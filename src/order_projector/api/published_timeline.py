"""How an order came to be, as a strict channel is shown it: in published statuses alone."""

from collections.abc import Iterable
from dataclasses import replace

from order_projector.api.channel import shown_order
from order_projector.api.history import Explained
from order_projector.domain.differences import Difference
from order_projector.domain.explanation import TimelineEntry
from order_projector.domain.facts import Snapshot
from order_projector.domain.status import Status
from order_projector.domain.status_reasons import StatusReason
from order_projector.domain.timeline import FactStep, Step


def in_published_statuses(found: Explained) -> Explained:
    """Return the same in published statuses: what differs in others alone does not differ."""
    explanation = found.explanation
    shown = replace(
        explanation,
        entries=tuple(map(_entry, explanation.entries)),
        order=shown_order(explanation.order),
    )
    return replace(found, explanation=shown, drift=_differences(found.drift))


def _entry(entry: TimelineEntry) -> TimelineEntry:
    return replace(
        entry,
        step=_step(entry.step),
        changes=_differences(entry.changes),
        status=None if entry.status is None else _reason(entry.status),
    )


def _step(step: Step) -> Step:
    match step:
        case FactStep(fact=Snapshot(becomes=Status.PROCESSING) as snapshot):
            return replace(step, fact=replace(snapshot, becomes=Status.CREATED))
        case _:
            return step


def _reason(reason: StatusReason) -> StatusReason:
    before = None if reason.before is None else _status(reason.before)
    return replace(reason, before=before, after=_status(reason.after))


def _status(status: Status) -> Status:
    return Status.CREATED if status is Status.PROCESSING else status


def _differences(found: Iterable[Difference]) -> tuple[Difference, ...]:
    shown = (
        Difference("status", _value(it.before), _value(it.after)) if it.path == "status" else it
        for it in found
    )
    return tuple(it for it in shown if it.path != "status" or it.before != it.after)


def _value(value: object) -> object:
    return Status.CREATED.value if value == Status.PROCESSING else value
