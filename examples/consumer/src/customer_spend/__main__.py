"""The command `customer-spend`."""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from customer_spend.ledger import Ledger
from customer_spend.service import Source, follow


def main() -> None:
    """Run the service, or print what a customer has spent."""
    logging.basicConfig(format="%(levelname)s %(message)s")
    options = _options()
    ledger = Ledger(options.ledger)
    try:
        if options.command == "total":
            sys.stdout.writelines(_lines(ledger.totals(options.customer)))
        else:
            source = Source(options.kafka, options.topic, options.group)
            asyncio.run(_until_stopped(source, ledger))
    finally:
        ledger.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("customer-spend", description="What each customer has spent.")
    parser.add_argument("--ledger", type=Path, default=Path("spend.db"), help="the SQLite file")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="keep the ledger until SIGTERM or Ctrl-C")
    run.add_argument("--kafka", default="localhost:9092", help="host:port, comma separated")
    run.add_argument("--topic", default="order.updated")
    run.add_argument("--group", default="customer-spend", help="the consumer group")
    total = commands.add_parser("total", help="print what a customer has spent, by currency")
    total.add_argument("customer")
    return parser.parse_args()


def _lines(totals: Mapping[str | None, int]) -> Iterator[str]:
    """Yield a line for each currency: cents, and its code if the payments named one."""
    for currency, cents in (totals or {None: 0}).items():
        yield f"{cents} {currency}\n" if currency else f"{cents}\n"


async def _until_stopped(source: Source, ledger: Ledger) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await follow(source, ledger, stop)


if __name__ == "__main__":
    main()
