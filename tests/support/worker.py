"""How a test launches workers: the fixture `launch_worker`, and its type."""

from collections.abc import Awaitable, Callable

from order_projector.local.server import Server

LaunchWorker = Callable[..., Awaitable[Server]]
"""Launch a worker; keywords change its settings, as in `launch(ORDERS_BATCH_SIZE="1")`."""
