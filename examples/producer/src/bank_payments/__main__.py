"""The command `bank-payments`."""

import argparse
import asyncio
import csv
import sys
from pathlib import Path

from bank_payments.publish import Target, publish
from bank_payments.statement import StatementError, read


def main() -> int:
    """Publish a whole statement, or nothing if a line cannot be read."""
    options = _options()
    try:
        with options.statement.open(encoding="utf-8", newline="") as lines:
            entries = list(read(lines, options.currency))
    except (OSError, UnicodeDecodeError, csv.Error, StatementError) as error:
        sys.stderr.write(f"bank-payments: {options.statement}: {error}\n")
        return 2
    count = asyncio.run(publish(Target(options.kafka, options.topic), entries))
    sys.stdout.write(f"{count} published\n")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "bank-payments", description="Publishes the payments in a bank's statement."
    )
    parser.add_argument("statement", type=Path, help="a CSV file")
    parser.add_argument("--currency", default="EUR", help="of all amounts in it")
    parser.add_argument("--kafka", default="localhost:9092", help="host:port, comma separated")
    parser.add_argument("--topic", default="payments")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
