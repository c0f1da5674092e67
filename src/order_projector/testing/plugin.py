"""Fixtures for pytest: ``pytest_plugins = ["order_projector.testing.plugin"]`` in your conftest.py.

``order_projector`` is a ready worker, shared by all tests, and ``order_api`` serves its orders over
HTTP; each test gets its own ``order_id``, ``order_updates`` and ``order_sender``. The servers run
in containers or, with ``--order-projector=local`` or ``order_projector = "local"`` in pytest's
settings, as local processes. Requires the extra ``testing``.
"""

from collections.abc import Generator, Iterator
from hashlib import sha256
from typing import Final

import pytest

from order_projector.testing.container import Images, OrderProjectorContainer
from order_projector.testing.local import LocalOrderProjector
from order_projector.testing.own_loop import OwnLoop
from order_projector.testing.running import OrderApi, Running, tail
from order_projector.testing.sending import Sender
from order_projector.testing.updates import Updates

_WAYS: Final = ("containers", "local")
_RUNNING: Final = pytest.StashKey[Running]()
_API: Final = pytest.StashKey[OrderApi]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the option and the setting that say how to run the worker."""
    group = parser.getgroup("order-projector")
    group.addoption("--order-projector", choices=_WAYS, help="how to run the worker for tests")
    parser.addini(
        "order_projector", f"how to run the worker: {' or '.join(_WAYS)}", default=_WAYS[0]
    )


@pytest.fixture(scope="session")
def order_projector_images() -> Images:
    """Return the container images; override this fixture to use others."""
    return Images.from_environment()


@pytest.fixture(scope="session")
def order_projector(request: pytest.FixtureRequest) -> Iterator[Running]:
    """Run a ready worker with its broker and database, once for all tests."""
    config = request.config
    way = config.getoption("--order-projector") or config.getini("order_projector")
    match way:
        case "containers":
            images = request.getfixturevalue("order_projector_images")
            started: OrderProjectorContainer | LocalOrderProjector = OrderProjectorContainer(images)
        case "local":
            started = LocalOrderProjector()
        case _:
            raise pytest.UsageError(f"order_projector: {way!r} should be one of {_WAYS}")
    with started:
        config.stash[_RUNNING] = started
        yield started
        del config.stash[_RUNNING]


@pytest.fixture(scope="session")
def order_api(order_projector: Running, request: pytest.FixtureRequest) -> Iterator[OrderApi]:
    """Serve the orders over HTTP next to the worker, once for all tests."""
    api = order_projector.start_api()
    request.config.stash[_API] = api
    yield api
    del request.config.stash[_API]


@pytest.fixture(scope="session")
def _own_loop() -> Iterator[OwnLoop]:
    """Run the loop of all clients, whichever loops the tests have."""
    loop = OwnLoop()
    yield loop
    loop.close()


@pytest.fixture
def order_updates(order_projector: Running, _own_loop: OwnLoop) -> Iterator[Updates]:
    """Read what the worker publishes; a test can wait for it, on any event loop."""
    with _own_loop.updates(order_projector.bootstrap_servers) as updates:
        yield updates


@pytest.fixture
def order_sender(order_projector: Running, _own_loop: OwnLoop) -> Iterator[Sender]:
    """Provide a sender of events to the worker, on any event loop."""
    with _own_loop.sender(order_projector.bootstrap_servers) as sender:
        yield sender


@pytest.fixture
def order_id(request: pytest.FixtureRequest) -> str:
    """Return an order id that is unique to the test and the same in every run."""
    return f"ord_{sha256(request.node.nodeid.encode()).hexdigest()[:12]}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the ends of the worker's log and of the API's to the report of each failed test."""
    report = yield
    if report.failed:
        stash = item.config.stash
        logs = {"order-projector": stash.get(_RUNNING, None), "API": stash.get(_API, None)}
        for name, running in logs.items():
            if running is not None:
                report.sections.append((f"{name}'s log", _last_words(running)))
    return report


def _last_words(running: Running | OrderApi) -> str:
    """Return the end of the log, or why there is none: the test may have removed the container."""
    try:
        return tail(running.logs())
    except Exception as error:
        return f"cannot be read: {error}"
