"""What contenders without logic publish, and how many records they take at once."""

from prometheus_client import CollectorRegistry, Histogram, start_http_server

from order_projector.local.ports import HOST
from order_projector.settings import Settings


def announcement(revision: int, events: int, size: int) -> bytes:
    """Return JSON of this size that tells its revision and how many events caused it.

    It is read like an ``order.updated``: whoever measures need not know whose it is.
    """
    causes = b",".join([b'""'] * events)
    head = b'{"revision":%d,"causes":[%b],"filler":"' % (revision, causes)
    return b'%b%b"}' % (head, b"x" * (size - len(head) - 2))


def batch_sizes(settings: Settings) -> Histogram:
    """Return the metric of the worker's batches; it is served where the worker's would be."""
    registry = CollectorRegistry()
    if settings.http_port:
        start_http_server(settings.http_port, HOST, registry)
    name = "order_projector_batch_records"
    return Histogram(name, "Records per batch.", registry=registry)
