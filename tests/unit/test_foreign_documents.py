"""A worker warns once about documents that no released version has written."""

import logging

import pytest

from order_projector.projection.worker_state import WorkerState
from order_projector.worker.foreign import WARNING, ForeignDocuments


@pytest.mark.parametrize(("found", "warned"), [(True, True), (False, False), (None, False)])
async def test_a_warning_says_what_to_do(
    found: bool | None, warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def has_foreign() -> bool | None:
        return found

    state = WorkerState()
    with caplog.at_level(logging.WARNING):
        await ForeignDocuments(has_foreign, state).look()

    assert (WARNING in state.warnings) is warned
    assert ("project the topics into a new database" in caplog.text) is warned
