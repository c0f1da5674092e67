"""Judge a deployment. Pure: what the servers say in, findings out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from order_projector.adapters.kafka.group import GroupState, PartitionState
from order_projector.adapters.kafka.topics import Level
from order_projector.adapters.mongo.diagnosis import DatabaseState
from order_projector.settings import Settings, variable

OLDEST_MONGODB: Final = 7
MOST_SKEW: Final = 5.0
"""Seconds by which a clock may be off."""
AHEAD: Final = 60_000
"""Milliseconds by which a record may be dated ahead of this host's clock."""
MOST_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem or a note, and what to do about it."""

    level: Level
    about: str
    what: str
    remedy: str

    def __str__(self) -> str:
        """Return the finding in one line."""
        return f"{self.about}: {self.what}: {self.remedy}"


def _problem(about: str, what: str, remedy: str) -> Finding:
    return Finding(Level.PROBLEM, about, what, remedy)


def _note(about: str, what: str, remedy: str) -> Finding:
    return Finding(Level.NOTE, about, what, remedy)


def of_settings(settings: Settings, overridden: Sequence[str]) -> Iterator[Finding]:
    """Judge the settings alone; ``overridden`` are options of the URI without effect."""
    if settings.shutdown_timeout < settings.kafka_session_timeout:
        yield _problem(
            variable("shutdown_timeout"),
            f"{settings.shutdown_timeout:g} s, less than {variable('kafka_session_timeout')}"
            f" ({settings.kafka_session_timeout:g} s): a worker may be cut off before it has left "
            "its group, which then waits for it",
            "raise it to at least the session timeout",
        )
    if overridden:
        yield _note(
            variable("mongodb_uri"),
            f"the worker sets by itself, and ignores: {', '.join(overridden)}",
            "remove these options",
        )


def of_database(state: DatabaseState, missing: Sequence[str]) -> Iterator[Finding]:
    """Judge the server and the collection; ``missing`` are names of indexes."""
    major = state.version.partition(".")[0]
    if major.isdecimal() and int(major) < OLDEST_MONGODB:
        what = f"version {state.version}, the oldest supported is {OLDEST_MONGODB}"
        yield _problem("database", what, "upgrade it")
    if state.replica_set is None:
        yield _problem(
            "database",
            "a single server without a replica set: what it acknowledges is lost with it",
            "initiate a replica set",
        )
    if abs(state.skew) > MOST_SKEW:
        direction = "ahead of" if state.skew > 0 else "behind"
        what = f"its clock is {abs(state.skew):.0f} s {direction} this host's"
        yield _problem("database", what, "synchronize the clocks")
    yield from _of_collection(state, missing)


def _of_collection(state: DatabaseState, missing: Sequence[str]) -> Iterator[Finding]:
    about = "collection orders"
    if missing:
        what = f"missing indexes: {', '.join(missing)}"
        yield _problem(about, what, "start a worker, which creates them")
    if state.building:
        what = f"indexes that are being built: {', '.join(state.building)}"
        yield _note(about, what, "wait until they are complete")
    if state.unique:
        what = f"unique indexes: {', '.join(state.unique)}"
        remedy = "make them non-unique: an order that breaks one is not stored"
        yield _problem(about, what, remedy)
    if state.has_validator:
        remedy = "remove it: an order that breaks it is not stored"
        yield _problem(about, "a validator", remedy)
    match state.foreign:
        case True:
            yield _problem(
                about,
                "documents that no worker of a released version has written",
                "move them elsewhere; if an unreleased version wrote them, project the topics "
                "into a new database",
            )
        case None:
            yield _note(about, "too large to search for foreign documents in time", "use `verify`")
        case False:
            pass


def of_group(settings: Settings, group: GroupState, now: int) -> Iterator[Finding]:
    """Judge the consumer group; ``now`` is in milliseconds."""
    about = f"group {group.name}"
    match group.members:
        case None:
            yield _note(about, "the broker does not tell its members", "see /readyz of the workers")
        case 0:
            yield _problem(about, "no worker is a member", "start a worker")
        case count:
            yield _note(about, "1 member" if count == 1 else f"{count} members", "nothing")
    behind = [each for each in group.partitions if each.lag > 0]
    if behind:
        oldest = min((it.oldest for it in behind if it.oldest is not None), default=now)
        what = (
            f"{sum(it.lag for it in behind):,} records are not committed, the oldest is "
            f"{max(0, now - oldest) / 1_000:,.0f} s old"
        )
        remedy = "nothing if that shrinks; else see /readyz of the workers, or add workers"
        yield _note(about, what, remedy)
    lost = [it for it in group.partitions if (it.committed or it.span.begin) < it.span.begin]
    if lost:
        what = f"retention has removed records before they were read: {_named(lost)}"
        yield _problem(about, what, "raise the retention, and send those events again")
    beyond = [it for it in group.partitions if (it.committed or 0) > it.span.end]
    if beyond:
        what = (
            f"committed offsets beyond the end, as of a topic that was made again: {_named(beyond)}"
        )
        yield _problem(about, what, f"reset the offsets of {settings.consumer_group} to earliest")
    ahead = [it for it in group.partitions if (it.newest or 0) > now + AHEAD]
    if ahead:
        what = f"records dated ahead of this host's clock: {_named(ahead)}"
        yield _problem("clocks", what, "synchronize the clocks of producers, brokers and this host")


def _named(partitions: Sequence[PartitionState]) -> str:
    names = [f"{topic}-{number}" for topic, number in (it.partition for it in partitions)]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"{', '.join(names[:MOST_NAMED])}{more}"
