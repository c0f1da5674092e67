"""Translate the errors of aiokafka: a broker that does not answer now is waited for."""

from collections.abc import Iterator
from contextlib import contextmanager

from aiokafka.errors import KafkaError

from order_projector.projection.ports import Unavailable
from order_projector.projection.waiting import waiting_for


@contextmanager
def availability() -> Iterator[None]:
    """Wait for the broker. Raises `Unavailable` for an error of the client."""
    try:
        with waiting_for("broker"):
            yield
    except (KafkaError, OSError, TimeoutError) as error:
        raise Unavailable(" ".join(str(error).split()) or type(error).__name__) from error
