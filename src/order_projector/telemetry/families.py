"""Families of metrics, with samples before their first event."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

NAMESPACE: Final = "order_projector"

Family = TypeVar("Family", Counter, Gauge, Histogram)


@dataclass(frozen=True, slots=True)
class Families:
    """Makes the families of a registry.

    Each has samples for the ``values`` of its only label from the start, and others when they
    occur.
    """

    registry: CollectorRegistry

    def counter(
        self, name: str, documentation: str, *labels: str, values: Sequence[str] = ()
    ) -> Counter:
        """Return a new counter."""
        made = Counter(name, documentation, labels, namespace=NAMESPACE, registry=self.registry)
        return _begun(made, values)

    def gauge(
        self, name: str, documentation: str, *labels: str, values: Sequence[str] = ()
    ) -> Gauge:
        """Return a new gauge."""
        made = Gauge(name, documentation, labels, namespace=NAMESPACE, registry=self.registry)
        return _begun(made, values)

    def histogram(
        self,
        name: str,
        documentation: str,
        buckets: tuple[float, ...],
        *labels: str,
        values: Sequence[str] = (),
    ) -> Histogram:
        """Return a new histogram with these upper limits."""
        made = Histogram(
            name,
            documentation,
            labels,
            namespace=NAMESPACE,
            registry=self.registry,
            buckets=buckets,
        )
        return _begun(made, values)


def _begun(family: Family, values: Sequence[str]) -> Family:
    for value in values:
        family.labels(value)
    return family
