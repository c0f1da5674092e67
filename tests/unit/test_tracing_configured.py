"""OpenTelemetry's own variables turn traces on; one that cannot be used is named."""

import logging
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider

from order_projector.settings import ConfigurationError
from order_projector.telemetry.logging import Repetitions
from order_projector.worker import otel
from order_projector.worker.otel import BatchTraces
from order_projector.worker.tracing import NoTraces, Traces, configured_traces

URL = "http://127.0.0.1:9"
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


class Variables:
    """Sets variables for the length of a test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.opened = list[Traces]()

    def traces(self, **variables: str) -> Traces:
        """Return what these variables ask for."""
        for name, value in variables.items():
            self._monkeypatch.setenv(name, value)
        self.opened.append(configured_traces("group"))
        return self.opened[-1]


@pytest.fixture
async def variables(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Variables]:
    variables = Variables(monkeypatch)
    yield variables
    for traces in variables.opened:
        await traces.close()


@pytest.fixture
def resources(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return the names of the services that spans are exported for."""
    names = list[object]()

    class Recorded(TracerProvider):
        def __init__(self, **options: object) -> None:
            super().__init__(**options)  # type: ignore[arg-type]
            names.append(self.resource.attributes["service.name"])

    monkeypatch.setattr(otel, "TracerProvider", Recorded)
    return names


@pytest.mark.parametrize(
    "given",
    [
        {},
        {ENDPOINT: ""},
        {ENDPOINT: URL, "OTEL_SDK_DISABLED": "True"},
        {ENDPOINT: URL, "OTEL_TRACES_EXPORTER": "none"},
        {ENDPOINT: "nonsense", "OTEL_TRACES_EXPORTER": "none"},
    ],
)
def test_without_an_exporter_nothing_is_traced(given: dict[str, str], variables: Variables) -> None:
    assert isinstance(variables.traces(**given), NoTraces)


@pytest.mark.parametrize(
    "given",
    [
        {ENDPOINT: URL},
        {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{URL}/v1/traces"},
        {"OTEL_TRACES_EXPORTER": "otlp"},
        {ENDPOINT: URL, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"},
        {
            ENDPOINT: URL,
            "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
            "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/protobuf",
        },
        {ENDPOINT: URL, "OTEL_EXPORTER_OTLP_HEADERS": "api-key=abc%20d, authorization=Basic x=="},
    ],
)
def test_an_exporter_turns_traces_on(given: dict[str, str], variables: Variables) -> None:
    assert isinstance(variables.traces(**given), BatchTraces)


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        (ENDPOINT, "collector:4318", "should be a URL, such as http://collector:4318"),
        (ENDPOINT, "http://", "should be a URL, such as http://collector:4318"),
        (ENDPOINT, "http://c:port", "should be a URL, such as http://collector:4318"),
        ("OTEL_TRACES_EXPORTER", "console", "console: is not otlp or none"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "grpc: only http/protobuf is supported"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "secret", "should be NAME=VALUE, separated by commas"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "key: secret=", "should be NAME=VALUE, separated by commas"),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/none", "/none: No such file or directory"),
        ("OTEL_EXPORTER_OTLP_CLIENT_KEY", "/", "/: Is a directory"),
        ("OTEL_TRACES_SAMPLER", "some", "some: is not always_off, always_on, "),
        ("OTEL_TRACES_SAMPLER_ARG", "7", "7: should be a number from 0 to 1"),
        ("OTEL_SPAN_LINK_COUNT_LIMIT", "x", "OTEL_SPAN_LINK_COUNT_LIMIT must be a non-negative"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "-1", "max_queue_size must be a positive integer"),
    ],
)
def test_a_variable_that_cannot_be_used_is_a_configuration_error_that_names_it(
    name: str, value: str, line: str, variables: Variables
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        variables.traces(**{"OTEL_TRACES_SAMPLER": "traceidratio", ENDPOINT: URL, name: value})

    assert str(refused.value).startswith(f"{name}: {line}")
    assert "secret" not in str(refused.value)


def test_a_file_that_can_be_read_is_no_error(tmp_path: Path, variables: Variables) -> None:
    file = tmp_path / "ca.pem"
    file.touch()
    given = {ENDPOINT: URL, "OTEL_EXPORTER_OTLP_CERTIFICATE": str(file)}
    assert isinstance(variables.traces(**given), BatchTraces)


def test_an_exporter_without_the_extra_is_a_configuration_error(
    variables: Variables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "order_projector.worker.otel", None)
    with pytest.raises(ConfigurationError, match=r"OTEL_EXPORTER_OTLP_ENDPOINT: .*\[otel\]"):
        variables.traces(**{ENDPOINT: URL})


def test_spans_are_those_of_the_service_that_the_variables_name(
    variables: Variables, resources: list[object]
) -> None:
    variables.traces(**{ENDPOINT: URL})
    variables.traces(OTEL_RESOURCE_ATTRIBUTES="service.name=orders")
    variables.traces(OTEL_SERVICE_NAME="orders-eu")

    assert resources == ["order-projector", "orders", "orders-eu"]


def test_a_collector_that_is_away_is_told_once_a_minute() -> None:
    now = 0.0
    said = Repetitions(lambda: now)

    def is_said() -> bool:
        name = "opentelemetry.exporter.otlp.proto.http.trace_exporter"
        text = "Failed to export spans batch code: %s"
        return said.filter(logging.LogRecord(name, logging.ERROR, "", 0, text, ("503",), None))

    first, second = is_said(), is_said()
    now = 61.0
    assert (first, second, is_said()) == (True, False, True)
