"""Which event loop a client of Kafka belongs to."""

import asyncio


def check_own(loop: asyncio.AbstractEventLoop | None) -> None:
    """Raise RuntimeError in another loop than this one: a client would wait there forever."""
    if asyncio.get_running_loop() is not loop:
        raise RuntimeError(
            "connected in another event loop than the one that runs now: of a fixture and its "
            "test, make both loop scopes the same"
        )
