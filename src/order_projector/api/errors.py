"""The errors of the API: one shape, and one place where each key has its code and message."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from order_projector.api.answers import to_json


class Key(StrEnum):
    """What is wrong, for programs."""

    INVALID_PAYLOAD = "invalid_payload"
    INVALID_QUERY_PARAMS = "invalid_query_params"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    GONE = "gone"
    NOT_YET = "not_yet"
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused"
    PRECONDITION_FAILED = "precondition_failed"
    PAYLOAD_TOO_LARGE = "payload_too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    TOO_MANY_REQUESTS = "too_many_requests"
    INTERNAL_ERROR = "internal_error"
    SERVICE_UNAVAILABLE = "service_unavailable"


ANSWERS: Final[Mapping[Key, tuple[int, str]]] = {
    Key.INVALID_PAYLOAD: (400, "Invalid payload"),
    Key.INVALID_QUERY_PARAMS: (400, "Invalid query parameters"),
    Key.UNAUTHORIZED: (401, "Unauthorized"),
    Key.FORBIDDEN: (403, "Forbidden"),
    Key.NOT_FOUND: (404, "Resource not found"),
    Key.METHOD_NOT_ALLOWED: (405, "Method not allowed"),
    Key.GONE: (410, "Resource gone"),
    Key.NOT_YET: (409, "Revision not stored yet"),
    Key.IDEMPOTENCY_KEY_REUSED: (409, "Idempotency key reused"),
    Key.PRECONDITION_FAILED: (412, "Precondition failed"),
    Key.PAYLOAD_TOO_LARGE: (413, "Payload too large"),
    Key.UNSUPPORTED_MEDIA_TYPE: (415, "Unsupported media type"),
    Key.TOO_MANY_REQUESTS: (429, "Too many requests"),
    Key.INTERNAL_ERROR: (500, "Internal error"),
    Key.SERVICE_UNAVAILABLE: (503, "Service unavailable"),
}
"""By key, the status and the message."""


@dataclass(eq=False, slots=True)
class ApiError(Exception):
    """An answer that is an error. ``members`` are added to those that every error has."""

    key: Key
    details: str | None = None
    members: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """The HTTP status."""
        return ANSWERS[self.key][0]

    @property
    def message(self) -> str:
        """The message for people."""
        return ANSWERS[self.key][1]

    def body(self, request_id: str) -> bytes:
        """Return the JSON of the error."""
        members: dict[str, Any] = {
            "code": self.status,
            "key": self.key.value,
            "message": self.message,
        }
        if self.details is not None:
            members["details"] = self.details
        return to_json(members | {"request_id": request_id} | dict(self.members))


def not_found(resource_type: str, resource_id: str) -> ApiError:
    """Return the error for a resource that there is not."""
    return ApiError(
        Key.NOT_FOUND,
        f"Cannot find {resource_type} with id {resource_id}",
        {"resource_id": resource_id, "resource_type": resource_type},
    )


def gone(order_id: str) -> ApiError:
    """Return the error for an order that was erased."""
    return ApiError(
        Key.GONE,
        f"The order with id {order_id} was erased",
        {"resource_id": order_id, "resource_type": "order"},
    )


def invalid_payload(details: str) -> ApiError:
    """Return the error for a body that cannot be used."""
    return ApiError(Key.INVALID_PAYLOAD, details)


def not_http() -> ApiError:
    """Return the error for what is no request."""
    return invalid_payload("The request is not HTTP/1.1")


def invalid_parameter(name: str, reason: str) -> ApiError:
    """Return the error for a parameter of the query."""
    return ApiError(Key.INVALID_QUERY_PARAMS, f"Parameter {name} {reason}")


def unavailable() -> ApiError:
    """Return the error for a service that does not answer: it is worth asking again."""
    return ApiError(Key.SERVICE_UNAVAILABLE, headers={"Retry-After": "1"})
