"""Everything here needs a Docker engine, and says so where there is none; nothing is skipped."""

from collections.abc import Iterator

import pytest

from tests.containers.engine import DockerMissing
from tests.containers.images import build_all
from tests.containers.stack import Stack, running_stack


@pytest.fixture(scope="session", autouse=True)
def images() -> None:
    """The images of this checkout, and of the servers."""
    try:
        build_all()
    except DockerMissing as missing:
        pytest.exit(str(missing), returncode=2)


@pytest.fixture(scope="module")
def stack(images: None) -> Iterator[Stack]:
    """What `docker-compose.yml` describes, with three workers."""
    del images
    with running_stack(workers=3) as stack:
        yield stack
