"""No secret reaches the log: not in a message, a field, a traceback or an object's repr."""

import json
import logging
from collections.abc import Iterator

import pytest

from order_projector.settings import load
from order_projector.telemetry.logging import Format, configure

SESAME = "horse-battery-staple"


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


class Client:
    """An object whose repr contains its password."""

    def __repr__(self) -> str:
        return f"Client({SESAME!r})"


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_secrets_are_masked_wherever_a_line_could_hold_them(
    log_format: Format, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"kafka_sasl_password": SESAME}
    configure(log_format, "DEBUG", load(**given).mask)
    log = logging.getLogger("some.library")

    log.info("password=%s and %r", SESAME, {"payload": f"\0worker\0{SESAME}".encode()})
    log.info("extra", extra={"client": Client(), "options": {"password": SESAME}, "number": 7})
    try:
        int(f"cannot log in with {SESAME}")
    except ValueError:
        log.exception("failed")

    output = capsys.readouterr().err
    assert SESAME not in output
    assert output.count("******") >= 5


def test_lines_stay_json_with_the_fields_that_they_have(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure("json", "INFO", load().mask)
    logging.getLogger("some.library").info("hello", extra={"number": 7, "flag": True, "none": None})
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["number"], line["flag"], line["none"]) == ("hello", 7, True, None)
