"""Ask the servers of a deployment, each on its own, and judge what they say."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from order_projector.adapters.kafka.group import group_state
from order_projector.adapters.kafka.reading import reading
from order_projector.adapters.kafka.topics import Cluster, Level, findings, opened, required_topics
from order_projector.adapters.mongo import MongoStore, overridden
from order_projector.adapters.mongo.diagnosis import database_state
from order_projector.operations.doctor.rules import Finding, of_database, of_group, of_settings
from order_projector.operations.services import database
from order_projector.projection.ports import AccessDenied, Unavailable
from order_projector.settings import Settings, variable


@dataclass(slots=True)
class Examination:
    """What was found, and which services did not answer."""

    found: list[Finding] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)

    @property
    def has_problems(self) -> bool:
        """Whether something is wrong; notes do not count."""
        return any(finding.level is Level.PROBLEM for finding in self.found)


async def examine(settings: Settings) -> Examination:
    """Examine the settings, the topics, the group and the database; one that is away, alone."""
    names = overridden(settings.mongodb_uri, settings.mongodb_database)
    examination = Examination([*of_settings(settings, names)])
    await _examine_brokers(settings, examination)
    async with database(settings) as store:
        await _examine_database(store, examination)
    return examination


async def _examine_brokers(settings: Settings, examination: Examination) -> None:
    try:
        requirements = required_topics(settings)
        async with opened(settings) as admin:
            cluster = await admin.cluster(requirements.names)
        examination.found += (
            Finding(it.level, it.topic, it.what, it.remedy)
            for it in findings(requirements, cluster)
        )
        await _examine_group(settings, cluster, examination)
    except Unavailable as away:
        _note_silence(examination, "broker", away, variable("kafka_bootstrap_servers"))


async def _examine_group(settings: Settings, cluster: Cluster, examination: Examination) -> None:
    partitions = [
        (topic, number)
        for topic in settings.inbound_topics
        if topic in cluster.topics
        for number in range(cluster.topics[topic].partitions)
    ]
    async with reading(settings) as reader:
        group = await group_state(settings, reader, partitions)
    examination.found += of_group(settings, group, round(time.time() * 1_000))


async def _examine_database(store: MongoStore, examination: Examination) -> None:
    try:
        state = await database_state(store.database)
        missing = await store.indexes().missing()
        names: Sequence[str] = [index.document["name"] for index in missing.indexes]
        examination.found += of_database(state, names if missing.certain else ())
        await store.probe()
    except Unavailable as away:
        _note_silence(examination, "database", away, variable("mongodb_uri"))


def _note_silence(examination: Examination, service: str, away: Unavailable, setting: str) -> None:
    """Add why a service is not usable; a denial is an answer."""
    if isinstance(away, AccessDenied):
        examination.found.append(Finding(Level.PROBLEM, service, str(away), "correct this setting"))
        return
    examination.silent.append(service)
    remedy = f"start it, or correct {setting}; a database must reach a majority of its members"
    if service == "broker":
        remedy = f"start it, or correct {setting}"
    examination.found.append(Finding(Level.PROBLEM, service, f"no answer: {away}", remedy))
