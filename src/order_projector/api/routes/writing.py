"""Writing orders: create, update, pay."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response

from order_projector.api import access, answers, bodies, writing
from order_projector.api.drafts import draft_of, has_status_of_channel, new_draft_of
from order_projector.api.errors import ApiError, Key, gone, invalid_payload, not_found
from order_projector.api.idempotency import RequestKey
from order_projector.api.keys import Client
from order_projector.api.scopes import Scope
from order_projector.api.services import Services, services_of
from order_projector.api.writing import Pending, Target, Write
from order_projector.events.text import fault_of_id
from order_projector.projection.ports import StoredOrder
from order_projector.projection.reading import FoundOrder
from order_projector.projection.stored import ErasedOrder

router: Final = APIRouter()

Writer = Annotated[Client, Depends(access.api_access(Scope.WRITE))]


@router.post("/v1/orders")
async def create_order(request: Request, client: Writer) -> Response:
    """Create an order, or update the one that its id or its source id names."""
    services = services_of(request)
    text = await bodies.read_json_text(request, services.options.body_limit)
    body = bodies.object_of(text)
    check_names(body)
    draft = new_draft_of(body)
    writing.check(draft)
    key = key_of(request, client, text)
    await services.writer.check_key(key)
    target = await target_of(services, body, key)
    if target.stored is not None and not draft:
        return answers.stored_order(request, target.stored)
    return await _written(
        request, services, Write(target, _for_channel(request, target, draft), key)
    )


@router.put("/v1/orders/{name:name}")
async def update_order(request: Request, name: str, client: Writer) -> Response:
    """Change what is given of an order."""
    services = services_of(request)
    text = await bodies.read_json_text(request, services.options.body_limit)
    body = bodies.object_of(text)
    check_names({"id": body.get("id")})
    draft = draft_of(body)
    writing.check(draft)
    key = key_of(request, client, text)
    await services.writer.check_key(key)
    found = await services.reader.by_name(name)
    stored = live(found, name)
    if stored is None:
        raise not_found("order", name)
    await _check_id(services, body, stored)
    target = writing.of_stored(stored)
    if not await services.writer.holds(stored.order_id, key) and not answers.matches(
        request, stored.revision
    ):
        raise ApiError(
            Key.PRECONDITION_FAILED,
            f"Revision {stored.revision} is stored",
            {"revision": stored.revision},
        )
    draft = _for_channel(request, target, draft)
    if not draft:
        return answers.stored_order(request, stored)
    return await _written(request, services, Write(target, draft, key))


def check_names(body: Mapping[str, Any]) -> None:
    """Raise `ApiError` if the names in a body cannot be those of an order."""
    for name in ("id", "source_id"):
        value = body.get(name)
        if value is None or (name == "source_id" and value == "" and body.get("id")):
            continue
        if not isinstance(value, str):
            raise invalid_payload(f"Property .{name} must be a string")
        if fault := fault_of_id(value):
            raise invalid_payload(f"Property .{name} {fault}")


async def target_of(services: Services, body: Mapping[str, Any], key: RequestKey | None) -> Target:
    """Return which order a body without a path is about. Raises `ApiError` if it was erased."""
    order_id, source_id = body.get("id"), body.get("source_id")
    if order_id is not None:
        stored = live(await services.reader.by_id(order_id), order_id)
        return writing.by_id(order_id) if stored is None else writing.of_stored(stored)
    if source_id is not None:
        stored = live(await services.reader.by_source_id(source_id), source_id)
        return writing.by_source_id(source_id) if stored is None else writing.of_stored(stored)
    if key is None:
        return writing.new_target()
    stored = live(await services.reader.by_id(key.order_id), key.order_id)
    return writing.by_id(key.order_id) if stored is None else writing.of_stored(stored)


def live(found: FoundOrder | None, name: str) -> StoredOrder | None:
    """Return the order that was found, if there is one. Raises `ApiError` if it was erased."""
    if found is None:
        return None
    if isinstance(found.order, ErasedOrder):
        raise gone(name)
    return found.order


async def _check_id(services: Services, body: Mapping[str, Any], stored: StoredOrder) -> None:
    """Raise `ApiError` if the body has the id of another order than the path."""
    given = body.get("id")
    if given is None or given == stored.order_id:
        return
    found = await services.reader.by_id(given)
    if found is None or found.order.order_id != stored.order_id:
        raise invalid_payload("Property .id must be that of the order in the path")


def _for_channel(request: Request, target: Target, draft: dict[str, Any]) -> dict[str, Any]:
    """Return the draft without the status that a strict channel was shown for PROCESSING."""
    stored = target.stored.order if target.stored else None
    if answers.of_strict_channel(request) and has_status_of_channel(draft, stored):
        return {name: value for name, value in draft.items() if name != "status"}
    return draft


def key_of(request: Request, client: Client, body: bytes) -> RequestKey | None:
    """Return the idempotency key of a request, with the fingerprint of all that it asks for."""
    text = request.headers.get("idempotency-key", "").strip()
    if not text:
        return None
    asked = f"{request.method} {request.scope['path']}\n".encode() + body
    return RequestKey(client.app_id, text, sha256(asked).hexdigest())


async def _written(request: Request, services: Services, write: Write) -> Response:
    match await services.writer.write(write):
        case StoredOrder() as stored:
            return answers.stored_order(request, stored)
        case Pending(target=target, order=order):
            place = f"{services.options.public_url}/v1/orders/{quote(target.order_id, safe='')}"
            return answers.json_answer(answers.as_shown(request, order), 202, {"Location": place})
