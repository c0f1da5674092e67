"""Finish a step whose result is reported, even if the command is stopped during it."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def uninterrupted(step: Coroutine[Any, Any, T]) -> T:
    """Return the step's result; a cancellation during it is raised at the next await.

    Otherwise the database could have recorded what the command does not report.
    """
    task = asyncio.create_task(step)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        current = asyncio.current_task()
        if task.cancelled() or current is None:
            raise
        try:
            return await task
        finally:
            # take the request back and make it again: asyncio counts them to recognise Ctrl-C
            current.uncancel()
            current.cancel()
