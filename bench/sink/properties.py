"""The properties of a Connect worker and of the sink connector in it."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from order_projector.settings import Settings

_TASKS = 2
_STRING = "org.apache.kafka.connect.storage.StringConverter"
_JSON = "org.apache.kafka.connect.json.JsonConverter"


def worker_properties(settings: Settings, folder: Path) -> dict[str, str]:
    """Return the properties of a standalone worker without a REST interface.

    It commits every ten seconds, not every sixty: a run waits for the first commit.
    """
    return {
        "bootstrap.servers": settings.kafka_bootstrap_servers,
        "key.converter": _STRING,
        "value.converter": _JSON,
        "value.converter.schemas.enable": "false",
        "offset.storage.file.filename": str(folder / "offsets"),
        "offset.flush.interval.ms": "10000",
        "connector.client.config.override.policy": "All",
        "listeners": "http://127.0.0.1:0",
        "plugin.discovery": "only_scan",
    }


def connector_properties(settings: Settings) -> dict[str, str]:
    """Return the properties of the connector: it replaces the document of each record's key."""
    return {
        "name": "sink",
        "connector.class": "com.mongodb.kafka.connect.MongoSinkConnector",
        "tasks.max": str(_TASKS),
        "topics": f"{settings.redemptions_topic},{settings.payments_topic}",
        "consumer.override.group.id": settings.consumer_group,
        "consumer.override.auto.offset.reset": "earliest",
        "connection.uri": _durable(settings.mongodb_uri),
        "database": settings.mongodb_database,
        "collection": "orders",
        "transforms": "key",
        "transforms.key.type": "org.apache.kafka.connect.transforms.HoistField$Key",
        "transforms.key.field": "_id",
        "document.id.strategy": (
            "com.mongodb.kafka.connect.sink.processor.id.strategy.ProvidedInKeyStrategy"
        ),
        "writemodel.strategy": (
            "com.mongodb.kafka.connect.sink.writemodel.strategy.ReplaceOneDefaultStrategy"
        ),
        "bulk.write.ordered": "false",
    }


def _durable(uri: str) -> str:
    """Return the URI with the worker's write concern: a majority that has stored the write."""
    parts = urlsplit(uri)
    query = "&".join(filter(None, (parts.query, "w=majority&journal=true")))
    return urlunsplit(parts._replace(path=parts.path or "/", query=query))


def written(properties: Mapping[str, str], file: Path) -> Path:
    """Write the properties to a file; return it."""
    file.write_text("".join(f"{name}={value}\n" for name, value in properties.items()))
    return file
