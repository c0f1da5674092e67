"""The demo: servers, a worker, a stream, and a check of the worker's results."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from pymongo import AsyncMongoClient
from rich.console import Console

from order_projector.demo.figures import (
    by_code,
    by_flag,
    by_reason,
    by_status,
    latency,
    money,
    most_eventful,
)
from order_projector.demo.screen import (
    Figures,
    Screen,
    State,
    print_figures,
    print_report,
    screen,
)
from order_projector.local.errors import ServerFailed
from order_projector.local.server import Server, require_running, serving
from order_projector.local.stack import TOPICS, LocalStack, local_stack
from order_projector.local.worker import worker_spec
from order_projector.verification.check import CheckReport, Result, check
from order_projector.verification.watch import END, Watch, watching
from order_projector.workload.stream import Stream, generate
from order_projector.workload.traffic import Traffic, traffic

_PARTITIONS = 6
_GROUP = "order-projector"
_DATABASE = "orders"
_LOOK_AGAIN = 0.2
_STANDSTILL = 60.0


@dataclass(frozen=True, slots=True)
class Plan:
    """The number of orders, the seed, and the rate of the steady half in records per second."""

    orders: int
    seed: int
    per_second: int


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that runs during a demo."""

    stack: LocalStack
    worker: Server
    traffic: Traffic
    watch: Watch
    watching: asyncio.Task[None]

    def raise_if_failed(self) -> None:
        """Raise if a server has ended, or the watch has failed."""
        require_running(self.worker, self.stack.broker, self.stack.database)
        if self.watching.done() and not self.watching.cancelled():
            self.watching.result()


async def demo(
    plan: Plan, console: Console, keep: Callable[[Stage, str | None], Awaitable[None]]
) -> CheckReport:
    """Play the plan, print the results, and stop everything once `keep` returns.

    `keep` gets the id of the order that was printed, if there is one.
    """
    stream = await asyncio.to_thread(generate, plan.orders, plan.seed)
    console.print(f"{plan.orders:,} orders in {len(stream.records):,} records (seed {plan.seed})")
    async with _stage() as stage:
        with screen() as progress:
            per_second = await _play(stage, stream, plan, progress)
        await _read_to_the_end(stage)
        documents = await _documents(stage.stack)
        result = Result(documents, stage.watch.announced, stage.watch.dead_letters)
        report = await asyncio.to_thread(check, stage.traffic.sent, stream.totals, result)
        # Latency is measured at the steady rate; at once, it would only show the backlog.
        steady = stage.traffic.sent[: len(stream.records) // 2]
        orders = [each for each in documents.values() if "status" in each]  # not gone into another
        figures = Figures(
            statuses=by_status(orders),
            money=money(orders),
            per_second=per_second,
            steady=plan.per_second,
            latency=latency(steady, result.announced),
            records=len(stream.records),
            repeats=sum(record.repeats for record in stream.records),
            skipped=by_reason(stage.traffic.sent),
            dead_letters=by_code(result.dead_letters),
            flags=by_flag(documents.values()),
        )
        shown = _print_order(console, orders)
        print_figures(console, figures)
        print_report(console, report)
        await keep(stage, shown)
    return report


@asynccontextmanager
async def _stage() -> AsyncIterator[Stage]:
    """Start everything, and stop it in reverse order."""
    async with AsyncExitStack() as exits:
        stack = await exits.enter_async_context(local_stack(partitions=_PARTITIONS))
        _, _, announcements, dead_letters = TOPICS
        servers = stack.bootstrap_servers
        spec = worker_spec(stack.environment(), stack.data_dir / "worker.log")
        worker = await exits.enter_async_context(serving(spec))
        watch, task = await exits.enter_async_context(
            watching(servers, _GROUP, announcements, dead_letters, _PARTITIONS)
        )
        sender = await exits.enter_async_context(traffic(servers))
        yield Stage(stack, worker, sender, watch, task)


async def _play(stage: Stage, stream: Stream, plan: Plan, shown: Screen) -> float:
    """Send everything and show the progress; return the events per second of the second half."""
    half = len(stream.records) // 2
    sending = asyncio.create_task(stage.traffic.steadily(stream.records[:half], plan.per_second))
    try:
        await _until(stage, stream, shown, lambda _: sending.done())
        await sending
        begun, before = time.monotonic(), await _consumed(stage)
        sending = asyncio.create_task(stage.traffic.at_once(stream.records[half:]))
        await _until(stage, stream, shown, lambda consumed: consumed == len(stream.records))
        await sending
    finally:
        sending.cancel()
    return (len(stream.records) - before) / (time.monotonic() - begun)


async def _until(
    stage: Stage, stream: Stream, shown: Screen, enough: Callable[[int], bool]
) -> None:
    """Show the progress until `enough` is consumed. Raises ServerFailed at a standstill."""
    last, moved = -1, time.monotonic()
    while True:
        stage.raise_if_failed()
        consumed = await _consumed(stage)
        state = State(
            total=len(stream.records),
            produced=len(stage.traffic.sent),
            consumed=consumed,
            orders=len(stage.watch.orders),
        )
        shown.show(state)
        if enough(consumed):
            return
        if consumed != last:
            last, moved = consumed, time.monotonic()
        elif time.monotonic() - moved > _STANDSTILL:
            standstill = f"the worker has stood still for {_STANDSTILL:g} s at {consumed:,}"
            raise ServerFailed(standstill + stage.worker.log_tail())
        await asyncio.sleep(_LOOK_AGAIN)


async def _consumed(stage: Stage) -> int:
    inbound = TOPICS[:2]
    committed = await stage.watch.consumed(dict.fromkeys(inbound, _PARTITIONS))
    return sum(committed.values())


async def _read_to_the_end(stage: Stage) -> None:
    """Wait until everything that the worker has published is read.

    All batches are committed by now, so nothing is published after the end marks.
    """
    for topic in TOPICS[2:]:
        await stage.traffic.ends(topic, _PARTITIONS, END)
    try:
        async with asyncio.timeout(_STANDSTILL):
            await asyncio.shield(stage.watching)
    except TimeoutError:
        raise ServerFailed(
            f"the broker hands out nothing more{stage.stack.broker.log_tail()}"
        ) from None


async def _documents(stack: LocalStack) -> dict[str, dict[str, Any]]:
    async with AsyncMongoClient[dict[str, Any]](stack.mongodb_uri) as client:
        stored = client[_DATABASE]["orders"].find()
        return {document["_id"]: document async for document in stored}


def _print_order(console: Console, orders: Sequence[dict[str, Any]]) -> str | None:
    """Print the most eventful order and return its id, or None if there are no orders."""
    if not orders:
        return None
    joined = [order for order in orders if order["status"] == "PAID" and _is_joined(order)]
    order = most_eventful(joined or orders)
    served = {name: value for name, value in order.items() if name not in {"_id", "_projection"}}
    by = f", paid by the shop's number {order['source_id']}" if joined else ""
    console.print(f"\nOrder {order['_id']}{by}, as it is stored and served:", style="bold")
    console.print_json(orjson.dumps(served).decode())
    return str(order["_id"])


def _is_joined(order: dict[str, Any]) -> bool:
    """Whether events that name the order by a source id alone are among its own."""
    return any(imported["facts"] for imported in order["_projection"]["imports"])
