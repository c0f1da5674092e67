"""Workers and commands against a broker with TLS, logins and ACLs."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Final
from uuid import uuid4

from order_projector.local.ports import HOST, free_port
from order_projector.local.server import Server
from tests.support.certificates import Pair
from tests.support.events import order_event, to_json
from tests.support.guarded import USER, GuardedKafka
from tests.support.kafka import Record, produce, read_until
from tests.support.probes import probed, until

WRONG: Final = "wr0ng-s3cret-horse"

Ended = subprocess.CompletedProcess[str]


async def order_projector(environment: dict[str, str], *command: str) -> Ended:
    """Run a command that is expected to end by itself."""
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "order_projector", *command],
        env={
            "ORDERS_HTTP_PORT": "0",
            "ORDERS_MONGODB_URI": f"mongodb://{HOST}:{free_port()}",
            "ORDERS_MONGODB_TIMEOUT": "1",
            "ORDERS_LOG_LEVEL": "DEBUG",
        }
        | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def last_words(ended: Ended) -> list[str]:
    """Return the lines of standard error that are not log lines."""
    return [line for line in ended.stderr.splitlines() if not line.startswith("{")]


def logged(log: Path) -> list[dict[str, str]]:
    """Return the parsed lines of a worker's log."""
    return [json.loads(line) for line in log.read_text().splitlines() if line.endswith("}")]


def certified(guarded: GuardedKafka, pair: Pair | None) -> dict[str, str]:
    """Return the settings of a worker that presents this certificate."""
    environment = guarded.environment("CERTIFICATE") | {"ORDERS_KAFKA_SECURITY_PROTOCOL": "SSL"}
    if pair is not None:
        environment["ORDERS_KAFKA_SSL_CERT_FILE"] = str(pair.certificate)
        environment["ORDERS_KAFKA_SSL_KEY_FILE"] = str(pair.key)
    return environment


async def takes_an_event(guarded: GuardedKafka, worker: Server) -> None:
    """Wait until the worker has processed an event and announced it."""
    servers, order = guarded.kafka.bootstrap_servers, f"ord_{uuid4().hex}"
    event = Record("redemptions", to_json(order_event(1, id=order)), order.encode())
    await produce(servers, [event])
    await read_until(
        servers, "order.updated", lambda them: any(each.key == event.key for each in them)
    )
    await worker.ready()


async def buries_a_letter(guarded: GuardedKafka, worker: Server) -> None:
    """Wait until the worker has dead-lettered a record that is not an event."""
    servers, poison = guarded.kafka.bootstrap_servers, uuid4().bytes
    await produce(servers, [Record("payments", poison)])
    await read_until(
        servers, "order.dead-letters", lambda them: any(each.value == poison for each in them)
    )
    await worker.ready()


async def unready(worker: Server) -> bool:
    """Return whether the worker reports that it is not ready."""
    return (await probed(worker, "/readyz"))[0] == 503


async def change_password(guarded: GuardedKafka, password: str) -> None:
    """Change the password of the worker's login."""
    await guarded.administer(
        "kafka.admin.ConfigCommand",
        *("--alter", "--entity-type", "users", "--entity-name", USER),
        *("--add-config", f"SCRAM-SHA-512=[password={password}]"),
    )


async def until_line(log: Path, words: str) -> None:
    """Wait until a line of the log contains these words."""

    async def said() -> bool:
        return any(words in line["event"] for line in logged(log))

    await until(said, f"a line says: {words}")
