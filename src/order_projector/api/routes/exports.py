"""Exports: made, looked at, downloaded, deleted."""

import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response

from order_projector.api import access, answers, bodies, query
from order_projector.api.channel import shown_order
from order_projector.api.errors import ApiError, Key, invalid_payload, not_found
from order_projector.api.exporting.download import Download
from order_projector.api.exporting.fields import is_published
from order_projector.api.exporting.ledger import LedgerExport, ledger_export
from order_projector.api.exporting.orders import Format, OrderExport, order_export
from order_projector.api.exporting.tokens import is_good, token_of
from order_projector.api.idempotency import RequestKey, digest, letters
from order_projector.api.keys import Client
from order_projector.api.routes.names import NAME
from order_projector.api.routes.writing import key_of
from order_projector.api.scopes import Scope
from order_projector.api.services import Services, services_of
from order_projector.api.writing import new_target, reused
from order_projector.domain.clock import format_time
from order_projector.projection.api_jobs import ExportJob, FirstTry
from order_projector.projection.clock import milliseconds

router: Final = APIRouter()

ORDERS: Final = "order"
LEDGER: Final = "ledger"
OBJECTS: Final = (ORDERS, LEDGER)
"""What can be exported."""
MOST_BYTES: Final = 4_194_304
"""The largest body: what it asks for is kept in one document of the database."""

_CSV: Final = "text/csv; charset=utf-8; header=present"
_PLAIN: Final = "text/plain; charset=utf-8"
_JSON_LINES: Final = "application/jsonl; charset=utf-8"
FILE_TYPES: Final = tuple(each.partition(";")[0] for each in (_CSV, _PLAIN, _JSON_LINES))
"""What a file may be."""

Exporter = Annotated[Client, Depends(access.api_access(Scope.EXPORT))]

_SORTS: Final = ("created_at", "-created_at", "status", "-status")
LIST_PARAMETERS: Final = (
    query.LIMIT,
    query.PAGE,
    query.Parameter(
        "order",
        query.one_of(*_SORTS),
        {"type": "string", "enum": [*_SORTS], "default": "-created_at"},
    ),
)
TOKEN: Final = query.Parameter("token", str, {"type": "string"}, "From the URL of the result.")


@router.post("/v1/orders/export")
async def export_orders(request: Request, client: Exporter) -> Response:
    """Make an export of orders."""
    text = await _text_of(request)
    return await _made(request, client, text, bodies.object_of(text), ORDERS)


@router.post("/v1/exports")
async def create_export(request: Request, client: Exporter) -> Response:
    """Make an export."""
    text = await _text_of(request)
    body = bodies.object_of(text)
    exported, known = body.get("exported_object"), _objects_for(request)
    if exported not in known:
        raise invalid_payload(f"Property .exported_object must be one of {', '.join(known)}")
    return await _made(request, client, text, body, exported)


async def _text_of(request: Request) -> bytes:
    limit = services_of(request).options.body_limit
    return await bodies.read_json_text(request, min(limit, MOST_BYTES))


async def _made(
    request: Request, client: Client, text: bytes, body: Mapping[str, Any], exported: str
) -> Response:
    services, parameters = services_of(request), body.get("parameters")
    if parameters is None or parameters == []:
        parameters = {}
    if not isinstance(parameters, dict):
        raise invalid_payload("Property .parameters must be an object")
    given = {name: value for name, value in parameters.items() if value is not None}
    _export(exported, given)
    key, now = key_of(request, client, text), milliseconds(services.clock())
    job = ExportJob(_export_id(key), now, exported, given, secrets.token_hex(32))
    if key is not None:
        first = FirstTry(key.fingerprint, now, "export", job.id)
        if (await services.writer.keys.remember(key.name, first)).fingerprint != key.fingerprint:
            raise reused()
    await services.exports.create(job)
    stored = await services.exports.get(job.id) or job
    return answers.json_answer(_shown(request, stored, "SCHEDULED", None))


def _export(exported: str, parameters: Mapping[str, Any]) -> OrderExport | LedgerExport:
    return ledger_export(parameters) if exported == LEDGER else order_export(parameters)


def _export_id(key: RequestKey | None) -> str:
    if key is None:
        return f"exp_{new_target().order_id.removeprefix('ord_')}"
    return f"exp_{letters(digest('export', key.app_id, key.text), 24)}"


@router.api_route("/v1/exports", methods=["GET", "HEAD"])
async def list_exports(request: Request, client: Exporter) -> Response:
    """Return a page of exports."""
    del client
    services = services_of(request)
    given = query.read_query(request.scope["query_string"], *LIST_PARAMETERS)
    limit, page = given.get("limit", 10), given.get("page", 1)
    direction: Any = -1 if given.get("order", "-created_at").startswith("-") else 1
    found = await services.exports.listed(
        direction, limit, (page - 1) * limit, _objects_for(request)
    )
    return answers.json_answer(
        {
            "object": "list",
            "data_ref": "exports",
            "exports": [_done(request, services, job) for job in found.jobs],
            "total": found.total,
        }
    )


@router.api_route(f"/v1/exports/{NAME}", methods=["GET", "HEAD"])
async def get_export(request: Request, name: str) -> Response:
    """Return an export, or its file to a client that has the token of its URL."""
    services = services_of(request)
    given = query.read_query(request.scope["query_string"], TOKEN)
    if "token" in given:
        return await _download(request, services, name, given["token"])
    await access.api_access(Scope.EXPORT)(request)
    job = await services.exports.get(name)
    if job is None or job.exported_object not in _objects_for(request):
        raise not_found("export", name)
    return answers.json_answer(_done(request, services, job))


@router.delete(f"/v1/exports/{NAME}")
async def delete_export(request: Request, name: str, client: Exporter) -> Response:
    """Delete an export; its URL is then not found."""
    del client
    services = services_of(request)
    job = await services.exports.get(name)
    if job is None or job.exported_object not in _objects_for(request):
        raise not_found("export", name)
    await services.exports.delete(name)
    return Response(status_code=204)


async def _download(request: Request, services: Services, name: str, token: str) -> Response:
    job = await services.exports.get(name)
    if job is None:
        raise not_found("export", name)
    if not is_good(token, job.secret, job.id, milliseconds(services.clock())):
        raise ApiError(Key.UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"})
    export = _export(job.exported_object, job.parameters)
    if isinstance(export, OrderExport) and answers.of_strict_channel(request):
        export = replace(export, shown=shown_order)
    is_csv = export.format is Format.CSV
    media_type = (_PLAIN if _wants_plain(request) else _CSV) if is_csv else _JSON_LINES
    disposition = f'attachment; filename="{job.id}.{export.format}"'
    headers = {"Content-Disposition": disposition, "Content-Type": media_type}
    if request.method == "HEAD":
        return Download(_no_bytes(), headers=headers)
    return Download(export.file(services.history.store, services.reader), headers=headers)


async def _no_bytes() -> AsyncIterator[bytes]:
    """Yield what makes the headers those of a file: it is a stream of unknown length."""
    yield b""


def _wants_plain(request: Request) -> bool:
    """Whether the client takes plain text and neither CSV nor anything."""
    accepted = ",".join(request.headers.getlist("accept")).lower()
    types = {each.partition(";")[0].strip() for each in accepted.split(",")}
    return "text/plain" in types and types.isdisjoint({"text/csv", "*/*"})


def _objects_for(request: Request) -> tuple[str, ...]:
    return (ORDERS,) if answers.of_strict_channel(request) else OBJECTS


def _done(request: Request, services: Services, job: ExportJob) -> dict[str, Any]:
    token = token_of(job.secret, job.id, milliseconds(services.clock()))
    url = f"{services.options.public_url}/v1/exports/{job.id}?token={token}"
    return _shown(request, job, "DONE", {"url": url})


def _shown(
    request: Request, job: ExportJob, status: str, result: Mapping[str, str] | None
) -> dict[str, Any]:
    return {
        "id": job.id,
        "object": "export",
        "created_at": format_time(job.created_at),
        "status": status,
        "channel": "API",
        "exported_object": job.exported_object,
        "parameters": _shown_parameters(request, job.parameters),
        "result": result,
        "user_id": None,
    }


def _shown_parameters(request: Request, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the parameters; a strict channel is shown only fields that its models hold."""
    if not answers.of_strict_channel(request):
        return parameters
    shown = {name: value for name, value in parameters.items() if name != "format"}
    if "fields" in shown:
        shown["fields"] = [name for name in shown["fields"] if name and is_published(name)]
    return shown
