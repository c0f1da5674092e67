"""The other envelopes an event can be sent in; `Event.value` is the plain one."""

from dataclasses import dataclass

import orjson

from order_projector.testing.event import Event, an_event

Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Sealed:
    """An event in an envelope: the value and headers of its record."""

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
    """Return a structured CloudEvent: the value holds the whole envelope.

    Raises TypeError for what is not an event.
    """
    an_event("event", event)
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
    """Return a binary CloudEvent: the value is the data, the headers are the envelope.

    Raises TypeError for what is not an event.
    """
    an_event("event", event)
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
    """Return a Voucherify webhook, whose inner ``event`` has precedence over the outer fields.

    Raises TypeError for what is not an event.
    """
    an_event("event", event)
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
