"""The receiver of Voucherify's webhooks: puts them on the topic."""

from typing import Final

from fastapi import APIRouter, Request, Response

from order_projector.api import access, answers, bodies
from order_projector.api.errors import ApiError, Key
from order_projector.api.events import MOST_BYTES, too_large
from order_projector.api.services import services_of
from order_projector.events.decode import decode
from order_projector.events.outcome import Accepted, Skipped
from order_projector.projection.publishing import EventTooLarge, OutgoingEvent

router: Final = APIRouter()

SIGNATURE: Final = "x-voucherify-signature"


@router.post("/webhooks/voucherify")
async def receive(request: Request) -> Response:
    """Publish a webhook as it came; answer once all in-sync replicas have it.

    The signature is its key: nothing is said of a body, but that it is too large to be read, before
    its signature is known to be right.
    """
    services = services_of(request)
    signature = request.headers.get(SIGNATURE)
    if services.webhooks is None or not signature:
        raise ApiError(Key.UNAUTHORIZED)
    body = await bodies.read_bytes(request, MOST_BYTES)
    if not services.webhooks.signed(body, signature):
        raise ApiError(Key.UNAUTHORIZED)
    access.spend(request, services.rates, "webhooks")
    if body:
        bodies.check_type(request)
    try:
        await services.publisher.publish(_event(body))
    except EventTooLarge:
        raise too_large() from None
    return answers.json_answer({"received": True})


def _event(body: bytes) -> OutgoingEvent:
    """Return the body as an event; one that cannot be read is for the worker to judge."""
    match decode(body):
        case Accepted(type=event_type, order_id=order_id):
            return OutgoingEvent(event_type, order_id, body)
        case Skipped(type=event_type):
            return OutgoingEvent(event_type, None, body)
        case _:
            return OutgoingEvent("", None, body)
