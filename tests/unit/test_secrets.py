"""Secrets come from the environment or from files, and are never shown."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from order_projector.settings import MASK, ConfigurationError, describe, load

URI = "mongodb://worker:correct-horse@db.example/?tls=true"


@pytest.fixture(autouse=True)
def _nothing_around(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("ORDERS_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def secret(name: str, content: str | bytes) -> str:
    """Write a file with a secret, and return its path."""
    path = Path(name)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path.absolute())


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_every_secret_can_stand_in_a_file_with_or_without_a_line_break_at_its_end(
    end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDERS_KAFKA_SASL_PASSWORD_FILE", secret("sasl", f" pass word {end}"))
    monkeypatch.setenv("ORDERS_KAFKA_SSL_KEY_PASSWORD_FILE", secret("key", f"gr\u00fcn{end}"))
    monkeypatch.setenv("ORDERS_MONGODB_URI_FILE", secret("uri", f"{URI}{end}"))

    settings = load()

    assert settings.kafka_sasl_password == SecretStr(" pass word ")
    assert settings.kafka_ssl_key_password == SecretStr("gr\u00fcn")
    assert settings.mongodb_uri == URI


@pytest.mark.parametrize("name", ["KAFKA_SASL_PASSWORD", "KAFKA_SSL_KEY_PASSWORD", "MONGODB_URI"])
def test_a_secret_given_both_ways_is_an_error_that_names_both_variables(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"ORDERS_{name}", URI)
    monkeypatch.setenv(f"ORDERS_{name}_FILE", secret("file", URI))
    with pytest.raises(ConfigurationError) as caught:
        load()
    assert str(caught.value) == f"ORDERS_{name} and ORDERS_{name}_FILE: set one of them, not both"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file or directory"),
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"correct-\xff-horse", "is not text in UTF-8"),
    ],
)
def test_a_file_that_is_no_secret_is_one_line_that_names_the_variable(
    content: bytes | None, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "nowhere" if content is None else secret("file", content)
    monkeypatch.setenv("ORDERS_MONGODB_URI_FILE", path)
    with pytest.raises(ConfigurationError) as caught:
        load()
    assert str(caught.value) == f"ORDERS_MONGODB_URI_FILE: {path}: {reason}"


def test_a_folder_is_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ORDERS_KAFKA_SASL_PASSWORD_FILE", str(tmp_path))
    with pytest.raises(ConfigurationError, match=r"^ORDERS_KAFKA_SASL_PASSWORD_FILE: .*: Is a dir"):
        load()


def test_a_uri_in_a_file_is_checked_like_any_other_and_not_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ORDERS_MONGODB_URI_FILE", secret("uri", "db:correct-horse@example"))
    with pytest.raises(ConfigurationError) as caught:
        load()
    assert str(caught.value).startswith("ORDERS_MONGODB_URI: must be a URI")
    assert "correct-horse" not in str(caught.value)


def test_a_secret_from_a_file_is_shown_as_little_as_any_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ORDERS_KAFKA_SASL_PASSWORD_FILE", secret("sasl", "battery-staple"))
    monkeypatch.setenv("ORDERS_MONGODB_URI_FILE", secret("uri", URI))
    settings = load()
    shown = {row.variable: row.value for row in describe(settings)}
    assert shown["ORDERS_KAFKA_SASL_PASSWORD"] == MASK
    assert shown["ORDERS_MONGODB_URI"] == "mongodb://******@db.example/?******"
    text = repr(settings) + repr(describe(settings))
    assert "battery" not in text
    assert "correct" not in text


def test_the_settings_mask_their_secrets_in_any_text_escaped_or_not() -> None:
    given = {
        "kafka_sasl_password": "battery-staple",
        "kafka_ssl_key_password": "short",
        "mongodb_uri": "mongodb://worker:correct%20horse@db",
    }
    settings = load(**given)
    text = "battery-staple, correct horse, correct%20horse, kafka://u:p@h, and a shortcut"
    assert settings.mask(text) == f"{MASK}, {MASK}, {MASK}, kafka://{MASK}@h, and a shortcut"


def test_without_secrets_only_logins_and_options_of_uris_are_masked() -> None:
    assert load().mask("mongodb://localhost:27017 kafka://u:p@h") == (
        f"mongodb://localhost:27017 kafka://{MASK}@h"
    )


def test_the_command_line_prints_settings_from_files_masked(tmp_path: Path) -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "order_projector", "settings"],
        env={"ORDERS_MONGODB_URI_FILE": secret("uri", URI)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "mongodb://******@db.example/?******" in printed.stdout
    assert "correct-horse" not in printed.stdout + printed.stderr


@pytest.mark.parametrize(
    "uri",
    [
        "mongodb://user:pa/ss@db/orders",
        "mongodb://us/er:pass@db/orders",
        "mongodb://user:pa@ss@db/orders",
        "mongodb://user:pa?ss@db/orders",
        "mongodb://user:pa:ss@db/orders",
        "mongodb://user:pass",
        "mongodb://",
    ],
)
def test_a_uri_of_which_the_parts_cannot_be_told_is_refused_without_a_word_of_it(uri: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(mongodb_uri=uri)
    assert str(caught.value) == (
        "ORDERS_MONGODB_URI: must be a URI of the form mongodb://... or mongodb+srv://..., in "
        "whose user name and password every :/?#[]@% is percent-encoded"
    )


@pytest.mark.parametrize(
    "uri",
    [
        "mongodb://localhost:27017",
        "mongodb://[::1]:27017,db-2/orders",
        "mongodb+srv://worker:a%2Fb@cluster.example/?retryWrites=true",
        "mongodb://%2Ftmp%2Fmongodb.sock",
        "mongodb://db?tls=true",
    ],
)
def test_a_uri_as_the_driver_wants_it_is_taken(uri: str) -> None:
    assert load(mongodb_uri=uri).mongodb_uri == uri


def test_secrets_among_the_options_of_a_uri_are_masked_in_any_text() -> None:
    options = (
        "tlsCertificateKeyFilePassword=open%20sesame&appName=order-projector&replicaSet=production"
        "&authMechanismProperties=SERVICE_NAME:whatever,AWS_SESSION_TOKEN:FwoGZXIvYXdzEJr"
    )
    mask = load(mongodb_uri=f"mongodb://db/?{options}").mask
    assert mask("open sesame, open%20sesame, FwoGZXIvYXdzEJr") == f"{MASK}, {MASK}, {MASK}"
    assert mask("order-projector and production") == "order-projector and production"


def test_masking_takes_each_character_of_a_text_once() -> None:
    """An expression with overlapping quantifiers would take minutes for these texts."""
    mask = load(kafka_sasl_password="battery-staple").mask  # noqa: S106 - not a secret
    for text in ("a" * 2_000_000, "a:" * 1_000_000, "a://" * 500_000, "battery-stapl" * 100_000):
        assert len(mask(text)) <= len(text)
