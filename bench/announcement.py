"""The announcements of contenders without logic, and the metric of their batch sizes."""

from prometheus_client import CollectorRegistry, Histogram, start_http_server

from order_projector.local.ports import HOST
from order_projector.settings import Settings


def announcement(revision: int, events: int, size: int) -> bytes:
    """Return JSON of this size with a revision and as many causes as events.

    An observer reads it like an ``order.updated``, whichever contender published it.
    """
    causes = b",".join([b'""'] * events)
    head = b'{"revision":%d,"causes":[%b],"filler":"' % (revision, causes)
    return b'%b%b"}' % (head, b"x" * (size - len(head) - 2))


def batch_sizes(settings: Settings) -> Histogram:
    """Return the metric of batch sizes, served on the port where the worker would serve it."""
    registry = CollectorRegistry()
    if settings.http_port:
        start_http_server(settings.http_port, HOST, registry)
    name = "order_projector_batch_records"
    return Histogram(name, "Records per batch.", registry=registry)
