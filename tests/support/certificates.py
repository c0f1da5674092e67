"""Certificates for one test: certificate authorities and what they have signed."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from order_projector.local.ports import HOST

_YESTERDAY: Final = timedelta(days=-1)
_TOMORROW: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its private key, in a file each and together in one."""

    certificate: Path
    key: Path
    both: Path


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority; clients trust it by its own certificate."""

    folder: Path
    name: str
    _ca: trustme.CA = field(default_factory=trustme.CA)

    @property
    def certificate(self) -> Path:
        """The certificate that a client needs to trust this authority."""
        path = self.folder / f"{self.name}.pem"
        if not path.exists():
            self._ca.cert_pem.write_to_path(path)
        return path

    def server(self, address: str = HOST) -> Pair:
        """Return the certificate of a server at this address."""
        return self._issue(f"server-{address}", address, _TOMORROW)

    def expired_server(self) -> Pair:
        """Return a server certificate that expired yesterday."""
        return self._issue("server-expired", HOST, _YESTERDAY)

    def client(self, name: str, password: str = "") -> Pair:
        """Return a client certificate; the key is encrypted if a password is given."""
        return self._issue(name, f"{name}.test", _TOMORROW, password)

    def expired_client(self, name: str) -> Pair:
        """Return a client certificate that expired yesterday."""
        return self._issue(f"{name}-expired", f"{name}.test", _YESTERDAY)

    def _issue(self, name: str, identity: str, until: timedelta, password: str = "") -> Pair:
        issued = self._ca.issue_cert(
            identity, common_name=name, not_after=datetime.now(UTC) + until
        )
        stem = self.folder / f"{self.name}-{name}"
        pair = Pair(*(stem.with_name(f"{stem.name}{end}") for end in (".crt", ".key", ".pem")))
        chain = b"".join(each.bytes() for each in issued.cert_chain_pems)
        key = _pkcs8(issued.private_key_pem.bytes(), password)
        pair.certificate.write_bytes(chain)
        pair.key.write_bytes(key)
        pair.both.write_bytes(key + chain)
        return pair


def _pkcs8(key: bytes, password: str) -> bytes:
    """Return the private key as PKCS #8, the only form that Java reads."""
    return load_pem_private_key(key, password=None).private_bytes(
        Encoding.PEM,
        PrivateFormat.PKCS8,
        BestAvailableEncryption(password.encode()) if password else NoEncryption(),
    )
