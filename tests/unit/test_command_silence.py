"""A command reports a library's errors in a line of its own, and the library logs nothing."""

import asyncio
import gc
import logging

import pytest

from order_projector.telemetry.logging import ignore_unretrieved, silence


class OfALibrary(Exception):
    """An error of a library."""


OfALibrary.__module__ = "broker.errors"


def test_a_silent_library_says_nothing_in_loggers_with_a_level_of_their_own(
    caplog: pytest.LogCaptureFixture,
) -> None:
    logging.getLogger("broker.producer").setLevel(logging.INFO)
    silence("broker")

    for name in ("broker", "broker.producer", "broker.producer.sender", "broker.new"):
        logging.getLogger(name).error("no answer")
    logging.getLogger("brokerage").error("another one")

    assert [record.message for record in caplog.records] == ["another one"]


@pytest.mark.parametrize(("error", "lines"), [(OfALibrary("away"), 0), (ValueError("ours"), 1)])
async def test_only_a_library_s_own_futures_may_fail_unseen(
    error: Exception, lines: int, caplog: pytest.LogCaptureFixture
) -> None:
    loop = asyncio.get_running_loop()
    ignore_unretrieved(loop, "broker")
    try:
        loop.create_future().set_exception(error)
        gc.collect()
    finally:
        loop.set_exception_handler(None)

    assert len(caplog.records) == lines
