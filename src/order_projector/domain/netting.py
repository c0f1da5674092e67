"""One ledger line for what an event withdraws from what is carried and states again."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from order_projector.domain.ledger import CARRIED, Account, LedgerLine

_Place = tuple[str, Account, str | None]


def netted(lines: Iterable[LedgerLine]) -> tuple[LedgerLine, ...]:
    """Net the carried lines of one step, each where its last one stands.

    Lines that net to zero are left out. The running totals of all lines are computed again.
    """
    posted = list(lines)
    if not posted:
        return ()
    first = posted[0]
    running = first.running.after(first.account, -first.cents)
    kept = []
    for line in _once(posted):
        running = running.after(line.account, line.cents)
        kept.append(replace(line, running=running))
    return tuple(kept)


def _once(posted: list[LedgerLine]) -> Iterator[LedgerLine]:
    """Yield the lines, those of what is carried once for each place."""
    units, cents = Counter[_Place](), Counter[_Place]()
    last: dict[_Place, int] = {}
    for nth, line in enumerate(posted):
        if line.rule == CARRIED:
            place = _place(line)
            units[place] += line.quantity
            cents[place] += line.cents
            last[place] = nth
    for nth, line in enumerate(posted):
        place = _place(line)
        if line.rule != CARRIED:
            yield line
        elif last[place] == nth and (units[place] or cents[place]):
            yield replace(line, quantity=units[place], cents=cents[place])


def _place(line: LedgerLine) -> _Place:
    return line.event_id, line.account, line.item
