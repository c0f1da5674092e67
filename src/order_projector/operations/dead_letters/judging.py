"""What this release would make of an event that was rejected once."""

from dataclasses import dataclass

from order_projector.events.outcome import Accepted, Rejected, Skipped
from order_projector.projection.dry_run import DryRun
from order_projector.projection.ports import Record


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a worker of this release would do with an event.

    ``rejection`` is the reason why it would be a dead letter again; without one, ``outcome`` says
    what becomes of it.
    """

    outcome: str
    rejection: str | None = None


async def judge(dry_run: DryRun, record: Record, code: str) -> Verdict:
    """Try the event on its order, without writing. Raises `Unavailable`."""
    rejection = await dry_run.rejection_reason(record, code)
    if rejection is not None:
        return Verdict(f"a dead letter again: {rejection}", rejection)
    match dry_run.decode(record.value, record.headers):
        case Accepted(type=name, order_id=order_id):
            return Verdict(f"{name} of the order {order_id}, accepted")
        case Skipped(type=name):
            return Verdict(f"skipped ({name})")
        case Rejected(code=rejected, message=message):
            return Verdict(f"a dead letter again: {rejected}", message)
