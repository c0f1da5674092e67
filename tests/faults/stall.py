"""How long an order has waited for what was sent of it."""

from typing import Final

from order_projector.events.decode import decode
from order_projector.events.outcome import Accepted
from tests.faults.evidence import Evidence

_SECOND: Final = 1_000


def longest_stall(evidence: Evidence) -> float:
    """The most seconds between an event's first way to the broker and the news of its order.

    An event of which a revision was never announced, as a later one has overtaken it, has none.
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
