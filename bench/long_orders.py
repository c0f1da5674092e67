"""`python -m bench.long_orders`: the cost of one more event, as its order grows long.

Each order has this many facts, and gets its next events one by one. The worker is compared with
itself on the shortest order, and with the bare pipe, which writes and publishes values of the same
size as the worker's announcements. Other workers take part as `--contender NAME=PYTHON`.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console

from bench.arguments import add_shared_options, positive_numbers, run_bench
from bench.contender import PIPE, WORKER, Contender
from bench.events import BenchEvent
from bench.long_table import LongRow, print_long
from bench.sandbox import Database, growth, servers_of_a_run
from bench.single_events import UNMEASURED, SingleEventBench, SingleEventRun, SingleEvents
from bench.sizes import Sizes
from order_projector.testing import (
    Event,
    amount_off,
    item,
    order_created,
    order_updated,
    payment_succeeded,
    redemption_succeeded,
)
from order_projector.testing.event import usual

_ITEMS = [item(f"prod_{n}", 1 + n % 3, price=1_000 + n) for n in range(10)]
_CENT = amount_off(1)


def snapshot(order_id: str, nth: int) -> Event:
    """Return a snapshot of the same ten lines."""
    return order_updated(order_id, items=_ITEMS, at=usual(nth), event_id=f"{order_id}_{nth}")


def late_snapshot(order_id: str, nth: int) -> Event:
    """Return a snapshot of the same ten lines, dated before all other events."""
    return order_updated(order_id, items=_ITEMS, at=usual(-nth), event_id=f"{order_id}_{nth}")


def payment(order_id: str, nth: int) -> Event:
    """Return a payment of one cent."""
    return payment_succeeded(order_id, 1, payment=f"pay_{nth}", at=usual(nth))


def redemption(order_id: str, nth: int) -> Event:
    """Return a redemption of a voucher of one cent off the order."""
    return redemption_succeeded(order_id, voucher=_CENT, redemption=f"r_{nth}", at=usual(nth))


@dataclass(frozen=True, slots=True)
class History:
    """An order's past events and its next ones; each function is given the event's number."""

    name: str
    past: Callable[[str, int], Event]
    more: Callable[[str, int], Event]


HISTORIES = (
    History("snapshots of the same ten lines", snapshot, snapshot),
    History("payments", payment, payment),
    History("redemptions", redemption, redemption),
    History("snapshots, and one that is late", snapshot, late_snapshot),
)


def past(history: History, order_id: str, facts: int) -> list[BenchEvent]:
    """Return the events of an order of this many facts, from its creation on."""
    created = order_created(order_id, items=_ITEMS, at=usual(0))
    return [_sent(created), *(_sent(history.past(order_id, nth)) for nth in range(1, facts))]


def more(history: History, order_id: str, facts: int, count: int) -> Iterator[BenchEvent]:
    """Return this many events that follow an order's past."""
    return (_sent(history.more(order_id, facts + nth)) for nth in range(count))


def _sent(event: Event) -> BenchEvent:
    return BenchEvent(event.order_id, event.topic == "payments", event.value)


@dataclass(frozen=True, slots=True)
class LongBench:
    """One run."""

    runs: SingleEventBench
    console: Console
    lengths: Sequence[int]
    events: int

    async def rows(self, contender: Contender, history: History) -> list[LongRow]:
        """Measure a worker on orders of all lengths, timed and then counted, and the pipe."""
        self.console.print(f"{contender.name}: {history.name} ...")
        async with self.runs.timed(contender, {}) as run:
            timed = [await self._one(run, history, facts) for facts in self.lengths]
        async with self.runs.counted(contender, {}) as run:
            counted = [await self._one(run, history, facts) for facts in self.lengths]
        piped = [await self._piped(history, each.announced) for each in timed]
        return list(map(LongRow, self.lengths, timed, counted, piped))

    async def _one(self, run: SingleEventRun, history: History, facts: int) -> SingleEvents:
        order_id = f"ord_{facts}"
        await run.preload(past(history, order_id, facts))
        return await run.measure(more(history, order_id, facts, UNMEASURED + self.events))

    async def _piped(self, history: History, size: int) -> SingleEvents:
        """Measure the pipe, with values of this size."""
        async with self.runs.timed(PIPE, growth(Sizes((size,), (size,)))) as run:
            return await self._one(run, history, 1)


async def main(arguments: argparse.Namespace, console: Console) -> None:
    """Run everything and print the tables."""
    database: Database = arguments.database
    async with servers_of_a_run(database) as (servers, folder):
        console.print(f"{servers.name}; {database.title}")
        bench = LongBench(
            SingleEventBench(servers, folder), console, arguments.facts, arguments.events
        )
        for history in HISTORIES:
            for contender in (WORKER, *arguments.contender):
                rows = await bench.rows(contender, history)
                print_long(console, f"{contender.name}: {history.name}", rows)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench-long", description=__doc__)
    parser.add_argument(
        "--facts", type=positive_numbers, default=(10, 100, 1_000, 5_000), help="of the orders"
    )
    parser.add_argument("--events", type=int, default=20, help="measured of each order")
    add_shared_options(parser)
    return parser


if __name__ == "__main__":
    run_bench(main, _parser().parse_args())
