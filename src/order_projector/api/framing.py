"""Requests that the server reads and RFC 9112 has it refuse, or take for the last one."""

import re
from typing import Any, Final

_HOST: Final = re.compile(
    rb"(?:\[[0-9a-z:.~!$&'()*+,;=_-]+\]|[0-9a-z%.~!$&'()*+,;=_-]*)(?::[0-9]*)?", re.IGNORECASE
)
_AMBIGUOUS: Final = frozenset({b"transfer-encoding", b"content-length"})


def is_malformed(scope: Any) -> bool:
    """Whether a request's version, host or framing makes it none (RFC 9112, 2.3, 3.2 and 6.1)."""
    headers, version = scope["headers"], scope["http_version"]
    if not version.startswith("1.") or any(
        name == b"host" and not _is_host(it) for name, it in headers
    ):
        return True
    return version == "1.0" and any(name == b"transfer-encoding" for name, _ in headers)


def is_last(scope: Any) -> bool:
    """Whether nothing that follows a request is to be taken for one.

    Others may see two requests in one whose length is given twice.
    """
    return is_malformed(scope) or {name for name, _ in scope["headers"]} >= _AMBIGUOUS


def _is_host(value: bytes) -> bool:
    return _HOST.fullmatch(value) is not None
