"""Metrics computed when they are scraped, by partition: lag, and what breakers hold back."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from order_projector.telemetry.families import NAMESPACE

Partition = tuple[str, int]


class Lag(Protocol):
    """How far the group is behind in one partition: ``seconds`` is the age of the oldest record."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def records(self) -> int: ...
    @property
    def seconds(self) -> float: ...


class OffsetRange(Protocol):
    """The first and the last offset that an open breaker holds back."""

    @property
    def first(self) -> int: ...
    @property
    def last(self) -> int: ...


class LagCollector(Collector):
    """The lag of each partition of this worker, looked up when it is scraped."""

    def __init__(self, lags: Callable[[], Iterable[Lag]]) -> None:
        self._lags = lags

    def collect(self) -> Iterable[Metric]:
        """One sample of both metrics per assigned partition."""
        lags = {(lag.topic, lag.partition): lag for lag in self._lags()}
        yield _by_partition(
            "consumer_lag_records",
            "Uncommitted records, by partition: end offset minus committed offset.",
            {at: lag.records for at, lag in lags.items()},
        )
        yield _by_partition(
            "consumer_lag_seconds",
            "Age of the oldest uncommitted record, by partition.",
            {at: lag.seconds for at, lag in lags.items()},
        )


class BreakerCollector(Collector):
    """The open breakers of this worker's partitions, and what they hold back."""

    def __init__(self, stopped: Callable[[], Mapping[Partition, OffsetRange]]) -> None:
        self._stopped = stopped

    def collect(self) -> Iterable[Metric]:
        """Yield one sample of each metric per partition with an open breaker."""
        still = self._stopped()
        yield _by_partition(
            "breaker_open",
            "1 while the breaker of the partition is open.",
            dict.fromkeys(still, 1),
        )
        yield _by_partition(
            "breaker_first_offset",
            "Offset of the first record that an open breaker holds back.",
            {at: held.first for at, held in still.items()},
        )
        yield _by_partition(
            "breaker_last_offset",
            "Offset of the last record that an open breaker holds back.",
            {at: held.last for at, held in still.items()},
        )


def _by_partition(name: str, documentation: str, values: Mapping[Partition, float]) -> Metric:
    labels = ("topic", "partition")
    family = GaugeMetricFamily(f"{NAMESPACE}_{name}", documentation, labels=labels)
    for (topic, partition), value in values.items():
        family.add_metric((topic, str(partition)), value)
    return family
