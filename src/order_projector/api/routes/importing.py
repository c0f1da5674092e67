"""Imports of many orders, and how far they are."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response

from order_projector.api import access, answers, bodies, query
from order_projector.api.errors import invalid_payload, not_found
from order_projector.api.idempotency import ALPHABET, RequestKey, digest, letters
from order_projector.api.keys import Client
from order_projector.api.routes.names import NAME
from order_projector.api.routes.writing import key_of
from order_projector.api.scopes import Scope
from order_projector.api.services import services_of
from order_projector.api.writing import new_target, reused
from order_projector.domain.clock import format_time
from order_projector.projection.api_jobs import FirstTry, ImportJob, JobStatus
from order_projector.projection.clock import milliseconds

router: Final = APIRouter()

MOST_ORDERS: Final = 2_000

Writer = Annotated[Client, Depends(access.api_access(Scope.WRITE))]

ACTION_PARAMETERS: Final = (
    query.LIMIT,
    query.Parameter("end_date", query.time_of, query.TIME_SCHEMA, "Made before this time."),
)


@router.post("/v1/orders/import")
async def import_orders(request: Request, client: Writer) -> Response:
    """Take many orders in, one after the other."""
    services = services_of(request)
    text = await bodies.read_json_text(request, services.options.import_limit)
    total = await bodies.count_elements(text)
    if total > MOST_ORDERS:
        raise invalid_payload(f"The body has {total} orders, more than {MOST_ORDERS}")
    key, now = key_of(request, client, text), milliseconds(services.clock())
    job = ImportJob(
        id=_action_id(key),
        created_at=now,
        updated_at=now,
        total=total,
        is_strict=answers.of_strict_channel(request),
        status=JobStatus.ENQUEUED if total else JobStatus.DONE,
    )
    if key is not None:
        first = FirstTry(key.fingerprint, now, "import", job.id)
        if (await services.writer.keys.remember(key.name, first)).fingerprint != key.fingerprint:
            raise reused()
    await services.importer.create(job, text)
    return answers.json_answer({"async_action_id": job.id}, 202)


def _action_id(key: RequestKey | None) -> str:
    if key is None:
        return f"aa_{new_target().order_id.removeprefix('ord_')}"
    assert ALPHABET  # noqa: S101 - the same letters as of new orders
    return f"aa_{letters(digest('action', key.app_id, key.text), 24)}"


@router.api_route("/v1/async-actions", methods=["GET", "HEAD"])
async def list_actions(request: Request, client: Writer) -> Response:
    """Return the latest imports."""
    del client
    given = query.read_query(request.scope["query_string"], *ACTION_PARAMETERS)
    limit = given.get("limit", 10)
    imports = services_of(request).importer.imports
    jobs = await imports.listed(limit + 1, given.get("end_date"))
    actions = [_action(job) for job in jobs[:limit]]
    return answers.json_answer(
        {
            "object": "list",
            "data_ref": "async_actions",
            "async_actions": actions,
            "has_more": len(jobs) > limit,
        }
    )


@router.api_route(f"/v1/async-actions/{NAME}", methods=["GET", "HEAD"])
async def get_action(request: Request, name: str, client: Writer) -> Response:
    """Return how far an import is."""
    del client
    job = await services_of(request).importer.imports.get(name)
    if job is None:
        raise not_found("async_action", name)
    action = _action(job)
    times = {member: action.pop(member) for member in ("created_at", "updated_at")}
    return answers.json_answer(action | {"result": _result(job)} | times)


def _action(job: ImportJob) -> dict[str, Any]:
    action: dict[str, Any] = {
        "id": job.id,
        "object": "async_action",
        "type": "ORDERS.IMPORT",
        "status": job.status.value,
    }
    match job.status:
        case JobStatus.DONE:
            action["operation_status"] = "SUCCESS"
        case JobStatus.FAILED:
            action["operation_status"] = "FAILED"
    return action | {
        "created_at": format_time(job.created_at),
        "updated_at": format_time(job.updated_at),
    }


def _result(job: ImportJob) -> dict[str, Any] | None:
    if not job.status.is_final:
        return None
    return {
        "done_count": job.next - len(job.failed),
        "failed_count": len(job.failed),
        "failed": [{"index": it.index, "message": it.message} for it in job.failed],
    }
