"""Who may send a request: key, rate and scope, in this order."""

from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import Request

from order_projector.api import credentials
from order_projector.api.errors import ApiError, Key
from order_projector.api.keys import Client, Credentials
from order_projector.api.rates import RateLimit
from order_projector.api.scopes import Scope
from order_projector.api.services import Services, services_of

ANYONE: Final = Client("anyone", frozenset(Scope))
"""Who sends a request where no keys are asked for."""

_BEARER: Final = "Bearer"
_BASIC: Final = 'Basic realm="orders", charset="UTF-8"'

Access = Callable[[Request], Awaitable[Client]]


def api_access(scope: Scope) -> Access:
    """Return what a route under ``/v1`` depends on."""

    async def check(request: Request) -> Client:
        shown = credentials.of_api(request.scope["headers"])
        return _checked(request, shown, scope, _BEARER)

    return check


def page_access(scope: Scope) -> Access:
    """Return what a route of the page depends on."""

    async def check(request: Request) -> Client:
        shown = credentials.of_page(request.scope["headers"])
        return _checked(request, shown, scope, _BASIC)

    return check


def _checked(request: Request, shown: Credentials | None, scope: Scope, scheme: str) -> Client:
    services = services_of(request)
    client = _client(services, shown)
    if client is None:
        raise ApiError(Key.UNAUTHORIZED, headers={"WWW-Authenticate": scheme})
    request.state.client = client
    spend(request, services.rates, f"app {client.app_id}")
    if scope not in client.scopes:
        raise ApiError(Key.FORBIDDEN, f"The key lacks the scope {scope}")
    return client


def _client(services: Services, shown: Credentials | None) -> Client | None:
    if services.keys is None:
        return ANYONE
    return None if shown is None else services.keys.client_of(shown)


def spend(request: Request, rates: RateLimit, name: str) -> None:
    """Count a request against the limit of that name. Raises `ApiError` beyond it."""
    allowance = rates.spend(name)
    request.state.allowance = allowance
    if allowance.wait is not None:
        raise ApiError(
            Key.TOO_MANY_REQUESTS,
            f"At most {allowance.limit} requests a minute",
            headers={"Retry-After": str(allowance.wait)},
        )
