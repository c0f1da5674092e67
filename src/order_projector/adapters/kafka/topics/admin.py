"""Describe and create topics on the brokers.

Brokers differ in what they disclose. If a broker does not disclose a topic's configuration, the
topic has an empty one.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import NoError, TopicAlreadyExistsError, for_code

from order_projector.adapters.kafka import private_api
from order_projector.adapters.kafka.connection.availability import availability
from order_projector.adapters.kafka.connection.diagnosis import ConnectionDiagnosis
from order_projector.adapters.kafka.connection.options import client_options, milliseconds
from order_projector.adapters.kafka.topics.model import Cluster, Topic
from order_projector.projection.ports import Unavailable
from order_projector.settings import Settings

ANSWER_WITHIN: Final = 20.0
"""Seconds that one broker has for an answer."""
FIRST_ANSWER_WITHIN: Final = 5.0
"""Seconds that one broker has for the first: it costs a broker nothing, whatever is asked then."""


@dataclass(frozen=True, slots=True)
class Created:
    """The result for one topic; without a refusal it exists."""

    topic: str
    refusal: str | None = None


class TopicAdmin:
    """Manages topics. Every method raises `Unavailable` if no broker answers."""

    def __init__(self, client: AIOKafkaAdminClient) -> None:
        self._client = client

    async def cluster(self, names: Collection[str]) -> Cluster:
        """Return the number of brokers, and those of these topics that exist and are visible.

        Describe all topics, because some brokers create a topic that is asked for by name.
        """
        with availability():
            brokers = (await self._client.describe_cluster())["brokers"]
            known = [
                each
                for each in await self._client.describe_topics()
                if each["topic"] in names and each["error_code"] == NoError.errno
            ]
        configs = await self._configs([each["topic"] for each in known])
        topics = (_topic(each, configs.get(each["topic"], {})) for each in known)
        return Cluster(len(brokers), {topic.name: topic for topic in topics})

    async def create(self, topics: Sequence[Topic]) -> Sequence[Created]:
        """Create each topic, independently of the others; one that exists already is a success."""
        if not topics:
            return []
        with availability():
            answer = await self._client.create_topics(
                [
                    NewTopic(
                        topic.name, topic.partitions, topic.replicas, topic_configs=topic.config
                    )
                    for topic in topics
                ]
            )
        return [_created(*outcome) for outcome in answer.topic_errors]

    async def _configs(self, names: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        if not names:
            return {}
        wanted = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
        with availability():
            answers = await self._client.describe_configs(wanted)
        return {
            name: {entry[0]: entry[1] for entry in entries if entry[1] is not None}
            for answer in answers
            for code, _, _, name, entries in answer.resources
            if code == NoError.errno
        }


@asynccontextmanager
async def opened(
    settings: Settings, answer_within: float = ANSWER_WITHIN
) -> AsyncIterator[TopicAdmin]:
    """Open a client of these brokers for the length of a `with` block.

    Each broker that is asked has ``answer_within`` seconds for an answer, and less for the first
    one. Raises `Unavailable` if no broker answers, and `AccessDenied` if one rejects the login or
    TLS.
    """
    client = AIOKafkaAdminClient(
        request_timeout_ms=milliseconds(answer_within), **client_options(settings)
    )
    try:
        try:
            with availability():
                await private_api.start_within(client, FIRST_ANSWER_WITHIN)
        except Unavailable as away:
            raise await ConnectionDiagnosis(settings).diagnose(away) from None
        yield TopicAdmin(client)
    finally:
        await client.close()


def _topic(described: Mapping[str, Any], config: Mapping[str, str]) -> Topic:
    partitions = described["partitions"]
    return Topic(
        described["topic"],
        len(partitions),
        min((len(each["replicas"]) for each in partitions), default=0),
        config,
        tuple(sorted(each["partition"] for each in partitions if each["leader"] < 0)),
    )


def _created(topic: str, code: int, message: str | None = None) -> Created:
    if code in {NoError.errno, TopicAlreadyExistsError.errno}:
        return Created(topic)
    error = for_code(code)
    return Created(topic, message or error.description or error.__name__)
