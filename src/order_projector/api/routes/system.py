"""Probes, metrics and the description of the API: open to all."""

from typing import Final

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from order_projector.api import answers
from order_projector.api.description import document
from order_projector.api.errors import unavailable
from order_projector.api.readiness import why_unready
from order_projector.settings import masked, shown

router: Final = APIRouter()


@router.api_route("/livez", methods=["GET", "HEAD"])
async def live() -> Response:
    """Say that the process answers."""
    return answers.json_answer({"status": "ok", "reasons": []})


@router.api_route("/readyz", methods=["GET", "HEAD"])
async def ready(request: Request) -> Response:
    """Say whether the database and the broker answer."""
    reasons = await why_unready(request.app.state.pings)
    found = [shown(masked(str(reason))) for reason in reasons]
    if found:
        away = {"status": "unavailable", "reasons": found}
        return answers.json_answer(away, 503, unavailable().headers)
    return answers.json_answer({"status": "ok", "reasons": []})


@router.api_route("/metrics", methods=["GET", "HEAD"])
async def metrics(request: Request) -> Response:
    """Return the metrics of this process."""
    registry = request.app.state.registry
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


@router.api_route("/openapi.json", methods=["GET", "HEAD"])
async def openapi() -> Response:
    """Return the description of the API."""
    return answers.json_answer(document())
