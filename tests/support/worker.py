"""The type of the fixture `launch_worker`, with which a test launches workers."""

from collections.abc import Awaitable, Callable

from order_projector.local.server import Server

LaunchWorker = Callable[..., Awaitable[Server]]
"""Launch a worker; keywords change its settings, as in `launch(ORDERS_BATCH_SIZE="1")`."""
