"""A cheap client: sequential requests on each of several persistent connections."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import psutil

from bench.contender import cpu_seconds
from order_projector.local.ports import HOST
from order_projector.local.server import Server

_LENGTH = b"content-length: "


@dataclass(frozen=True, slots=True)
class Load:
    """A server's performance under requests sent as fast as it answers."""

    requests: int
    seconds: float
    cpu: float
    """CPU time of the server, in seconds."""
    latencies: tuple[float, ...]

    @property
    def per_second(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


@dataclass(frozen=True, slots=True)
class Client:
    """A client that requests the paths in turn, with these headers, on this many connections."""

    paths: Sequence[str]
    headers: str
    connections: int

    async def ask(self, server: Server, requests: int) -> Load:
        """Send this many requests, and check that each is answered with 200."""
        process = psutil.Process(server.pid)
        latencies: list[float] = []
        turns = iter(range(requests))
        before, began = cpu_seconds(process), time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(self.connections):
                group.create_task(self._connection(server.port, turns, latencies))
        seconds, cpu = time.perf_counter() - began, cpu_seconds(process) - before
        return Load(len(latencies), seconds, cpu, tuple(latencies))

    async def _connection(self, port: int, turns: Iterator[int], latencies: list[float]) -> None:
        reader, writer = await asyncio.open_connection(HOST, port)
        for turn in turns:
            path = self.paths[turn % len(self.paths)]
            began = time.perf_counter()
            writer.write(f"GET {path} HTTP/1.1\r\nHost: bench\r\n{self.headers}\r\n".encode())
            await _answer(reader)
            latencies.append(time.perf_counter() - began)
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> bytes:
    """Read an answer, which must be 200, and return its body."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    body = await reader.readexactly(int(head.partition(_LENGTH)[2].partition(b"\r\n")[0]))
    if not head.startswith(b"http/1.1 200"):
        raise RuntimeError(f"{head.decode()}{body.decode()}")
    return body
