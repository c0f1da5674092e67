"""Classify OpenSSL's errors: which side's certificate is at fault."""

import re
from enum import Enum, auto
from typing import Final

_VERIFY: Final = "certificate verify failed"
_THEIRS_TO_MEND: Final = ("has expired", "is not yet valid")
_ALERT: Final = re.compile(
    r"alert (bad certificate|certificate \w+|unknown ca|unsupported certificate|access denied)"
)
_DECORATION: Final = re.compile(r"\[(SSL|X509|PEM)[^\[\]]*\] | \(_ssl\.c:\d+\)")


class TlsFault(Enum):
    """What keeps both sides apart, where the configuration of this side does.

    TRUST: the server shows a certificate that we do not trust, or that is another host's.
    CERTIFICATE: the server does not accept ours, or misses it.
    """

    TRUST = auto()
    CERTIFICATE = auto()


def fault(reason: str) -> TlsFault | None:
    """Return this side's fault; None if the other side is at fault, or TLS is not the cause.

    A server whose own certificate has expired will get another one: the worker waits for it.
    """
    if _VERIFY in reason and not any(each in reason for each in _THEIRS_TO_MEND):
        return TlsFault.TRUST
    if _ALERT.search(reason):
        return TlsFault.CERTIFICATE
    return None


def undecorated(reason: str) -> str:
    """Return the readable part: without codes, and without lines of OpenSSL's source."""
    return _DECORATION.sub("", " ".join(reason.split()))
