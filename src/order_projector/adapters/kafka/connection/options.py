"""Connection options for the client libraries, from the settings."""

import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from faststream.kafka.security import parse_security
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from order_projector.adapters.tls import undecorated
from order_projector.settings import ConfigurationError, Settings, variable

_LOGINS: Final = {
    "PLAIN": SASLPlaintext,
    "SCRAM-SHA-256": SASLScram256,
    "SCRAM-SHA-512": SASLScram512,
}

HIGHEST_PORT: Final = 65_535


def milliseconds(seconds: float) -> int:
    """Seconds, as the client libraries want them."""
    return max(1, round(seconds * 1_000))


def bootstrap_servers(settings: Settings) -> list[str]:
    """Return the bootstrap servers. Raises `ConfigurationError` for a port that cannot be."""
    servers = settings.kafka_bootstrap_servers.split(",")
    for server in servers:
        if not 0 < int(server.rpartition(":")[2]) <= HIGHEST_PORT:
            name = variable("kafka_bootstrap_servers")
            raise ConfigurationError(f"{name}: {server}: a port is at most {HIGHEST_PORT}")
    return servers


def security(settings: Settings) -> BaseSecurity | None:
    """Return login and encryption; None for a plain connection."""
    protocol = settings.kafka_security_protocol
    context = _tls(settings) if protocol.endswith("SSL") else None
    if not protocol.startswith("SASL"):
        return BaseSecurity(ssl_context=context) if context else None
    password = settings.kafka_sasl_password
    return _LOGINS[settings.kafka_sasl_mechanism](
        username=settings.kafka_sasl_username or "",
        password=password.get_secret_value() if password else "",
        ssl_context=context,
    )


def client_options(settings: Settings) -> dict[str, Any]:
    """Return the options of an aiokafka client of our own; FastStream's uses `security`."""
    return {
        "bootstrap_servers": bootstrap_servers(settings),
        "client_id": settings.kafka_client_id,
        "retry_backoff_ms": 200,
        **parse_security(security(settings)),
    }


def _tls(settings: Settings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=settings.kafka_ssl_ca_file)
    except OSError as error:
        raise _unusable(("kafka_ssl_ca_file",), error) from None
    if settings.kafka_ssl_cert_file is not None:
        _show_certificate(context, settings, settings.kafka_ssl_cert_file)
    return context


def _show_certificate(context: ssl.SSLContext, settings: Settings, certificate: Path) -> None:
    password = settings.kafka_ssl_key_password
    try:
        context.load_cert_chain(
            certificate,
            settings.kafka_ssl_key_file,
            # without a password, OpenSSL would prompt for one on the terminal
            password.get_secret_value() if password else "",
        )
    except OSError as error:
        # OpenSSL does not say which file is at fault: the key of another certificate looks like a
        # wrong password.
        fields = ("kafka_ssl_cert_file", "kafka_ssl_key_file", "kafka_ssl_key_password")
        raise _unusable([name for name in fields if getattr(settings, name)], error) from None


def _unusable(fields: Sequence[str], error: OSError) -> ConfigurationError:
    reason = undecorated(str(error))
    if reason == "PEM lib":  # the entire message of OpenSSL
        reason = f"not PEM, or {variable('kafka_ssl_key_password')} does not decrypt it"
    return ConfigurationError(f"{', '.join(map(variable, fields))}: {reason}")
