"""Metrics of the API."""

from collections.abc import Iterable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


KnownAnswer = tuple[str, str, str]
"""A method, a route, and a status that it can have."""


class ApiMetrics:
    """Counts the requests and measures how long they take."""

    def __init__(self, registry: CollectorRegistry, known: Iterable[KnownAnswer] = ()) -> None:
        """Register the metrics, with samples of these answers from the start."""
        self._requests: Final = Counter(
            "order_projector_api_requests",
            "Requests answered, by route and status.",
            ("method", "route", "status"),
            registry=registry,
        )
        self._seconds: Final = Histogram(
            "order_projector_api_request_seconds",
            "Seconds from a request to the end of its answer, by route.",
            ("route",),
            buckets=_SECONDS,
            registry=registry,
        )
        for method, route, status in known:
            self._requests.labels(method, route, status)
            self._seconds.labels(route)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)
