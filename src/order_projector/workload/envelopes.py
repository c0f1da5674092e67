"""The envelopes in which producers send the shop's events."""

from enum import Enum, auto
from random import Random

import orjson

from order_projector.workload.catalogue import Json
from order_projector.workload.scenario import ScenarioStep
from order_projector.workload.timestamps import stamp, stamp_in_any_format

Headers = tuple[tuple[str, bytes | None], ...]


class EnvelopeFormat(Enum):
    """The accepted envelope formats."""

    PLAIN = auto()
    STRUCTURED = auto()
    BINARY = auto()
    WEBHOOK = auto()
    DISTRIBUTION = auto()


def sealed(step: ScenarioStep, envelope: EnvelopeFormat, rng: Random) -> tuple[bytes, Headers]:
    """Return the value and headers of the record that carries this step's event."""
    number = f"{rng.getrandbits(64):016x}"
    event_id = step.event_id
    created_at = step.at + rng.randint(1, 700)
    sent = stamp_in_any_format(created_at, rng)
    type_ = step.type
    if not type_.startswith("payment.") and rng.random() < 0.15:
        type_ = f"customer.{type_}"
    content: Json
    match envelope:
        case EnvelopeFormat.PLAIN:
            content = {"id": event_id or f"evt_{number}", "type": type_}
            content |= {"created_at": sent, "data": step.data}
            return orjson.dumps(content), ()
        case EnvelopeFormat.STRUCTURED:
            content = {"specversion": "1.0", "id": event_id or f"ce_{number}", "source": "/shop"}
            content["type"] = type_
            more = {"time": sent, "datacontenttype": "application/json", "data": step.data}
            return orjson.dumps(content | more), (
                ("content-type", b"application/cloudevents+json"),
            )
        case EnvelopeFormat.BINARY:
            return orjson.dumps(step.data), _binary(event_id or f"ce_{number}", type_, sent)
        case EnvelopeFormat.WEBHOOK | EnvelopeFormat.DISTRIBUTION:
            source = "webhook" if envelope is EnvelopeFormat.WEBHOOK else "distribution"
            outer = type_ if envelope is EnvelopeFormat.WEBHOOK else "Voucher-redeemed"
            content = _webhook(number, source, outer, step.data)
            content["created_at"] = stamp(created_at + rng.randint(1, 300_000))
            content["event"] |= {"type": type_, "created_at": sent}
            content["event"]["id"] = event_id or f"evred_{number}"
            return orjson.dumps(content), ()


def _binary(event_id: str, type_: str, sent: str) -> Headers:
    return (
        ("ce_specversion", b"1.0"),
        ("ce_id", event_id.encode()),
        ("ce_source", b"/shop"),
        ("ce_type", type_.encode()),
        ("ce_time", sent.encode()),
        ("content-type", b"application/json"),
    )


def _webhook(number: str, source: str, outer: str, data: Json) -> Json:
    return {
        "id": f"whs_{number}",
        "project_id": "proj_bicycles",
        "type": outer,
        "data": data,
        "source": {"id": f"ms_{source}", "object": source, "target_url": "https://example.com/in"},
        "event": {
            "entity_id": f"r_{number[:8]}",
            "group_id": f"v-{number}",
            "event_source": {"channel": "API"},
        },
    }
