"""The expansion of a seed: the size of its world, and the faults that happen in it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from typing import Final

from order_projector.projection.folding import ANYWHERE, Budget
from order_projector.projection.long_orders.lengths import LENGTHS, Lengths
from tests.simulation.bounds import UNBOUNDED, Bounds, drawn

CALLS: Final[Mapping[str, tuple[float, float]]] = {
    "database slow": (0.01, 0.2),
    "database hangs": (0.01, 0.1),
    "database refuses": (0.02, 0.3),
    "write acknowledgement lost": (0.02, 0.3),
    "write lands late": (0.02, 0.25),
    "write applied twice": (0.02, 0.3),
    "write applied in part": (0.02, 0.3),
    "write refused in part": (0.02, 0.3),
    "write not replicated in time": (0.02, 0.2),
    "produce refused": (0.02, 0.2),
    "produce request lost": (0.02, 0.2),
    "produce acknowledgement lost": (0.02, 0.3),
    "produce acknowledged late": (0.02, 0.2),
    "produce slow": (0.1, 0.6),
    "fetch failed": (0.02, 0.2),
    "fetch truncated": (0.05, 0.6),
    "commit refused": (0.1, 0.6),
    "commit request lost": (0.02, 0.2),
    "commit acknowledgement lost": (0.02, 0.3),
    "heartbeat lost": (0.02, 0.4),
    "join failed": (0.02, 0.2),
}
"""Faults of single calls, each with the range from which a seed draws its probability."""

EVENTS: Final = (
    "worker crashed",
    "worker paused",
    "worker stopped",
    "worker added",
    "primary stepped down",
    "database away",
    "broker away",
    "broker frozen",
)
"""Faults of a whole process or service."""

EXPULSIONS: Final = 0.25
"""The share of worlds in which a worker is expelled from the group between write and announcement.

Their records are produced early, because announcements of later ones would hide a late one.
"""
SOURCE_IDS: Final = ("shop/0", "shop/1")
"""The source ids of a world that consists only of names."""

ALONE: Final = 0.2
"""The share of worlds with refusals in which one worker does everything, and lives."""

LONG: Final = 30.0
"""Seconds of a world in which a worker can be expelled and come back."""


class Mode(StrEnum):
    """What a world consists of: lives of orders, only names, or names that orders refuse."""

    LIVES = "lives"
    NAMES = "names"
    REFUSALS = "refusals"


@dataclass(frozen=True, slots=True)
class Options:
    """A world, expanded from its seed."""

    seed: int
    mode: Mode
    workers: int
    partitions: int
    orders: int
    events: int
    keyless: float
    duplicates: float
    poison: float
    rare: bool
    """Whether orders have rare events: voids, odd rollbacks, discounts from mid-life, erasures."""
    batch: int
    group: int
    """The number of a batch's orders that are processed together."""
    budget: Budget
    """The size up to which an order is folded within its batch."""
    lengths: Lengths
    """The lengths from which an order has segments and a checkpoint."""
    fold: float
    """Mean seconds that a fold off the event loop takes."""
    stragglers: float
    """The share of messages that take up to half a second, which is not a fault."""
    span: float
    """Seconds over which faults happen."""
    produced_within: float
    """Seconds within which the records are produced."""
    expulsion: bool
    """Whether the group expels a worker between a write and its announcement."""
    breaker: int | None
    """The number of consecutive dead letters that open a partition's breaker."""
    idempotent: bool
    """Whether the broker recognises records that a producer resends."""
    calls: Mapping[str, float]
    """The probability of each fault of a single call."""
    events_between: float
    """Mean seconds between two faults of a process or service."""
    events_of: tuple[str, ...]
    bounds: Bounds = UNBOUNDED
    """What the database refuses to store."""

    @property
    def moves_are_of_one(self) -> bool:
        """Whether one worker, which lives, moves all events from one order to another.

        Orders processed apart are announced separately: for a batch, that is another worker.
        """
        return self.workers == 1 and not self.events_of and self.budget.in_batch == ANYWHERE

    @property
    def peaceful(self) -> bool:
        """Whether nothing fails, and no other process changes an order or takes a partition.

        A partition whose breaker was open is read again, with what was stored before it opened.
        """
        return self.moves_are_of_one and not self.calls and self.breaker is None

    def describe(self) -> str:
        """Describe the world of this seed in a few lines."""
        calls = ", ".join(f"{kind} {chance:.0%}" for kind, chance in self.calls.items())
        return f"""\
  workers {self.workers}, {self.partitions} partitions of each topic, batches of {self.batch} \
in groups of {self.group}, {self.orders} orders of {self.events} events\
{" and some rare ones" if self.rare else ""}
  in a batch up to {self.budget.in_batch} bytes of an order, {self.budget.lanes} others at once, \
each for about {self.fold} s; {self.lengths}
  keyless {self.keyless:.0%}, duplicates {self.duplicates:.0%}, poison {self.poison:.0%}, within \
{self.produced_within:.0f} s of {self.span:.0f} s, \
{"idempotent" if self.idempotent else "not idempotent"} producers, \
stragglers {self.stragglers:.0%}, breaker after {self.breaker or "any number"}\
{", a writer is expelled" if self.expulsion else ""}
  calls: {calls or "no faults"}
  bounds: {self.bounds.describe()}
  about every {self.events_between:.0f} s one of: {", ".join(self.events_of) or "nothing"}"""


def expand(seed: int, mode: Mode = Mode.LIVES) -> Options:
    """Expand a seed to its options."""
    if mode is not Mode.LIVES:
        names = _names(seed)
        if mode is Mode.NAMES:
            return names
        refused = replace(names, mode=mode, bounds=drawn(seed, names.span))
        is_alone = Random(f"alone {seed}").random() < ALONE
        return replace(refused, workers=1, events_of=()) if is_alone else refused
    options = _drawn(seed)
    if options.peaceful or Random(f"expulsion {seed}").random() >= EXPULSIONS:
        return options
    workers = max(2, options.workers)
    return replace(options, workers=workers, span=LONG, produced_within=LONG / 3, expulsion=True)


def _drawn(seed: int) -> Options:
    """Draw the options, with a selection of faults: all together would hide each other."""
    rng = Random(f"options {seed}")
    peaceful = rng.random() < 0.05
    of_calls, of_events = rng.choice((0.0, 0.15, 0.3, 0.5)), rng.choice((0.0, 0.3, 0.6, 0.9))
    folds = Random(f"folds {seed}")
    return Options(
        seed=seed,
        mode=Mode.LIVES,
        workers=1 if peaceful else rng.choice((1, 2, 2, 3, 4)),
        partitions=rng.choice((1, 2, 2, 3, 4)),
        orders=rng.choice((1, 1, 2, 3, 5)),
        events=rng.choice((2, 4, 6, 9)),
        keyless=rng.choice((0.0, 0.3, 1.0, 1.0)),
        duplicates=rng.choice((0.0, 0.05, 0.2)),
        poison=rng.choice((0.0, 0.05, 0.2)),
        rare=Random(f"rare {seed}").random() < 0.5,
        batch=rng.choice((1, 2, 5, 20, 20)),
        group=rng.choice((1, 2, 128)),
        budget=Budget(ANYWHERE, ANYWHERE) if peaceful else _budget(folds),
        lengths=_lengths(Random(f"lengths {seed}")),
        fold=folds.choice((0.005, 0.2, 1.0)),
        stragglers=rng.choice((0.0, 0.05, 0.2)),
        span=(span := rng.choice((2.0, 15.0, LONG))),
        produced_within=span,
        expulsion=False,
        breaker=None if peaceful else Random(f"breaker {seed}").choice((None, None, 1, 2)),
        idempotent=rng.random() < 0.7,
        calls={
            kind: round(rng.uniform(*between), 3)
            for kind, between in CALLS.items()
            if rng.random() < of_calls and not peaceful
        },
        events_between=rng.choice((1.5, 4.0, 10.0)),
        events_of=tuple(kind for kind in EVENTS if rng.random() < of_events and not peaceful),
    )


def _names(seed: int) -> Options:
    """Draw a small world in which workers compete for the same names, and crash at any step."""
    rng = Random(f"names mode {seed}")
    calm = _drawn(seed)
    return replace(
        calm,
        mode=Mode.NAMES,
        workers=rng.choice((2, 2, 3)),
        partitions=rng.choice((2, 3)),
        orders=3,
        duplicates=rng.choice((0.0, 0.1, 0.3)),
        poison=0.0,
        rare=False,
        batch=rng.choice((1, 2, 3)),
        group=128,
        budget=Budget(ANYWHERE, ANYWHERE),
        stragglers=rng.choice((0.0, 0.2)),
        span=(span := rng.choice((1.0, 3.0))),
        produced_within=span,
        breaker=None,
        calls={
            kind: rng.choice((0.0, 0.1))
            for kind in ("write acknowledgement lost", "write lands late", "database slow")
        },
        events_between=rng.choice((0.2, 0.5, 1.0)),
        events_of=rng.choice((("worker crashed",), ("worker crashed", "worker paused"))),
    )


def _lengths(rng: Random) -> Lengths:
    """Draw the lengths; in two thirds of the worlds, orders of a few events are long."""
    if rng.random() < 0.33:
        return LENGTHS
    return Lengths(
        short=rng.choice((0, 1, 3)),
        recent=rng.choice((0, 1, 2, 3)),
        most_recent=rng.choice((1, 2, 4)),
        in_segment=rng.choice((1, 2, 4)),
        in_document=rng.choice((400, 2_000, 100_000)),
        segment_characters=rng.choice((300, 1_000_000)),
    )


def _budget(rng: Random) -> Budget:
    """Draw the budget; in half of the worlds, some orders or all are processed apart."""
    if rng.random() < 0.5:
        return Budget(ANYWHERE, ANYWHERE)
    return Budget(
        on_loop=rng.choice((0, 1_000, ANYWHERE)),
        in_batch=rng.choice((0, 2_000, 6_000, 6_000)),
        events=rng.choice((2, 20_000)),
        lanes=rng.choice((1, 4)),
    )
