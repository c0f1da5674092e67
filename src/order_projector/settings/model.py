"""All settings of the worker, in one class."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    FilePath,
    SecretStr,
    StringConstraints,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from order_projector.settings.errors import PREFIX, variable
from order_projector.settings.secrets import SECRETS, masking, with_files_read


def _shaped(pattern: str, shape: str) -> AfterValidator:
    def check(value: str) -> str:
        if re.fullmatch(pattern, value) is None:
            raise ValueError(f"must be {shape}")
        return value

    return AfterValidator(check)


def _hosts(value: str) -> str:
    for address in value.split(","):
        try:
            address.rpartition(":")[0].encode("idna")
        except UnicodeError:
            raise ValueError(_NO_HOST) from None
    return value


def _host(value: str) -> str:
    _hosts(f"{value}:")
    return value


_NO_HOST = "has an invalid host name: each part between dots has 1 to 63 characters"

Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=249)]
Topic = Annotated[
    str, _shaped(r"[A-Za-z0-9._-]{1,249}", "up to 249 letters, digits, dots, dashes, underscores")
]
Host = Annotated[Name, AfterValidator(_host)]
Servers = Annotated[
    str,
    _shaped(r"[^\s,]+:\d{1,5}(,[^\s,]+:\d{1,5})*", "host:port, comma-separated"),
    AfterValidator(_hosts),
]
PublicUrl = Annotated[
    str, _shaped(r"https?://[^\s/?#]+(/[^\s?#]*)?", "a URL of the form http://... or https://...")
]
_HOST = r"(\[[^\[\]/?#@\s]+\]|[^:/?#@\[\],\s]+)(:\d+)?"
MongoUri = Annotated[
    str,
    _shaped(
        rf"mongodb(\+srv)?://([^:/?#@\s]*(:[^:/?#@\s]*)?@)?{_HOST}(,{_HOST})*(/[^/?#@\s]*)?(\?\S*)?",
        "a URI of the form mongodb://... or mongodb+srv://..., in whose user name and password "
        "every :/?#[]@% is percent-encoded",
    ),
]


class Settings(BaseSettings):
    """The configuration of a worker."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    kafka_bootstrap_servers: Servers = Field(
        "localhost:9092", description="Bootstrap brokers: host:port, comma-separated."
    )
    kafka_client_id: Name = Field(
        "order-projector", description="Name of this client in the brokers' logs and quotas."
    )
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="Protocol for connections to the brokers."
    )
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "PLAIN", description="SASL mechanism, with SASL_PLAINTEXT or SASL_SSL."
    )
    kafka_sasl_username: str | None = Field(None, description="User name of the SASL login.")
    kafka_sasl_password: SecretStr | None = Field(None, description="Password of the SASL login.")
    kafka_sasl_password_file: Path | None = Field(
        None, description="File that holds the password, instead of the variable."
    )
    kafka_ssl_ca_file: FilePath | None = Field(
        None, description="CA certificates to trust (PEM); default: those of the system."
    )
    kafka_ssl_cert_file: FilePath | None = Field(
        None, description="Client certificate (PEM), if the brokers require one."
    )
    kafka_ssl_key_file: FilePath | None = Field(
        None, description="Private key of the client certificate (PEM)."
    )
    kafka_ssl_key_password: SecretStr | None = Field(
        None, description="Password of the private key."
    )
    kafka_ssl_key_password_file: Path | None = Field(
        None, description="File that holds the password, instead of the variable."
    )
    kafka_enable_idempotence: bool = Field(
        True, description="Idempotent producer; the local stack's broker needs false."
    )
    kafka_compression: Literal["none", "gzip", "snappy", "lz4", "zstd"] = Field(
        "none", description="Compression of published messages."
    )
    kafka_max_request_size: int = Field(
        16_777_216, ge=1_024, description="Maximum size of a published message, in bytes."
    )
    kafka_request_timeout: Seconds = Field(
        20, description="Seconds to wait for the acknowledgement of a published message."
    )
    kafka_session_timeout: Seconds = Field(
        10, description="Seconds without a heartbeat after which the group removes a worker."
    )
    kafka_group_instance_id: Name | None = Field(
        None,
        description="Identity of this worker in its group, its own, that a restart keeps; default: "
        "none.",
    )
    kafka_rebalance_timeout: Seconds = Field(
        60, description="Seconds a worker has to finish its batch in a rebalance."
    )
    kafka_fetch_max_wait: Seconds = Field(
        0.05, description="Seconds a broker may wait for new records before it answers a fetch."
    )
    kafka_max_partition_fetch_bytes: int = Field(
        2_097_152, ge=1_024, description="Maximum bytes per partition in one fetch."
    )

    consumer_group: Name = Field("order-projector", description="Consumer group of the workers.")
    redemptions_topic: Topic = Field(
        "redemptions", description="Inbound topic of redemption events."
    )
    payments_topic: Topic = Field("payments", description="Inbound topic of payment events.")
    order_updated_topic: Topic = Field(
        "order.updated", description="Outbound topic of order events."
    )
    dead_letters_topic: Topic = Field(
        "order.dead-letters", description="Outbound topic of dead letters."
    )
    event_source: Name = Field("order-projector", description="`ce_source` of the order events.")

    batch_size: int = Field(
        8_000, ge=1, le=100_000, description="Maximum number of events in one batch."
    )
    event_limit: int = Field(
        2_097_152,
        ge=1_024,
        le=16_777_216,
        description="Maximum size of an event's value, in bytes; a larger one is dead-lettered.",
    )
    poll_wait: Seconds = Field(0.05, description="Maximum seconds to wait for events in one poll.")

    mongodb_uri: MongoUri = Field(
        "mongodb://localhost:27017", repr=False, description="Connection URI of the database."
    )
    mongodb_uri_file: Path | None = Field(
        None, description="File that holds the URI, instead of the variable."
    )
    mongodb_database: Name = Field(
        "orders", description="Name of the database with the collection `orders`."
    )
    mongodb_driver: Literal["motor", "pymongo"] = Field(
        "motor", description="Client library of the database."
    )
    mongodb_timeout: Seconds = Field(
        10, description="Seconds to wait for the database before a retry."
    )

    layout: int = Field(
        1, ge=1, le=1, description="Layout of the documents to write; this release knows one."
    )

    breaker: bool = Field(
        True, description="Pause a partition if too many of its events would be dead-lettered."
    )
    breaker_share: float = Field(
        0.5,
        gt=0,
        lt=1,
        description="Ratio of dead letters among the recent events that opens the breaker.",
    )
    breaker_window: int = Field(
        10_000,
        ge=1,
        description="Number of recent events over which the dead-letter ratio is computed.",
    )
    breaker_run: int = Field(
        1_000, ge=1, description="Number of consecutive dead letters that opens the breaker."
    )

    http_host: Host = Field(
        "127.0.0.1", description="Address to listen on for health, metrics and docs."
    )
    http_port: int = Field(
        8_000, ge=0, le=65_535, description="Port for health, metrics and docs; 0 disables HTTP."
    )

    api_host: Host = Field("127.0.0.1", description="Address on which `serve` listens.")
    api_port: int = Field(8_080, ge=1, le=65_535, description="Port on which `serve` listens.")
    api_public_url: PublicUrl | None = Field(
        None, description="What URLs in answers begin with; default: http://HOST:PORT."
    )
    api_keys_file: Path | None = Field(
        None, description="File with the keys of clients, a JSON object a line."
    )
    api_open: bool = Field(
        False, description="Let anyone read and write without a key: for a laptop only."
    )
    api_write_wait: Seconds = Field(
        5, description="Seconds that a write waits for the worker, and a read for a revision."
    )
    api_rate_limit: int | None = Field(
        None, ge=1, description="Requests a minute for each key and process; default: no limit."
    )
    api_webhook_secret_file: Path | None = Field(
        None, description="File with the secrets of the webhook receiver, one or two lines."
    )
    api_body_limit: int = Field(
        4_194_304, ge=1_024, description="Maximum bytes of an order; of an import eight times."
    )

    liveness_timeout: Seconds = Field(
        60, description="Seconds without progress after which /livez fails."
    )
    shutdown_timeout: Seconds = Field(
        25, description="Maximum seconds from SIGTERM, SIGINT or SIGHUP to the exit."
    )
    log_format: Literal["json", "console"] = Field("json", description="Format of log lines.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Lowest level that is logged."
    )

    @property
    def inbound_topics(self) -> tuple[str, ...]:
        """The topics to consume, without duplicates."""
        return tuple(dict.fromkeys((self.redemptions_topic, self.payments_topic)))

    @property
    def api_url(self) -> str:
        """What every URL in an answer of the API begins with."""
        host = f"[{self.api_host}]" if ":" in self.api_host else self.api_host
        return (self.api_public_url or f"http://{host}:{self.api_port}").rstrip("/")

    @property
    def mask(self) -> Callable[[str], str]:
        """A function that masks the secrets of these settings in a text."""
        return masking({name: _plain(getattr(self, name)) for name in SECRETS})

    @model_validator(mode="before")
    @classmethod
    def _reads_secrets(cls, values: dict[str, Any]) -> dict[str, Any]:
        return with_files_read(values)

    @model_validator(mode="after")
    def _logs_in_with_both(self) -> Self:
        if self.kafka_security_protocol.startswith("SASL"):
            for field in ("kafka_sasl_username", "kafka_sasl_password"):
                if getattr(self, field) is None:
                    raise ValueError(
                        f"{variable(field)}: required with {variable('kafka_security_protocol')}"
                        f"={self.kafka_security_protocol}"
                    )
        if self.kafka_ssl_key_file is not None and self.kafka_ssl_cert_file is None:
            raise ValueError(
                f"{variable('kafka_ssl_cert_file')}: required with {variable('kafka_ssl_key_file')}"
            )
        return self

    @model_validator(mode="after")
    def _reads_nothing_it_writes(self) -> Self:
        taken = set(self.inbound_topics)
        for field in ("order_updated_topic", "dead_letters_topic"):
            topic = getattr(self, field)
            if topic in taken:
                raise ValueError(f"{variable(field)}: {topic} is already the name of another topic")
            taken.add(topic)
        return self


def _plain(secret: str | SecretStr | None) -> str | None:
    return secret.get_secret_value() if isinstance(secret, SecretStr) else secret
