"""Why no broker lets us in: it is away, or it is there and refuses us.

aiokafka says the same of both. So each broker is asked once more, one by one.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from aiokafka.errors import KafkaError, SaslAuthenticationFailed, UnsupportedSaslMechanismError

from order_projector.adapters.kafka import private_api
from order_projector.adapters.kafka.connection import client_options
from order_projector.adapters.tls import Fault, fault, undecorated
from order_projector.projection.ports import AccessDenied, Unavailable
from order_projector.settings import ConfigurationError, Settings, variable

Step = Callable[[], Awaitable[None]]

ASKED: Final = 3
"""Brokers that are asked; the first that refuses us is enough."""
ANSWER_WITHIN: Final = 5.0


class Admission:
    """The door of these brokers."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._options: dict[str, Any] = client_options(settings)

    def through(self, step: Step) -> Step:
        """The step; when it finds no broker, it says why. `AccessDenied` is one of the reasons."""

        async def told() -> None:
            try:
                await step()
            except Unavailable as away:
                raise await self.judged(away) from None

        return told

    async def judged(self, away: Unavailable) -> Unavailable:
        """The reason in full, for somebody to whom no broker has answered."""
        reasons = []
        for host, port in private_api.addresses(self._options["bootstrap_servers"])[:ASKED]:
            at = f"{host}:{port}"
            try:
                async with asyncio.timeout(ANSWER_WITHIN):
                    await private_api.dial(host, port, self._options)
            except (KafkaError, OSError, TimeoutError) as error:
                if (refusal := self._refusal(error, at)) is not None:
                    return AccessDenied(refusal)
                reasons.append(f"{at}: {_words(error)}")
        return Unavailable("; ".join(reasons)) if reasons else away

    def _refusal(self, error: BaseException, at: str) -> str | None:
        settings = self._settings
        match error:
            case SaslAuthenticationFailed():
                names = f"{variable('kafka_sasl_username')}, {variable('kafka_sasl_password')}"
                user = settings.kafka_sasl_username
                return f"{names}: {at} refuses the login of {user!r}: {_words(error)}"
            case UnsupportedSaslMechanismError():
                mechanism = settings.kafka_sasl_mechanism
                return f"{variable('kafka_sasl_mechanism')}: {at} takes no {mechanism}"
        match fault(_words(error)):
            case Fault.TRUST:
                name = variable("kafka_ssl_ca_file")
                return f"{name}: the certificate of {at} is not trusted: {_words(error)}"
            case Fault.CERTIFICATE:
                return self._certificate_refused(_words(error), at)
            case None:
                return None

    def _certificate_refused(self, words: str, at: str) -> str:
        name, ours = variable("kafka_ssl_cert_file"), self._settings.kafka_ssl_cert_file
        if ours is None:
            return f"{name}: {at} asks for a certificate of this client: {words}"
        return f"{name}: {at} refuses the certificate of this client{_expired(ours)}: {words}"


def at_first(step: Step) -> Step:
    """The step, taken for the first time: who is refused then is configured wrongly."""

    async def strict() -> None:
        try:
            await step()
        except AccessDenied as denied:
            raise ConfigurationError(str(denied)) from None

    return strict


def _words(error: BaseException) -> str:
    """What has happened; a connection that breaks has its reason behind it."""
    reason = error.__cause__ if isinstance(error.__cause__, OSError) else error
    name = type(reason).__name__
    return re.sub(rf"^(\[Error \d+\] )?{name}(: |$)", "", undecorated(str(reason))) or name


def _expired(certificate: Path) -> str:
    until = private_api.valid_until(certificate)
    if until > time.time():
        return ""
    return f", which has expired on {datetime.fromtimestamp(until, UTC):%Y-%m-%d}"
