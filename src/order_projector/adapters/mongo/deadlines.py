"""A limited time for what a request asks the database."""

from collections.abc import Iterator
from contextlib import contextmanager

import pymongo

from order_projector.adapters.mongo.answers import availability


@contextmanager
def in_time(timeout: float) -> Iterator[None]:
    """Translate the driver's errors, and give all commands together ``timeout`` seconds.

    Motor's threads are few: while the database is silent, commands wait for them, one after the
    other, and the time of the client's own options begins only in the thread.
    """
    with availability(), pymongo.timeout(timeout):
        yield
