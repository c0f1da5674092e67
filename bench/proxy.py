"""Count the traffic of a database: a proxy that reads the headers of MongoDB's messages.

`python -m bench.proxy LISTEN_PORT DATABASE_PORT`; on SIGUSR1 it prints a line of its counts so far.
"""

import asyncio
import json
import signal
import struct
import sys
from collections import Counter
from dataclasses import dataclass, field

HOST = "127.0.0.1"
_OP_MSG = 2013
_HEAD = 16
_NAME_AT = 26
"""After the message's header: flags (4), kind of section (1), document length (4), type (1)."""
_CHATTER = frozenset({"hello", "ismaster", "isMaster", "ping", "endSessions", "buildInfo"})


@dataclass(slots=True)
class Counts:
    """Commands by name, and bytes in both directions."""

    commands: Counter[str] = field(default_factory=Counter)
    sent: int = 0
    received: int = 0

    def as_json(self) -> str:
        """Return one line of JSON for the parent process."""
        work = {name: n for name, n in self.commands.items() if name not in _CHATTER}
        return json.dumps({"commands": work, "sent": self.sent, "received": self.received})

    def tell(self) -> None:
        """Print the counts."""
        sys.stdout.write(f"{self.as_json()}\n")
        sys.stdout.flush()


async def _upstream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, c: Counts) -> None:
    """Forward a client's messages one by one."""
    while True:
        head = await reader.readexactly(_HEAD)
        length, _, _, opcode = struct.unpack("<iiii", head)
        message = head + await reader.readexactly(length - _HEAD)
        if opcode == _OP_MSG:
            name = message[_NAME_AT : message.index(b"\0", _NAME_AT)].decode()
            c.commands[name] += 1
        c.sent += length
        writer.write(message)
        await writer.drain()


async def _downstream(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, c: Counts
) -> None:
    while data := await reader.read(1 << 18):
        c.received += len(data)
        writer.write(data)
        await writer.drain()


async def _serve(port: int, database: int) -> None:
    counts = Counts()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_reader, to_writer = await asyncio.open_connection(HOST, database)
        ways = {
            asyncio.create_task(_upstream(reader, to_writer, counts)),
            asyncio.create_task(_downstream(to_reader, writer, counts)),
        }
        done, others = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in others:
            way.cancel()
        for way in done:
            way.exception()  # retrieve the exception: a connection that ends is not an error here
        to_writer.close()
        writer.close()

    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, counts.tell)
    server = await asyncio.start_server(connected, HOST, port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
