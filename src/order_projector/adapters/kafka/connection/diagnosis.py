"""Distinguish an unavailable broker from one that denies access.

aiokafka raises the same error for both, so connect to each of the brokers once more, all at once.
"""

import asyncio
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from aiokafka.errors import KafkaError, SaslAuthenticationFailed, UnsupportedSaslMechanismError

from order_projector.adapters.kafka import private_api
from order_projector.adapters.kafka.connection.options import client_options
from order_projector.adapters.tls import TlsFault, fault, undecorated
from order_projector.projection.ports import AccessDenied, Unavailable
from order_projector.projection.retry import Step
from order_projector.projection.waiting import waiting_for
from order_projector.settings import ConfigurationError, Settings, variable

MAX_BROKERS: Final = 3
"""Number of brokers to try."""
ANSWER_WITHIN: Final = 5.0


class ConnectionDiagnosis:
    """Finds out why no broker of these settings is usable."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._options: dict[str, Any] = client_options(settings)

    def diagnosing(self, step: Step[None]) -> Step[None]:
        """Wrap a step: if it raises `Unavailable`, raise the exact reason, or `AccessDenied`."""

        async def diagnosed_step() -> None:
            try:
                await step()
            except Unavailable as away:
                raise await self.diagnose(away) from None

        return diagnosed_step

    async def diagnose(self, away: Unavailable) -> Unavailable:
        """Return the exact reason why no broker has answered; it may be `AccessDenied`."""
        brokers = private_api.addresses(self._options["bootstrap_servers"])[:MAX_BROKERS]
        with waiting_for("broker"):
            errors = await asyncio.gather(*(self._dial(*broker) for broker in brokers))
        reasons = []
        for (host, port), error in zip(brokers, errors, strict=True):
            at = f"{host}:{port}"
            if error is None:
                continue
            if (denial := self._denial(error, at)) is not None:
                return AccessDenied(denial)
            reasons.append(f"{at}: {_reason(error)}")
        return Unavailable("; ".join(reasons)) if reasons else away

    async def _dial(self, host: str, port: int) -> BaseException | None:
        """Return why the broker is not usable; None if it is."""
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                await private_api.dial(host, port, self._options)
        except (KafkaError, OSError, TimeoutError) as error:
            return error
        return None

    def _denial(self, error: BaseException, at: str) -> str | None:
        settings = self._settings
        match error:
            case SaslAuthenticationFailed():
                names = f"{variable('kafka_sasl_username')}, {variable('kafka_sasl_password')}"
                user = settings.kafka_sasl_username
                return f"{names}: {at} refuses the login of {user!r}: {_reason(error)}"
            case UnsupportedSaslMechanismError():
                mechanism = settings.kafka_sasl_mechanism
                return f"{variable('kafka_sasl_mechanism')}: {at} does not support {mechanism}"
        match fault(_reason(error)):
            case TlsFault.TRUST:
                name = variable("kafka_ssl_ca_file")
                return f"{name}: the certificate of {at} is not trusted: {_reason(error)}"
            case TlsFault.CERTIFICATE:
                return self._certificate_denied(_reason(error), at)
            case None:
                return None

    def _certificate_denied(self, reason: str, at: str) -> str:
        name, cert_file = variable("kafka_ssl_cert_file"), self._settings.kafka_ssl_cert_file
        if cert_file is None:
            return f"{name}: {at} requires a client certificate: {reason}"
        return f"{name}: {at} rejects the client certificate{_expiry(cert_file)}: {reason}"


def at_startup(step: Step[None]) -> Step[None]:
    """Wrap a start-up step: if access is denied, raise a `ConfigurationError`."""

    async def startup_step() -> None:
        try:
            await step()
        except AccessDenied as denied:
            raise ConfigurationError(str(denied)) from None

    return startup_step


def _reason(error: BaseException) -> str:
    """Return the error's message; of a broken connection, that of its cause."""
    if isinstance(error, TimeoutError) and not str(error):
        return "no answer"
    reason = error.__cause__ if isinstance(error.__cause__, OSError) else error
    name = type(reason).__name__
    return re.sub(rf"^(\[Error \d+\] )?{name}(: |$)", "", undecorated(str(reason))) or name


def _expiry(certificate: Path) -> str:
    until = private_api.valid_until(certificate)
    if until > time.time():
        return ""
    return f", which expired on {datetime.fromtimestamp(until, UTC):%Y-%m-%d}"
