"""The options of the live bench: which contenders take part, and what is refused."""

import sys

import pytest
from bench.live.options import options_from


def test_without_options_the_contenders_of_the_checkout_take_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ORDERS_TEST_KAFKA", raising=False)
    names = [each.name for each in options_from([]).contenders]
    assert names == ["worker", "bare pipe", "per-message"]


def test_the_sink_connector_takes_part_where_apache_kafka_java_and_maven_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ORDERS_TEST_KAFKA", "apache")
    monkeypatch.setattr("shutil.which", lambda program: f"/usr/bin/{program}")
    assert [each.name for each in options_from([]).contenders][-1] == "sink connector"


def test_the_worker_of_another_python_takes_part_without_the_checkout() -> None:
    options = options_from(["--only", "worker", "--contender", f"before={sys.executable}"])
    before = options.contenders[1]
    assert before.name == "before"
    assert before.command[0] == sys.executable
    assert "PYTHONPATH" not in before.environment


def test_rates_are_taken_in_the_sequence_given() -> None:
    assert options_from(["--rates", "300,100"]).rates == (300, 100)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--contender", "before"], "argument --contender: expects NAME=PYTHON"),
        (["--contender", "before=/no/such/python"], "argument --contender: expects NAME=PYTHON"),
        (["--contender", f"worker={sys.executable}"], "two contenders have the same name"),
        (["--only", "pump"], "argument --only: no contender is called pump"),
        (["--only", "sink"], "the sink connector needs ORDERS_TEST_KAFKA=apache, Java and Maven"),
        (["--only", ""], "argument --only: at least one contender is needed"),
        (["--rates", "0"], "argument --rates: each number has to be 1 or more"),
        (["--rates", "1;2"], "argument --rates: expects integers separated by commas"),
    ],
)
def test_a_wrong_option_is_named_with_its_reason(
    arguments: list[str],
    reason: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ORDERS_TEST_KAFKA", raising=False)
    with pytest.raises(SystemExit) as exited:
        options_from(arguments)
    assert exited.value.code == 2
    assert reason in capsys.readouterr().err
