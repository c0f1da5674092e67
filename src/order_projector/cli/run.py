"""`order-projector run`: the worker, in the foreground."""

import asyncio


def run() -> None:
    """Run the worker until SIGTERM or Ctrl-C; both drain it. A second one ends it at once.

    It waits for a broker or a database that is not there yet.
    """
    from order_projector.settings import refusing
    from order_projector.worker import configured

    with refusing():
        asyncio.run(configured().run())
