"""The port for what the API keeps beside the orders: keys of requests, imports, exports."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class FirstTry:
    """What was decided when a key was first seen.

    ``at`` is the time of the event, in milliseconds; ``result`` the id of what was made, if the
    request makes a job.
    """

    fingerprint: str
    at: int
    type: str = ""
    result: str = ""


class KeyStore(Protocol):
    """Remembers keys for a day. Every method raises `Unavailable` as an order store does."""

    async def first_try(self, name: str) -> FirstTry | None:
        """Return the first try with a key, if it is remembered."""

    async def remember(self, name: str, first: FirstTry) -> FirstTry:
        """Remember a try unless there is one; return the one that is remembered."""
