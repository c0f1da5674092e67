"""The summary of a check: one line for each run of pytest, and what was not run."""

from pathlib import Path

from tests.support.summary import rows, table

REPORT = (
    '<?xml version="1.0"?><testsuites><testsuite name="pytest" errors="{errors}" failures="1"'
    ' skipped="2" tests="{tests}" time="61.4"/></testsuites>'
)


def test_every_report_is_a_line_and_what_was_not_tested_is_said(tmp_path: Path) -> None:
    (tmp_path / "tests.local-stack.xml").write_text(REPORT.format(errors=0, tests=1999))
    (tmp_path / "unit.Python-3.13.xml").write_text(REPORT.format(errors=0, tests=13))
    (tmp_path / "brokers.Apache-Kafka.xml").write_text(REPORT.format(errors=3, tests=7))

    assert list(table(list(rows(tmp_path)), ["containers, for want of an engine"])) == [
        "suite    backend       tests  failed  skipped  seconds",
        "tests    local stack   1,999       1        2       61",
        "unit     Python 3.13      13       1        2       61",
        "brokers  Apache Kafka      7       4        2       61",
        "all                    2,019       6        6      184",
        "NOT TESTED: containers, for want of an engine",
    ]
