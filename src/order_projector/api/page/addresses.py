"""The addresses of the pages, by what they show."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from order_projector.api.history import NOW, Moment
from order_projector.domain.clock import format_time

ORDERS: Final = "/orders"
"""The list of orders; all that a page loads is under it."""


def is_page(path: str) -> bool:
    """Whether a request of that path is answered with a page, an error included."""
    return path == ORDERS or path.startswith(f"{ORDERS}/")


def search_address(asked: str, after: str | None = None) -> str:
    """Return the address of the orders that a search finds, after one of them."""
    return _with_query(ORDERS, q=asked, starting_after_id=after)


@dataclass(frozen=True, slots=True)
class OrderAddress:
    """The address of an order's page, at a moment."""

    name: str
    moment: Moment = NOW

    @property
    def page(self) -> str:
        """The page of this moment."""
        return self._with_moment(self._path)

    @property
    def now(self) -> str:
        """The page of the order as it is."""
        return self._path

    @property
    def json(self) -> str:
        """The order of this moment as JSON."""
        return self._with_moment(f"{self._path}/json")

    def at(self, at: int | None) -> "OrderAddress":
        """Return the address of another moment, by what was known at the same one."""
        return OrderAddress(self.name, Moment(at, self.moment.known_at))

    def known_at(self, known_at: int) -> "OrderAddress":
        """Return the address of what was known at a moment, whenever it happened."""
        return OrderAddress(self.name, Moment(None, known_at))

    def steps(self, part: int) -> str:
        """Return the page with another part of its timeline."""
        return f"{self._with_moment(self._path, steps=str(part))}#timeline"

    def step(self, number: int, part: int | None) -> str:
        """Return the place of a step: on this page, or in the part of the timeline it is in."""
        if part is None:
            return f"#step-{number}"
        return f"{self._with_moment(self._path, steps=str(part))}#step-{number}"

    @property
    def _path(self) -> str:
        return f"{ORDERS}/{quote(self.name, safe='')}"

    def _with_moment(self, path: str, **more: str) -> str:
        at, known_at = self.moment.at, self.moment.known_at
        return _with_query(
            path,
            at=None if at is None else format_time(at),
            known_at=None if known_at is None else format_time(known_at),
            **more,
        )


def _with_query(path: str, **given: str | None) -> str:
    query = urlencode({name: value for name, value in given.items() if value}, quote_via=quote)
    return f"{path}?{query}" if query else path
