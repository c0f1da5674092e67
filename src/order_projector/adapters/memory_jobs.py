"""What the API keeps beside the orders, in memory."""

from typing import Final

from order_projector.projection.api_jobs import FirstTry


class MemoryKeys:
    """A `KeyStore` in memory."""

    def __init__(self) -> None:
        """Start without keys."""
        self.tries: Final[dict[str, FirstTry]] = {}

    async def first_try(self, name: str) -> FirstTry | None:
        """Return the first try with a key."""
        return self.tries.get(name)

    async def remember(self, name: str, first: FirstTry) -> FirstTry:
        """Remember a try unless there is one."""
        return self.tries.setdefault(name, first)
