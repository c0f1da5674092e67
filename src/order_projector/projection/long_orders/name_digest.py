"""A digest of names: shows of a name that it was never put in, or that it may have been.

It holds 24 bits of a hash of each name, sorted. Of five thousand names, one other name in three
thousand seems to be among them.
"""

from bisect import bisect_left
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

_BYTES: Final = 3

EMPTY: Final = b""


def with_names(digest: bytes, names: Iterable[str]) -> bytes:
    """Return the digest with more names."""
    hashes = {digest[at : at + _BYTES] for at in range(0, len(digest), _BYTES)}
    hashes.update(map(_hash, names))
    return b"".join(sorted(hashes))


def may_hold(digest: bytes, name: str) -> bool:
    """Whether the name may be among those of the digest; False is certain."""
    wanted = _hash(name)
    places = range(len(digest) // _BYTES)
    at = _BYTES * bisect_left(
        places, wanted, key=lambda place: digest[_BYTES * place : _BYTES * place + _BYTES]
    )
    return digest[at : at + _BYTES] == wanted


def _hash(name: str) -> bytes:
    return blake2b(name.encode(errors="surrogatepass"), digest_size=_BYTES).digest()
