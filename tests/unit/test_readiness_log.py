"""Each change of readiness is one line in the log, with its reason."""

import logging

import pytest

from order_projector.projection.worker_state import HealthReason, Phase, WorkerState
from order_projector.worker.health import Health, HealthReport
from order_projector.worker.readiness_log import ReadinessLog


def report(*reasons: HealthReason) -> HealthReport:
    return HealthReport(Phase.CONSUMING, reasons, 0.0)


def test_each_change_of_readiness_is_one_line_however_often_somebody_looks(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    log = ReadinessLog(Health(WorkerState(), (), lambda: True, 60))
    away = "database: refused"
    for each in (
        report(HealthReason("starting")),
        report(),
        report(),
        report(HealthReason(away, 1.0)),
        report(HealthReason(away, 2.0)),
        report(HealthReason("broker: no answer", 5.0), HealthReason(away, 3.0)),
        report(),
    ):
        log.note(each)
    assert [record.getMessage() for record in caplog.records] == [
        "not ready: starting",
        "ready",
        "not ready: database: refused (1 s)",
        "not ready: broker: no answer (5 s); database: refused (3 s)",
        "ready",
    ]
