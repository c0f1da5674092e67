"""`order-projector serve`: the API over HTTP, in the foreground."""

import asyncio

from order_projector.hosting.signals import exiting_on_signals


def serve() -> None:
    """Serve the orders over HTTP until SIGTERM, SIGHUP or Ctrl-C; requests in hand are finished.

    Reads the orders from MongoDB, and writes them by publishing events to Kafka, which a worker
    folds. Needs a file of keys (ORDERS_API_KEYS_FILE, `order-projector keys create`); without a
    good key it exits with 2, unless ORDERS_API_OPEN=true.
    """
    exiting_on_signals()

    from order_projector.api import configured
    from order_projector.settings import exit_on_configuration_error

    with exit_on_configuration_error():
        asyncio.run(configured().run())
