"""The ASGI application: the routes, the errors of all of them, and the gate in front."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute
from prometheus_client import CollectorRegistry
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match

from order_projector.api.description import document
from order_projector.api.errors import ApiError, Key, unavailable
from order_projector.api.gate import METHODS, Gate, gated
from order_projector.api.metrics import ApiMetrics, KnownAnswer
from order_projector.api.page import routes as page
from order_projector.api.page.addresses import is_page
from order_projector.api.page.rendering import error_page
from order_projector.api.routes import exports, importing, reading, system, webhooks, writing
from order_projector.api.services import Services
from order_projector.hosting.ping import Service
from order_projector.projection.ports import Unavailable
from order_projector.settings import masked, shown

_ROUTERS = (
    reading.router,  # the most frequent first: routes are tried in this order
    system.router,
    importing.router,
    exports.router,
    writing.router,
    page.router,
)

SERVER: Final = "*"
"""The target of OPTIONS that asks about the server, and not about a path."""
_DESCRIBED_METHODS: Final = frozenset(method.lower() for method in METHODS)

GONE_AWAY: Final = 499
"""What counts as the status of a request whose client went away before it had sent all of it."""


def create_app(
    services: Services,
    registry: CollectorRegistry | None = None,
    pings: Sequence[Service] = (),
) -> Gate:
    """Return the application that answers with these services."""
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    registry = registry or CollectorRegistry()
    app.state.services, app.state.registry, app.state.pings = services, registry, pings
    routers = [*_ROUTERS, *([webhooks.router] if services.webhooks else [])]
    for router in routers:
        app.include_router(router)
    app.state.routes = [route for router in routers for route in router.routes]
    app.add_exception_handler(ApiError, _refused)
    app.add_exception_handler(HTTPException, _not_routed)
    app.add_exception_handler(Unavailable, _unavailable)
    app.add_exception_handler(ClientDisconnect, _gone_away)
    app.add_exception_handler(Exception, _unexpected)
    return gated(app, services.rates, ApiMetrics(registry, _known_answers(app.state.routes)))


def _known_answers(routes: Sequence[Any]) -> Iterator[KnownAnswer]:
    """Yield each answer that the description of the API names, and that of an unknown path."""
    served = {route.path_format for route in routes}
    for path, item in document()["paths"].items():
        if path not in served:
            continue
        for method in _DESCRIBED_METHODS & item.keys():
            for status in item[method]["responses"]:
                yield method.upper(), path, status
    yield "GET", "other", "404"


async def _refused(request: Request, error: Any) -> Response:
    request_id = request.state.request_id
    if is_page(request.scope["path"]):
        return error_page(error, request_id)
    return Response(
        error.body(request_id), error.status, dict(error.headers), media_type="application/json"
    )


async def _unavailable(request: Request, error: Any) -> Response:
    """Answer that a service is away; the line of the request in the log says which, and why."""
    request.state.reason = f"{error.service}: {shown(masked(str(error)))}"
    return await _refused(request, unavailable())


async def _gone_away(_request: Request, _error: Any) -> Response:
    """Answer a client that is not there: only the log and the metrics see it."""
    return Response(status_code=GONE_AWAY)


async def _unexpected(request: Request, _error: Any) -> Response:
    return await _refused(request, ApiError(Key.INTERNAL_ERROR))


async def _not_routed(request: Request, error: Any) -> Response:
    """Answer a request that no route takes: its path, or its method."""
    if request.method == "OPTIONS" and request.scope["path"] == SERVER:
        return await _only(request, METHODS)
    if error.status_code != 405:
        return await _refused(request, ApiError(Key.NOT_FOUND))
    return await _only(request, _allowed(request))


async def _only(request: Request, methods: Iterable[str]) -> Response:
    """Answer with the methods that there are."""
    allow = {"Allow": ", ".join(sorted(methods))}
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=allow)
    return await _refused(request, ApiError(Key.METHOD_NOT_ALLOWED, headers=allow))


def _allowed(request: Request) -> set[str]:
    """Return the methods of all routes with the path of the request."""
    allowed = {"OPTIONS"}
    for route in request.app.state.routes:
        if isinstance(route, APIRoute) and route.matches(request.scope)[0] is not Match.NONE:
            allowed |= route.methods or set()
    return allowed
