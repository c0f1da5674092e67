"""Settings come from the environment, each one is documented, and secrets stay secret."""

import os
from pathlib import Path

import pytest

from order_projector.settings import MASK, ConfigurationError, Settings, describe, load, masked

CONTRACT = {
    "ORDERS_KAFKA_BOOTSTRAP_SERVERS": "localhost:9092",
    "ORDERS_KAFKA_ENABLE_IDEMPOTENCE": "true",
    "ORDERS_CONSUMER_GROUP": "order-projector",
    "ORDERS_REDEMPTIONS_TOPIC": "redemptions",
    "ORDERS_PAYMENTS_TOPIC": "payments",
    "ORDERS_ORDER_UPDATED_TOPIC": "order.updated",
    "ORDERS_DEAD_LETTERS_TOPIC": "order.dead-letters",
    "ORDERS_MONGODB_URI": "mongodb://localhost:27017",
    "ORDERS_MONGODB_DATABASE": "orders",
    "ORDERS_MONGODB_DRIVER": "motor",
    "ORDERS_EVENT_LIMIT": "2097152",
    "ORDERS_HTTP_HOST": "127.0.0.1",
    "ORDERS_HTTP_PORT": "8000",
    "ORDERS_SHUTDOWN_TIMEOUT": "25",
}


@pytest.fixture(autouse=True)
def _nothing_around(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("ORDERS_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_the_contract_s_variables_have_the_contract_s_defaults() -> None:
    rows = {row.variable: row for row in describe(load())}
    assert {name: rows[name].default for name in CONTRACT} == CONTRACT
    assert {name: rows[name].value for name in CONTRACT} == CONTRACT


def test_every_setting_is_documented() -> None:
    assert [row.variable for row in describe(load()) if not row.description] == []


def test_the_environment_wins_over_a_dotenv_file_which_wins_over_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path(".env").write_text("ORDERS_HTTP_PORT=1\nORDERS_BATCH_SIZE=2\nOTHER=3\n")
    monkeypatch.setenv("ORDERS_HTTP_PORT", "4")

    settings = load()

    assert (settings.http_port, settings.batch_size) == (4, 2)


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS_HTTP_PORT", "")
    assert load().http_port == 8000


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"HTTP_PORT": "65536"}, "ORDERS_HTTP_PORT: "),
        ({"SHUTDOWN_TIMEOUT": "inf"}, "ORDERS_SHUTDOWN_TIMEOUT: "),
        ({"SHUTDOWN_TIMEOUT": "0"}, "ORDERS_SHUTDOWN_TIMEOUT: "),
        ({"BATCH_SIZE": "0"}, "ORDERS_BATCH_SIZE: "),
        ({"EVENT_LIMIT": "1023"}, "ORDERS_EVENT_LIMIT: "),
        ({"EVENT_LIMIT": "16777217"}, "ORDERS_EVENT_LIMIT: "),
        ({"MONGODB_DRIVER": "mysql"}, "ORDERS_MONGODB_DRIVER: "),
        ({"MONGODB_URI": "localhost"}, "ORDERS_MONGODB_URI: must be a URI of the form mongodb://"),
        ({"KAFKA_BOOTSTRAP_SERVERS": "kafka"}, "ORDERS_KAFKA_BOOTSTRAP_SERVERS: must be host:port"),
        (
            {"KAFKA_BOOTSTRAP_SERVERS": "ok:1,a..b:1"},
            "ORDERS_KAFKA_BOOTSTRAP_SERVERS: has an invalid",
        ),
        ({"KAFKA_BOOTSTRAP_SERVERS": "\udcff:1"}, "ORDERS_KAFKA_BOOTSTRAP_SERVERS: has an invalid"),
        ({"HTTP_HOST": "a..b"}, "ORDERS_HTTP_HOST: has an invalid"),
        ({"HTTP_HOST": "a" * 64}, "ORDERS_HTTP_HOST: has an invalid"),
        ({"PAYMENTS_TOPIC": "a topic"}, "ORDERS_PAYMENTS_TOPIC: must be"),
        ({"ORDER_UPDATED_TOPIC": "payments"}, "ORDERS_ORDER_UPDATED_TOPIC: payments is already"),
        (
            {"DEAD_LETTERS_TOPIC": "redemptions"},
            "ORDERS_DEAD_LETTERS_TOPIC: redemptions is already",
        ),
        (
            {"DEAD_LETTERS_TOPIC": "order.updated"},
            "ORDERS_DEAD_LETTERS_TOPIC: order.updated is already",
        ),
        (
            {"KAFKA_SECURITY_PROTOCOL": "SASL_SSL"},
            "ORDERS_KAFKA_SASL_USERNAME: required with ORDERS",
        ),
        ({"KAFKA_SSL_CA_FILE": "/nowhere"}, "ORDERS_KAFKA_SSL_CA_FILE: "),
    ],
)
def test_a_wrong_value_is_one_line_that_names_its_variable(
    given: dict[str, str], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"ORDERS_{name}", value)
    with pytest.raises(ConfigurationError) as caught:
        load()
    assert str(caught.value).startswith(reason)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "host", ["::1", "::", "127.0.0.1", "db.example.com.", "kafka_1", "b\u00fc"]
)
def test_what_can_be_a_host_is_taken_as_it_is(host: str) -> None:
    assert load(http_host=host).http_host == host
    servers = f"{host}:9092,[::1]:9092"
    assert load(kafka_bootstrap_servers=servers).kafka_bootstrap_servers == servers


def test_several_wrong_values_are_named_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS_HTTP_PORT", "x")
    monkeypatch.setenv("ORDERS_BATCH_SIZE", "y")
    with pytest.raises(
        ConfigurationError, match=r"ORDERS_BATCH_SIZE: .*; ORDERS_HTTP_PORT: [^\n]*$"
    ):
        load()


def test_no_secret_is_shown_or_told_in_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS_KAFKA_SECURITY_PROTOCOL", "SASL_SSL")
    monkeypatch.setenv("ORDERS_KAFKA_SASL_USERNAME", "worker")
    monkeypatch.setenv("ORDERS_KAFKA_SASL_PASSWORD", "s3cret")
    monkeypatch.setenv("ORDERS_MONGODB_URI", "mongodb://worker:s3cret@db/?tls=true")
    settings = load()

    shown = {row.variable: row.value for row in describe(settings)}

    assert shown["ORDERS_KAFKA_SASL_USERNAME"] == "worker"
    assert shown["ORDERS_KAFKA_SASL_PASSWORD"] == MASK
    assert shown["ORDERS_MONGODB_URI"] == "mongodb://******@db/?******"
    assert "s3cret" not in repr(settings) + repr(describe(settings))
    monkeypatch.setenv("ORDERS_MONGODB_URI", "postgres://worker:s3cret@db")
    with pytest.raises(ConfigurationError) as caught:
        load()
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mongodb://h:27017/orders?x=1", "mongodb://h:27017/orders?******"),
        ("see mongodb+srv://u:p%40w@h now", "see mongodb+srv://******@h now"),
        ("kafka://u:p/w@h", "kafka://******@h"),
        ("mongodb://u/s:p@h1,h2/orders", "mongodb://******@h1,h2/orders"),
        ("mongodb://u:p@x@h/orders", "mongodb://******"),
        ("mongodb://u:p?w@h/orders", "mongodb://******"),
        ("mongodb://h/?authMechanismProperties=AWS_SESSION_TOKEN:a/b@c", "mongodb://******"),
        ("mongodb://h/?tlsCertificateKeyFilePassword=sesame", "mongodb://h/?******"),
        ("no uri: at@home", "no uri: at@home"),
    ],
)
def test_only_scheme_hosts_and_path_of_a_uri_are_shown(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_one_topic_for_both_kinds_of_events_is_read_once() -> None:
    assert load(payments_topic="events", redemptions_topic="events").inbound_topics == ("events",)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().http_port = 1  # type: ignore[misc]
