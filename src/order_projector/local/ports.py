"""Loopback ports a server can come back to."""

import socket
from pathlib import Path
from secrets import SystemRandom

from order_projector.local.errors import LocalStackError

HOST = "127.0.0.1"

_LOWEST = 10_240
_HIGHEST = 32_768
_EPHEMERAL_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_port() -> int:
    """Gives a free port that the system never hands to a client.

    A port of the ephemeral range can be taken by any outgoing connection while its server is
    down; a client that reconnects to it can even be given it, and then talks to itself.
    """
    for port in SystemRandom().sample(range(_LOWEST, _ceiling()), 256):
        if is_free(port):
            return port
    raise LocalStackError(f"no free port between {_LOWEST} and {_ceiling()} on {HOST}")


def is_free(port: int) -> bool:
    """Says whether a server could listen on this port now."""
    with socket.socket() as probe:
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
    # A system that hands out nearly every port leaves no better choice than the usual ones.
    return first_ephemeral if first_ephemeral >= 2 * _LOWEST else _HIGHEST
