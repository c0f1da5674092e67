"""The tests here need a Docker engine; without one, the run exits with a message."""

from collections.abc import Iterator

import pytest

from tests.containers.engine import DockerMissing
from tests.containers.images import build_all
from tests.containers.stack import Stack, running_stack


@pytest.fixture(scope="session", autouse=True)
def images() -> None:
    """Build the images of this checkout and of the servers."""
    try:
        build_all()
    except DockerMissing as missing:
        pytest.exit(str(missing), returncode=2)


@pytest.fixture(scope="module")
def stack(images: None) -> Iterator[Stack]:
    """Run the services of `docker-compose.yml`, with three workers."""
    del images
    with running_stack(workers=3) as stack:
        yield stack
