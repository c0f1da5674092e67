"""The API knows whether its services answer without being asked, and logs each change."""

import asyncio
import logging
from dataclasses import dataclass, field

import pytest

from order_projector.api import readiness
from order_projector.api.readiness import ReadinessWatch
from order_projector.projection.worker_state import HealthReason

AWAY = HealthReason("database: no answer", 2.0)


@dataclass
class Listed:
    """A service that says the next of its reasons each time, and has said all after the last."""

    reasons: list[HealthReason | None]
    has_said_all: asyncio.Event = field(default_factory=asyncio.Event)

    async def unavailable_reason(self) -> HealthReason | None:
        """Return the next reason."""
        if len(self.reasons) == 1:
            self.has_said_all.set()
            return self.reasons[0]
        return self.reasons.pop(0)


async def test_each_change_of_readiness_is_one_line_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """How long a service has been away is no change."""
    monkeypatch.setattr(readiness, "LOOK_EVERY", 0)
    caplog.set_level(logging.INFO, readiness.__name__)
    longer = HealthReason(AWAY.what, 3.0)
    service = Listed([None, None, AWAY, longer, HealthReason("database: refused", 4.0), None, None])
    async with ReadinessWatch([service]).running(), asyncio.timeout(10):
        await service.has_said_all.wait()

    assert [(it.levelname, it.getMessage()) for it in caplog.records] == [
        ("INFO", "ready"),
        ("WARNING", "not ready: database: no answer (2 s)"),
        ("WARNING", "not ready: database: refused (4 s)"),
        ("INFO", "ready"),
    ]


async def test_a_check_that_fails_does_not_end_the_watch(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(readiness, "LOOK_EVERY", 0)
    caplog.set_level(logging.INFO, readiness.__name__)
    service = Listed([None, None])
    asked = service.unavailable_reason
    answers = iter([RuntimeError("a fault"), None])

    async def fails_once() -> HealthReason | None:
        if error := next(answers, None):
            raise error
        return await asked()

    monkeypatch.setattr(service, "unavailable_reason", fails_once)
    async with ReadinessWatch([service]).running(), asyncio.timeout(10):
        await service.has_said_all.wait()

    assert [it.getMessage() for it in caplog.records] == ["cannot check the readiness", "ready"]
