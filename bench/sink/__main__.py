"""`python -m bench.sink`: run the sink connector on the topics and the database of the settings.

The process becomes the Java process, so that its id and its processor time are the connector's.
"""

import os
from pathlib import Path
from tempfile import mkdtemp

from tests.support.apache.jars import fetched, java

from bench.sink.properties import connector_properties, worker_properties, written
from order_projector.settings import load

POM = Path(__file__).with_name("pom.xml")


def main() -> None:
    """Replace this process by a standalone Connect worker."""
    settings = load()
    folder = Path(mkdtemp(prefix="sink-"))
    worker = written(worker_properties(settings, folder), folder / "worker.properties")
    connector = written(connector_properties(settings), folder / "sink.properties")
    program = java()
    options = ("-Xmx512m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
    classes = ("-cp", f"{fetched(POM, 'sink')}/*")
    main_class = "org.apache.kafka.connect.cli.ConnectStandalone"
    command = (str(program), *options, *classes, main_class, str(worker), str(connector))
    os.execv(program, command)  # noqa: S606 - no shell is needed


if __name__ == "__main__":
    main()
