"""A broker and a database that require a login and TLS."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from pymongo import AsyncMongoClient

from order_projector.local.database import database_spec, running_database
from order_projector.local.ports import HOST
from order_projector.local.server import Server, accepts_connections, serving
from tests.support.apache.cluster import Kafka, running_kafka
from tests.support.apache.jars import java, kafka_jars
from tests.support.apache.node import Listener, Recipe
from tests.support.certificates import Authority

USER: Final = "order-projector"
SESAME: Final = "k4fka-s3cret-horse"

_JAAS: Final = "org.apache.kafka.common.security"
_LOGINS: Final = {
    "PLAIN": f'{_JAAS}.plain.PlainLoginModule required user_{USER}="{SESAME}";',
    "SCRAM-SHA-256": f"{_JAAS}.scram.ScramLoginModule required;",
    "SCRAM-SHA-512": f"{_JAAS}.scram.ScramLoginModule required;",
}


@dataclass(frozen=True, slots=True)
class GuardedKafka:
    """A broker with listeners for passwords (two), certificates, and an expired certificate.

    The listener PLAINTEXT is for the tests themselves: its clients may do everything.
    """

    kafka: Kafka
    authority: Authority
    folder: Path

    def environment(self, listener: str) -> dict[str, str]:
        """Return the settings of a worker that uses this listener and trusts the authority."""
        return {
            "ORDERS_KAFKA_BOOTSTRAP_SERVERS": self.kafka.address(listener),
            "ORDERS_KAFKA_SSL_CA_FILE": str(self.authority.certificate),
        }

    def login(self, mechanism: str, listener: str = "LOGIN") -> dict[str, str]:
        """Return the settings of a worker that logs in with its password."""
        return self.environment(listener) | {
            "ORDERS_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "ORDERS_KAFKA_SASL_MECHANISM": mechanism,
            "ORDERS_KAFKA_SASL_USERNAME": USER,
            "ORDERS_KAFKA_SASL_PASSWORD": SESAME,
        }

    async def administer(self, main: str, *arguments: str) -> str:
        """Run one of Kafka's own tools, as an operator does; return its output."""
        tool = await asyncio.create_subprocess_exec(
            *(str(java()), "-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", f"{kafka_jars()}/*"),
            *(main, "--bootstrap-server", self.kafka.bootstrap_servers, *arguments),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={},
        )
        said, _ = await tool.communicate()
        assert tool.returncode == 0, said.decode()
        return said.decode()


@asynccontextmanager
async def guarded_kafka(folder: Path) -> AsyncIterator[GuardedKafka]:
    """Run the broker, with an authorizer that denies everything not explicitly allowed."""
    authority = Authority(folder, "authority")
    server, expired = authority.server().both, authority.expired_server().both
    names = {"ssl.principal.mapping.rules": "RULE:^CN=([^,]+).*$/$1/,DEFAULT"}
    listeners = [
        Listener("LOGIN", "SASL_SSL", _tls(authority, server) | _logins("PLAIN", "SCRAM-SHA-512")),
        Listener("OTHER", "SASL_SSL", _tls(authority, server) | _logins("SCRAM-SHA-256")),
        Listener(
            "CERTIFICATE",
            "SSL",
            _tls(authority, server) | names | {"ssl.client.auth": "required"},
        ),
        Listener("EXPIRED", "SSL", _tls(authority, expired)),
    ]
    rights = {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
    }
    recipe = Recipe(listeners, rights, _scram())
    async with running_kafka(folder / "kafka", recipe=recipe) as kafka:
        yield GuardedKafka(kafka, authority, folder)


def _tls(authority: Authority, keys: Path) -> dict[str, str]:
    return {
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(keys),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(authority.certificate),
    }


def _logins(*mechanisms: str) -> dict[str, str]:
    logins = {f"{name.lower()}.sasl.jaas.config": _LOGINS[name] for name in mechanisms}
    return logins | {"sasl.enabled.mechanisms": ",".join(mechanisms)}


def _scram() -> Sequence[str]:
    return [
        part
        for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512")
        for part in ("--add-scram", f"{mechanism}=[name={USER},password={SESAME}]")
    ]


@dataclass(frozen=True, slots=True)
class GuardedDatabase:
    """A database with TLS and authentication, whose users have one role each."""

    server: Server
    authority: Authority
    database: str

    def uri(self, user: str, password: str, **options: str) -> str:
        """Return the URI of this user's login; options override the correct ones."""
        known = {
            "authSource": self.database,
            "tls": "true",
            "tlsCAFile": str(self.authority.certificate),
        }
        given = "&".join(f"{name}={value}" for name, value in (known | options).items() if value)
        return f"mongodb://{user}:{password}@{HOST}:{self.server.port}/?{given}"


@asynccontextmanager
async def guarded_database(
    folder: Path, database: str, users: Mapping[str, tuple[str, str]], *, expired: bool = False
) -> AsyncIterator[GuardedDatabase]:
    """Run the database, with users that each have a password and one role in `database`."""
    authority = Authority(folder, "database-authority")
    pair = authority.expired_server() if expired else authority.server()
    async with (
        running_database(folder) as open_to_all,
        AsyncMongoClient[dict[str, Any]](HOST, open_to_all.port) as client,
    ):
        for user, (password, role) in users.items():
            await client[database].command(
                "createUser", user, pwd=password, roles=[{"role": role, "db": database}]
            )
    spec = database_spec(folder)
    guarded = replace(
        spec,
        command=(
            *(*spec.command, "--auth"),
            *("--tls-cert-file", str(pair.certificate)),
            *("--tls-key-file", str(pair.key)),
        ),
        answers=accepts_connections,
    )
    async with serving(guarded) as server:
        yield GuardedDatabase(server, authority, database)
