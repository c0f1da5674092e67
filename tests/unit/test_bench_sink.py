"""The sink connector of the benchmarks is given what the settings of a worker say."""

from pathlib import Path

from bench.sink.properties import connector_properties, worker_properties, written

from order_projector.settings import Settings


def test_the_connector_reads_the_inbound_topics_in_the_group_of_the_settings() -> None:
    settings = Settings(redemptions_topic="r", payments_topic="p", consumer_group="g")
    properties = connector_properties(settings)
    assert properties["topics"] == "r,p"
    assert properties["consumer.override.group.id"] == "g"


def test_the_connector_asks_for_the_write_concern_of_the_worker() -> None:
    bare = connector_properties(Settings(mongodb_uri="mongodb://one:1,two:2"))
    assert bare["connection.uri"] == "mongodb://one:1,two:2/?w=majority&journal=true"
    more = connector_properties(Settings(mongodb_uri="mongodb://one:1/?directConnection=true"))
    options = "directConnection=true&w=majority&journal=true"
    assert more["connection.uri"] == f"mongodb://one:1/?{options}"


def test_properties_are_written_line_by_line(tmp_path: Path) -> None:
    properties = worker_properties(Settings(kafka_bootstrap_servers="one:1,two:2"), tmp_path)
    lines = written(properties, tmp_path / "worker.properties").read_text().splitlines()
    assert "bootstrap.servers=one:1,two:2" in lines
    assert len(lines) == len(properties)
