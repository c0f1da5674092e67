"""Reading orders: one, as it was, its timeline, and lists."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response

from order_projector.api import access, answers, query
from order_projector.api.channel import statuses_asked_for
from order_projector.api.errors import (
    ApiError,
    Key,
    gone,
    invalid_parameter,
    not_found,
    unavailable,
)
from order_projector.api.history import NOW, Moment, Unreadable, as_it_is
from order_projector.api.keys import Client
from order_projector.api.published_timeline import in_published_statuses
from order_projector.api.routes.names import NAME
from order_projector.api.scopes import Scope
from order_projector.api.services import Services, services_of
from order_projector.domain.status import Status
from order_projector.projection.ports import StoredOrder
from order_projector.projection.reading import (
    Direction,
    NameKind,
    OrderFilter,
    PageRequest,
    Sort,
    SortField,
    SortPlace,
    place_in,
)
from order_projector.projection.stored import ErasedOrder

router: Final = APIRouter()

LARGEST_REVISION: Final = 2**53
MOST_IDS: Final = 100
FIRST_PAUSE: Final = 0.005
LONGEST_PAUSE: Final = 0.05

Reader = Annotated[Client, Depends(access.api_access(Scope.READ))]

MOMENT_PARAMETERS: Final = (
    query.Parameter("at", query.time_of, query.TIME_SCHEMA, "The order of what happened by then."),
    query.Parameter(
        "known_at", query.time_of, query.TIME_SCHEMA, "The order of what was known by then."
    ),
)
ORDER_PARAMETERS: Final = (
    *MOMENT_PARAMETERS,
    query.Parameter(
        "min_revision",
        query.number(1, LARGEST_REVISION),
        query.number_schema(1, LARGEST_REVISION),
        "Wait until this revision is stored.",
    ),
)

_SORTS: Final = {
    sign + field.value: Sort(field, direction)
    for field in (SortField.CREATED_AT, SortField.UPDATED_AT)
    for sign, direction in (("", Direction.ASCENDING), ("-", Direction.DESCENDING))
}
_STATUSES: Final = tuple(status.value for status in Status)


def _ids(value: str) -> list[str]:
    names = value.split(",")
    if len(names) > MOST_IDS:
        raise ValueError(f"must name at most {MOST_IDS} orders")
    return [name for name in names if name]


def _text(name: str, description: str) -> query.Parameter:
    return query.Parameter(name, query.text, query.TEXT_SCHEMA, description)


def _time(name: str) -> query.Parameter:
    return query.Parameter(name, query.served_time, query.TIME_SCHEMA, "Exclusive.")


LIST_PARAMETERS: Final = (
    query.LIMIT,
    query.PAGE,
    query.Parameter(
        "order",
        query.one_of(*_SORTS),
        {"type": "string", "enum": [*_SORTS], "default": "created_at"},
    ),
    _text("starting_after_id", "Continue after this order."),
    query.Several(
        "status",
        query.one_of(*_STATUSES),
        {"type": "array", "items": {"type": "string", "enum": [*_STATUSES]}},
        "Any of these.",
    ),
    _text("customer", "A customer's id, or source id."),
    _text("source_id", "The shop's own number."),
    _text("flag", "A code."),
    _text("redemption", "A redemption's id, of a stack's child too."),
    _text("payment", "A payment's id."),
    _time("created_at[after]"),
    _time("created_at[before]"),
    _time("updated_at[after]"),
    _time("updated_at[before]"),
    query.Parameter("ids", _ids, {"type": "string"}, "Ids, separated by commas."),
)


@router.api_route("/v1/orders", methods=["GET", "HEAD"])
async def list_orders(request: Request, client: Reader) -> Response:
    """Return a page of orders."""
    del client
    services = services_of(request)
    given = query.read_query(request.scope["query_string"], *LIST_PARAMETERS)
    matching = _filter(request, given)
    if "ids" in given:
        return await _listed_by_id(request, services, given)
    sort = _SORTS[given.get("order", "created_at")]
    limit, page = given.get("limit", 10), given.get("page")
    after = await place_asked_for(services, sort, given)
    if after is not None and page is not None:
        raise invalid_parameter("page", "must not be combined with starting_after_id")
    asked = PageRequest(matching, sort, limit, 0 if page is None else (page - 1) * limit, after)
    found, total = await asyncio.gather(
        services.reader.page(asked), services.counts.total(matching)
    )
    if found.unreadable:  # they may have been counted
        total = await services.counts.total(matching)
    return _list(request, found.orders, total, found.has_more)


def _filter(request: Request, given: dict[str, Any]) -> OrderFilter:
    statuses = tuple(dict.fromkeys(given.get("status", ())))
    if statuses and answers.of_strict_channel(request):
        statuses = statuses_asked_for(list(statuses))
    return OrderFilter(
        statuses=statuses,
        customer=given.get("customer"),
        source_id=given.get("source_id"),
        flag=given.get("flag"),
        redemption=given.get("redemption"),
        payment=given.get("payment"),
        created_after=given.get("created_at[after]"),
        created_before=given.get("created_at[before]"),
        updated_after=given.get("updated_at[after]"),
        updated_before=given.get("updated_at[before]"),
    )


async def _listed_by_id(request: Request, services: Services, given: dict[str, Any]) -> Response:
    for name in ("limit", "page", "order", "starting_after_id"):
        if name in given:
            raise invalid_parameter(name, "must not be combined with ids")
    matching = _filter(request, given)
    orders = await services.reader.by_ids(tuple(dict.fromkeys(given["ids"])), matching)
    return _list(request, orders, len(orders), False)


async def place_asked_for(
    services: Services, sort: Sort, given: Mapping[str, Any]
) -> SortPlace | None:
    """Return the place after which a list continues, by the order at that place."""
    name = given.get("starting_after_id")
    if name is None:
        return None
    found = await services.reader.by_id(name)
    if found is None or not isinstance(found.order, StoredOrder):
        raise invalid_parameter("starting_after_id", "must be the id of an order")
    return place_in(sort, found.order)


def _list(request: Request, orders: Any, total: int, has_more: bool) -> Response:
    return answers.json_answer(
        {
            "object": "list",
            "data_ref": "orders",
            "orders": [answers.as_shown(request, order.order) for order in orders],
            "total": total,
            "has_more": has_more,
        }
    )


@router.api_route(f"/v1/orders/{NAME}", methods=["GET", "HEAD"])
async def get_order(request: Request, name: str, client: Reader) -> Response:
    """Return an order, as it is or as it was."""
    del client
    services = services_of(request)
    raw = request.scope["query_string"]
    given = query.read_query(raw, *ORDER_PARAMETERS) if raw else {}
    moment = moment_of(given)
    if "min_revision" not in given:
        return await order_answer(request, name, moment)
    if moment != NOW:
        raise invalid_parameter("min_revision", "must not be combined with at or known_at")
    return _stored_answer(request, await _awaited(services, name, given["min_revision"]))


def moment_of(given: Mapping[str, Any]) -> Moment:
    """Return the moment that a query asks for."""
    return Moment(given.get("at"), given.get("known_at"))


async def order_answer(request: Request, name: str, moment: Moment) -> Response:
    """Return the answer that is an order as JSON, as it is or as it was."""
    services = services_of(request)
    stored = await found_order(services, name)
    if moment == NOW:
        return _stored_answer(request, stored)
    try:
        order = await services.history.order(stored.order_id, moment)
    except Unreadable:
        raise unavailable() from None
    if order is None:
        raise not_found("order", name)
    return answers.json_answer(answers.as_shown(request, order))


def _stored_answer(request: Request, stored: StoredOrder) -> Response:
    etag = answers.etag_of(request, stored.revision)
    if known := answers.known(request, etag):
        return answers.not_modified(known)
    return answers.stored_order(request, stored)


async def found_order(services: Services, name: str) -> StoredOrder:
    """Return the order of a name, or raise the `ApiError` that says why there is none."""
    found = await services.reader.by_name(name)
    match found:
        case None:
            raise not_found("order", name)
        case _ if isinstance(found.order, ErasedOrder):
            raise gone(name) if found.name is NameKind.ID else not_found("order", name)
        case _:
            assert isinstance(found.order, StoredOrder)  # noqa: S101 - the other kind is above
            return found.order


async def _awaited(services: Services, name: str, revision: int) -> StoredOrder:
    """Return the order once it has that revision, or say which one there is."""
    loop = asyncio.get_running_loop()
    end, pause = loop.time() + services.options.write_wait, FIRST_PAUSE
    while True:
        problem: ApiError
        try:
            stored = await found_order(services, name)
        except ApiError as error:
            if error.key is Key.GONE:
                raise
            problem = error
        else:
            if stored.revision >= revision:
                return stored
            problem = ApiError(
                Key.NOT_YET,
                f"Revision {revision} is not stored yet",
                {"revision": stored.revision},
            )
        left = end - loop.time()
        if left <= 0:
            raise problem
        await asyncio.sleep(min(pause, left))
        pause = min(LONGEST_PAUSE, 1.5 * pause)


@router.api_route(f"/v1/orders/{NAME}/timeline", methods=["GET", "HEAD"])
async def get_timeline(request: Request, name: str, client: Reader) -> Response:
    """Return how an order came to be."""
    del client
    services = services_of(request)
    shown = in_published_statuses if answers.of_strict_channel(request) else as_it_is
    stored = await found_order(services, name)
    try:
        return answers.json_answer(await services.history.timeline(stored, shown))
    except Unreadable:
        raise unavailable() from None
