"""The envelopes that an event may come in beside the plain one of `Event.value`."""

from dataclasses import dataclass

import orjson

from order_projector.testing.event import Event

Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Sealed:
    """An event in an envelope: the value and the headers of its record."""

    event: Event
    value: bytes
    headers: Headers = ()

    @property
    def topic(self) -> str:
        """The topic it belongs on."""
        return self.event.topic

    @property
    def key(self) -> bytes:
        """The key of its record."""
        return self.event.key


def cloud_event(event: Event) -> Sealed:
    """CloudEvents, structured: everything stands in the value."""
    envelope = {
        "specversion": "1.0",
        "id": event.id,
        "source": "/tests",
        "type": event.type,
        "time": event.created_at,
        "data": event.data,
    }
    headers = (("content-type", b"application/cloudevents+json"),)
    return Sealed(event, orjson.dumps(envelope), headers)


def binary_cloud_event(event: Event) -> Sealed:
    """CloudEvents, binary: the value is the data, the rest stands in headers."""
    headers = (
        ("ce_specversion", b"1.0"),
        ("ce_id", event.id.encode()),
        ("ce_source", b"/tests"),
        ("ce_type", event.type.encode()),
        ("ce_time", event.created_at.encode()),
        ("content-type", b"application/json"),
    )
    return Sealed(event, event.content, headers)


def webhook(event: Event) -> Sealed:
    """A Voucherify webhook: what its inner event says counts."""
    envelope = {
        "id": f"whs_{event.id}",
        "project_id": "proj_tests",
        "created_at": event.created_at,
        "type": event.type,
        "data": event.data,
        "source": {"object": "webhook"},
        "event": {"id": event.id, "type": event.type, "created_at": event.created_at},
    }
    return Sealed(event, orjson.dumps(envelope))
