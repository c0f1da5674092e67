"""`mongod` as in the image `mongo`: secantusd-rs behind a proxy that adds what it lacks.

It accepts `--replSet`, which the server behind it does not: see `replica_set.py`.
"""

import argparse
import asyncio
import contextlib
import json
import signal
import sys
from pathlib import Path

from replica_set import ReplicaSet
from wire import Message, read

BEHIND = 27_018
_GREETING = (b"\x02setName\x00", b"\x04hosts\x00")
_LONGEST_GREETING = 4_096


def main() -> int:
    """Run the server until it exits or is told to."""
    options = _options()
    return asyncio.run(_serve(options))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("mongod")
    parser.add_argument("--replSet", dest="name")
    parser.add_argument("--port", type=int, default=27_017)
    parser.add_argument("--dbpath", type=Path, default=Path("/data/db"))
    parser.add_argument("--bind_ip_all", action="store_true")
    return parser.parse_args()


async def _serve(options: argparse.Namespace) -> int:
    server = await asyncio.create_subprocess_exec(
        *(
            "/opt/mongo/bin/secantusd-rs",
            "--config",
            "/opt/mongo/secantusd.toml",
            "--log-level",
            "WARNING",
        ),
        *("--host", "127.0.0.1", "--port", str(BEHIND), "--storage-path", str(options.dbpath)),
        *("--sync-on-commit", "--log-file-max", "64MB"),
        *(() if options.name else ("--standalone",)),
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, server.terminate)
    members = ReplicaSet(options.name, options.dbpath) if options.name else None

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _proxy(reader, writer, members)

    if await _answers(server):
        await asyncio.start_server(accept, None, options.port)
        _log("Waiting for connections", port=options.port)
    status = await server.wait()
    _log("shutting down", status=status)
    return 0 if status in {0, -signal.SIGTERM} else 1


async def _answers(server: asyncio.subprocess.Process) -> bool:
    """Wait until the server accepts connections; return False if it exits first."""
    while server.returncode is None:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", BEHIND)
            writer.close()
            return True
        await asyncio.sleep(0.05)
    return False


async def _proxy(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, members: ReplicaSet | None
) -> None:
    """Forward one connection in both directions, until either side closes it."""
    try:
        theirs, ours = await asyncio.open_connection("127.0.0.1", BEHIND)
    except OSError:
        writer.close()
        return
    ways = (
        asyncio.create_task(_ask(reader, ours, writer, members)),
        asyncio.create_task(_tell(theirs, writer, members)),
    )
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        ours.close()
        writer.close()


async def _ask(
    client: asyncio.StreamReader,
    server: asyncio.StreamWriter,
    back: asyncio.StreamWriter,
    members: ReplicaSet | None,
) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, OSError):
        while True:
            message = await read(client)
            if members is not None and message.command.startswith("replSet"):
                back.write(_of_the_set(message, members).packed())
                await back.drain()
            else:
                server.write(message.packed())
                await server.drain()


def _of_the_set(message: Message, members: ReplicaSet) -> Message:
    match message.command:
        case "replSetGetStatus":
            return message.answer(members.status())
        case "replSetInitiate":
            return message.answer(members.initiate(message.document()["replSetInitiate"]))
        case other:
            why = f"no such command: '{other}'"
            return message.answer({"ok": 0.0, "errmsg": why, "code": 59})


async def _tell(
    server: asyncio.StreamReader, client: asyncio.StreamWriter, members: ReplicaSet | None
) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, OSError):
        while True:
            message = await read(server)
            if members is not None and _is_greeting(message):
                message = message.with_document(members.greeting(message.document()))
            client.write(message.packed())
            await client.drain()


def _is_greeting(message: Message) -> bool:
    body = message.body
    return len(body) < _LONGEST_GREETING and all(each in body for each in _GREETING)


def _log(message: str, **attributes: int) -> None:
    line = {"s": "I", "c": "NETWORK", "msg": message, "attr": attributes}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
