"""Create the indexes that readers need in the background: no request waits for them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from random import Random
from typing import Final

from order_projector.projection.ports import AccessDenied, Unavailable
from order_projector.projection.retry import Backoff

_log: Final = logging.getLogger(__name__)

_BACKOFF: Final = Backoff(first=1.0, cap=30.0)

Step = Callable[[], Awaitable[None]]


@asynccontextmanager
async def prepared(*steps: Step) -> AsyncIterator[None]:
    """Run these steps for the duration of a `with` block, each until the database takes it."""
    tasks = [asyncio.create_task(_until_done(step)) for step in steps]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _until_done(step: Step) -> None:
    random = Random()  # noqa: S311 - spreads pauses
    for attempt in count():
        try:
            await step()
        except AccessDenied as denied:
            _log.warning("indexes are not built: %s", denied)
            return
        except Unavailable as away:
            if attempt == 0:
                _log.warning("waiting for the database to build indexes: %s", away)
            await asyncio.sleep(_BACKOFF.pause(attempt, random))
        else:
            return
