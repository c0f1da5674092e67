"""Loopback ports that a server can bind again after a restart."""

import socket
from pathlib import Path
from secrets import SystemRandom

from order_projector.local.errors import LocalStackError

HOST = "127.0.0.1"

_LOWEST = 10_240
_HIGHEST = 32_768
_EPHEMERAL_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_port() -> int:
    """Return a free port below the ephemeral range, from which the system serves clients.

    While its server is down, any outgoing connection could take a port of that range; a client
    that reconnects could even get the same port as its source port, and connect to itself.
    Raises `LocalStackError` if none is found.
    """
    for port in SystemRandom().sample(range(_LOWEST, _ceiling()), 256):
        if is_free(port):
            return port
    raise LocalStackError(f"no free port between {_LOWEST} and {_ceiling()} on {HOST}")


def is_free(port: int) -> bool:
    """Return whether a server could listen on this port now."""
    with socket.socket() as probe:
        # as servers do: a port in TIME_WAIT is free
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _ceiling() -> int:
    try:
        first_ephemeral = int(_EPHEMERAL_RANGE.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return _HIGHEST
    # If the ephemeral range leaves too few ports below it, stay below its default on Linux.
    return first_ephemeral if first_ephemeral >= 2 * _LOWEST else _HIGHEST
