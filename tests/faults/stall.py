"""How long an order has waited for the events sent about it."""

from typing import Final

from order_projector.events.decode import decode
from order_projector.events.outcome import Accepted
from tests.faults.evidence import Evidence

_SECOND: Final = 1_000


def longest_stall(evidence: Evidence) -> float:
    """Return the longest time in seconds from an event's first record to its first announcement.

    An event named by no announced revision, because a later one superseded it, is ignored.
    """
    announced = dict[str, int]()
    for revisions in evidence.announced.values():
        for one in revisions:
            for cause in one.causes:
                announced[cause] = min(one.at, announced.get(cause, one.at))
    sent = dict[str, int]()
    for logged in evidence.log.values():
        outcome = decode(logged.value, logged.headers)
        if isinstance(outcome, Accepted):
            name = outcome.event.id
            sent[name] = min(logged.at, sent.get(name, logged.at))
    stalls = [announced[name] - sent[name] for name in announced.keys() & sent.keys()]
    return max(stalls, default=0) / _SECOND
