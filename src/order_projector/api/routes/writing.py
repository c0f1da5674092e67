"""Writing orders: create, update, pay."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response

from order_projector.api import access, answers, bodies, writing
from order_projector.api.drafts import Draft, draft_of, new_draft_of
from order_projector.api.errors import ApiError, Key, invalid_payload, not_found
from order_projector.api.idempotency import RequestKey
from order_projector.api.keys import Client
from order_projector.api.routes.names import NAME
from order_projector.api.scopes import Scope
from order_projector.api.services import Services, services_of
from order_projector.api.targets import (
    MakeDraft,
    check_names,
    drafted,
    live,
    target_of,
    without_shown_status,
)
from order_projector.api.writing import Pending, Target, Write
from order_projector.projection.ports import StoredOrder

router: Final = APIRouter()

Writer = Annotated[Client, Depends(access.api_access(Scope.WRITE))]


@router.post("/v1/orders")
async def create_order(request: Request, client: Writer) -> Response:
    """Create an order, or update the one that its id or its source id names."""
    services = services_of(request)
    text = await bodies.read_json_text(request, services.options.body_limit)
    body = bodies.object_of(text)
    check_names(body)
    writing.check(new_draft_of(body))
    key = key_of(request, client, text)
    await services.writer.check_key(key)
    target = await target_of(services.reader, body, key.order_id if key else None)
    draft = await _drafted(request, services, target, body, new_draft_of)
    if target.stored is not None and not draft:
        await services.writer.bind_key(key, target.order_id)
        return answers.stored_order(request, target.stored)
    return await _written(request, services, Write(target, draft, key))


@router.put(f"/v1/orders/{NAME}")
async def update_order(request: Request, name: str, client: Writer) -> Response:
    """Change what is given of an order."""
    services = services_of(request)
    text = await bodies.read_json_text(request, services.options.body_limit)
    body = bodies.object_of(text)
    check_names({"id": body.get("id")})
    writing.check(draft_of(body))
    key = key_of(request, client, text)
    await services.writer.check_key(key)
    found = await services.reader.by_name(name)
    stored = live(found, name)
    if stored is None:
        raise not_found("order", name)
    await _check_id(services, body, stored)
    target = writing.of_stored(stored)
    if not await services.writer.holds(stored.order_id, key) and not answers.allows_write(
        request, stored.revision
    ):
        raise ApiError(
            Key.PRECONDITION_FAILED,
            f"Revision {stored.revision} is stored",
            {"revision": stored.revision},
        )
    draft = await _drafted(request, services, target, body, draft_of)
    if not draft:
        await services.writer.bind_key(key, stored.order_id)
        return answers.stored_order(request, stored)
    return await _written(request, services, Write(target, draft, key))


async def _check_id(services: Services, body: Mapping[str, Any], stored: StoredOrder) -> None:
    """Raise `ApiError` if the body has the id of another order than the path."""
    given = body.get("id")
    if given is None or given == stored.order_id:
        return
    found = await services.reader.by_id(given)
    if found is None or found.order.order_id != stored.order_id:
        raise invalid_payload("Property .id must be that of the order in the path")


async def _drafted(
    request: Request, services: Services, target: Target, body: Mapping[str, Any], made: MakeDraft
) -> Draft:
    draft = await drafted(services.writer, target, body, made)
    return without_shown_status(target, draft) if answers.of_strict_channel(request) else draft


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
