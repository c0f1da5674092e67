"""Each of several processes of one command has its own probes and metrics."""

import pytest

from order_projector.settings import ConfigurationError, load
from order_projector.worker.application import port_of


def test_a_worker_alone_listens_on_the_port_of_the_settings() -> None:
    assert port_of(load(http_port=8_000), None) == 8_000


@pytest.mark.parametrize(("worker_id", "port"), [(0, 8_000), (1, 8_001), (7, 8_007)])
def test_each_of_several_workers_listens_on_a_port_above_it(worker_id: int, port: int) -> None:
    assert port_of(load(http_port=8_000), worker_id) == port


def test_without_http_none_listens() -> None:
    assert port_of(load(http_port=0), 3) == 0


def test_a_worker_for_which_no_port_is_left_says_so() -> None:
    assert port_of(load(http_port=65_534), 1) == 65_535
    with pytest.raises(ConfigurationError, match=r"^ORDERS_HTTP_PORT: 65534 leaves no port for"):
        port_of(load(http_port=65_534), 2)
