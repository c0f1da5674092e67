"""What consumers see of events that move: the loss is announced before the gain."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class AnnouncedMoves:
    """Keeps the highest revision of each order, as a consumer does, and what it serves by names."""

    stored: dict[tuple[str, int], frozenset[str]] = field(default_factory=dict)
    """By order and revision, what came by names; less if what is served did not depend on it."""
    seen: dict[str, int] = field(default_factory=dict)

    def keep(self, order_id: str, revision: int, events: frozenset[str]) -> None:
        """Note the events that a stored revision serves."""
        known = self.stored.get((order_id, revision), events)
        self.stored[order_id, revision] = known & events

    def twice(self, order_id: str, revision: int) -> str | None:
        """Note an announcement; return which events a consumer sees in two orders, if any."""
        if revision <= self.seen.get(order_id, 0):
            return None
        self.seen[order_id] = revision
        mine = self.stored.get((order_id, revision), frozenset())
        for other, at in self.seen.items():
            both = mine & self.stored.get((other, at), frozenset()) if other != order_id else ()
            if both:
                return f"gains {sorted(both)} before {other} is announced without them"
        return None
