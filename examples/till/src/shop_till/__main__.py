"""The command `shop-till`."""

import argparse
import os
import sys

from shop_till.api import Api, Refused, Unanswered
from shop_till.till import Line, Till, to_pay


def main() -> int:
    """Place an order, or show one; return the exit status, 0 on success."""
    options = _options()
    till = Till(Api(options.api, options.app_id, os.environ.get("TILL_TOKEN", "")))
    try:
        if options.lines:
            order = till.place(options.receipt, options.lines)
        else:
            order = till.order(options.receipt)
    except (Refused, Unanswered, ValueError) as error:
        sys.stderr.write(f"shop-till: {error}\n")
        return 1
    due = to_pay(order)
    money = "total not known yet" if due is None else f"{due} to pay"
    sys.stdout.write(f"{order['id']}: {order['status']}, {money}\n")
    return 0


def _line(text: str) -> Line:
    product, quantity, price = text.rsplit(":", 2)
    return Line(product, int(quantity), int(price))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "shop-till", description="Places the order of a receipt; without lines, shows it."
    )
    parser.add_argument("receipt", help="the number on it")
    parser.add_argument("lines", nargs="*", type=_line, help="product:quantity:cents")
    parser.add_argument("--api", default="http://127.0.0.1:8080", help="base URL")
    parser.add_argument("--app-id", default="till", help="its token is TILL_TOKEN's value")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
