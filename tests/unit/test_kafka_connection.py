"""Unusable certificates and keys are configuration errors, reported before a broker is asked."""

from pathlib import Path

import pytest

from order_projector.adapters.kafka.connection.options import security
from order_projector.settings import ConfigurationError, load
from tests.support.certificates import Authority


def refusal(**given: object) -> str:
    """Return why these settings are rejected."""
    with pytest.raises(ConfigurationError) as caught:
        security(load(kafka_security_protocol="SSL", **given))
    return str(caught.value)


def test_a_key_with_a_password_is_opened_with_it_and_not_without(tmp_path: Path) -> None:
    word = "horse-battery-staple"
    pair = Authority(tmp_path, "authority").client("worker", word)
    files = {"kafka_ssl_cert_file": pair.certificate, "kafka_ssl_key_file": pair.key}

    right = load(kafka_security_protocol="SSL", kafka_ssl_key_password=word, **files)
    assert security(right) is not None

    names = "ORDERS_KAFKA_SSL_CERT_FILE, ORDERS_KAFKA_SSL_KEY_FILE"
    assert refusal(**files) == (
        f"{names}: not PEM, or ORDERS_KAFKA_SSL_KEY_PASSWORD does not decrypt it"
    )
    wrong = refusal(kafka_ssl_key_password="wr0ng", **files)  # noqa: S106 - wrong on purpose
    assert wrong.startswith(f"{names}, ORDERS_KAFKA_SSL_KEY_PASSWORD: ")
    assert "wr0ng" not in wrong
    assert "\n" not in wrong


def test_a_key_of_somebody_else_is_one_line_that_names_both_files(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "authority")
    ours, theirs = authority.client("worker"), authority.client("other")
    assert refusal(kafka_ssl_cert_file=ours.certificate, kafka_ssl_key_file=theirs.key) == (
        "ORDERS_KAFKA_SSL_CERT_FILE, ORDERS_KAFKA_SSL_KEY_FILE: key values mismatch"
    )


def test_an_authority_that_is_none_is_one_line_that_names_the_file(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.touch()
    assert refusal(kafka_ssl_ca_file=empty).startswith("ORDERS_KAFKA_SSL_CA_FILE: ")


def test_a_certificate_and_its_key_can_stand_in_one_file(tmp_path: Path) -> None:
    pair = Authority(tmp_path, "authority").client("worker")
    assert security(load(kafka_security_protocol="SSL", kafka_ssl_cert_file=pair.both)) is not None
