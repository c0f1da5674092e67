"""The AsyncAPI document: every message consumed and published, with its actual schema.

FastStream takes one payload per handler from the handler's annotation; a handler of raw batches
has none. So FastStream's document is only the frame, and this module adds the messages.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from faststream.specification import AsyncAPI

from order_projector.events.json_schema import JsonSchema

_REPLACED: Final = ("channels", "operations", "components")


@dataclass(frozen=True, slots=True)
class MessageSpec:
    """One kind of message on one topic."""

    topic: str
    name: str
    payload: JsonSchema
    """All messages share their `$defs`: a name must mean the same schema in each of them."""
    headers: JsonSchema | None = None
    summary: str = ""
    examples: tuple[Any, ...] = ()


@dataclass(slots=True)
class Document:
    """An AsyncAPI document with the interface that FastStream's documentation pages expect."""

    title: str
    content: JsonSchema = field(default_factory=dict)

    def to_jsonable(self) -> JsonSchema:
        """Return the document as a JSON-compatible object."""
        return self.content

    def to_json(self) -> str:
        """Return the document as JSON."""
        return json.dumps(self.content, ensure_ascii=False, indent=2)

    def to_yaml(self) -> str:
        """Return the document as JSON, which is also YAML."""
        return self.to_json()


class Specification(AsyncAPI):
    """FastStream's specification, extended with the messages of this worker."""

    def __init__(
        self, *, received: Iterable[MessageSpec], sent: Iterable[MessageSpec], **options: Any
    ) -> None:
        super().__init__(**options)
        self._received = tuple(received)
        self._sent = tuple(sent)

    def to_specification(self) -> Document:
        """Return the AsyncAPI document of this worker."""
        frame = super().to_specification().to_jsonable()
        return Document(self.title, document(frame, self._received, self._sent))


def document(
    frame: Mapping[str, Any], received: Iterable[MessageSpec], sent: Iterable[MessageSpec]
) -> JsonSchema:
    """Add a channel per topic, an operation per topic and direction, and the schemas to `frame`."""
    parts = _Parts(list(dict(frame).get("servers", {})))
    for message in received:
        parts.add(message, "receive")
    for message in sent:
        parts.add(message, "send")
    return {key: value for key, value in frame.items() if key not in _REPLACED} | {
        "channels": parts.channels,
        "operations": parts.operations,
        "components": {"messages": parts.messages, "schemas": dict(sorted(parts.schemas.items()))},
    }


@dataclass(frozen=True, slots=True)
class _Parts:
    servers: list[str]
    channels: JsonSchema = field(default_factory=dict)
    operations: JsonSchema = field(default_factory=dict)
    messages: JsonSchema = field(default_factory=dict)
    schemas: JsonSchema = field(default_factory=dict)

    def add(self, message: MessageSpec, action: Literal["receive", "send"]) -> None:
        self._keep(message)
        channel = self.channels.setdefault(
            message.topic,
            {
                "address": message.topic,
                "servers": [{"$ref": f"#/servers/{server}"} for server in self.servers],
                "messages": {},
                "bindings": {"kafka": {"topic": message.topic, "bindingVersion": "0.5.0"}},
            },
        )
        channel["messages"][message.name] = {"$ref": f"#/components/messages/{message.name}"}
        operation = self.operations.setdefault(
            f"{action}.{message.topic}",
            {
                "action": action,
                "channel": {"$ref": f"#/channels/{_pointer(message.topic)}"},
                "messages": [],
            },
        )
        operation["messages"].append(
            {"$ref": f"#/channels/{_pointer(message.topic)}/messages/{_pointer(message.name)}"}
        )

    def _keep(self, message: MessageSpec) -> None:
        if message.name in self.messages:
            return
        schema = _with_local_refs(message.payload)
        self.schemas.update(schema.pop("$defs", {}))
        described = {
            "name": message.name,
            "title": message.name,
            "summary": message.summary,
            "contentType": "application/json",
            "headers": message.headers,
            "payload": schema,
            "examples": [{"payload": example} for example in message.examples],
        }
        self.messages[message.name] = {key: value for key, value in described.items() if value}


def _with_local_refs(part: Any) -> Any:
    """Point every reference to `$defs` to `components/schemas`, where AsyncAPI keeps schemas."""
    match part:
        case {"$ref": str(reference)}:
            target = reference.replace("#/$defs/", "#/components/schemas/")
            return part | {"$ref": target}
        case dict():
            return {name: _with_local_refs(each) for name, each in part.items()}
        case list():
            return [_with_local_refs(each) for each in part]
        case _:
            return part


def _pointer(name: str) -> str:
    """Escape a name for a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
