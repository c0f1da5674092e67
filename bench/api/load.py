"""A cheap client: requests one after the other on each of some connections that stay open."""

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
    """What a server did with requests that came as fast as it answered."""

    requests: int
    seconds: float
    cpu: float
    """Processor time of the server, in seconds."""
    latencies: tuple[float, ...]

    @property
    def per_second(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks: the paths in turn, with these headers, so many requests at once."""

    paths: Sequence[str]
    headers: str
    connections: int

    async def ask(self, server: Server, requests: int) -> Load:
        """Send so many requests, and check that each is answered with 200."""
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
    """The body of an answer, which has to be a good one."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    body = await reader.readexactly(int(head.partition(_LENGTH)[2].partition(b"\r\n")[0]))
    if not head.startswith(b"http/1.1 200"):
        raise RuntimeError(f"{head.decode()}{body.decode()}")
    return body
