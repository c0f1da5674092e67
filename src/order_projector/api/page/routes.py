"""The routes of the page: the list, an order, its JSON, and what pages load."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from starlette.convertors import Convertor, register_url_convertor

from order_projector.api import access, answers, query
from order_projector.api.errors import not_found, unavailable
from order_projector.api.history import NOW, Explained, Moment, Unreadable
from order_projector.api.keys import Client
from order_projector.api.page import search
from order_projector.api.page.addresses import ORDERS, OrderAddress
from order_projector.api.page.listing import list_view
from order_projector.api.page.money import in_known_currency
from order_projector.api.page.order import order_view
from order_projector.api.page.rendering import (
    PageForm,
    assets,
    page,
    page_etag,
    rendered,
    unchanged,
)
from order_projector.api.published_timeline import in_published_statuses
from order_projector.api.routes.names import NAME
from order_projector.api.routes.reading import (
    MOMENT_PARAMETERS,
    found_order,
    moment_of,
    order_answer,
    place_asked_for,
)
from order_projector.api.scopes import Scope
from order_projector.api.services import Services, services_of
from order_projector.domain.names import is_derived
from order_projector.projection.ports import StoredOrder
from order_projector.projection.reading import SortPlace

router: Final = APIRouter()

ORDERS_ON_PAGE: Final = 25
MOST_PARTS: Final = 1_000_000
MOST_TRIES: Final = 3

Reader = Annotated[Client, Depends(access.page_access(Scope.READ))]

SEARCH_PARAMETERS: Final = (
    query.Parameter("q", query.text, query.TEXT_SCHEMA, "An id, a source id or a customer."),
    query.Parameter(
        "starting_after_id", query.text, query.TEXT_SCHEMA, "Continue after this order."
    ),
)
PAGE_PARAMETERS: Final = (
    *MOMENT_PARAMETERS,
    query.Parameter(
        "steps",
        query.number(1, MOST_PARTS),
        query.number_schema(1, MOST_PARTS),
        "A part of the timeline, a hundred steps each.",
    ),
)


class AssetConvertor(Convertor[str]):
    """Matches the name of a file that pages load."""

    regex = "|".join(map(re.escape, assets()))

    def convert(self, value: str) -> str:
        """Return the name."""
        return value

    def to_string(self, value: str) -> str:
        """Return the name as it is."""
        return value


register_url_convertor("asset", AssetConvertor())


@router.api_route(ORDERS, methods=["GET", "HEAD"])
async def find_orders(request: Request, client: Reader) -> Response:
    """Lead to the one order that is found, else show those that are."""
    del client
    services = services_of(request)
    given = query.read_query(request.scope["query_string"], *SEARCH_PARAMETERS)
    asked = given.get("q", "")
    after = await place_asked_for(services, search.NEWEST_FIRST, given)
    hits = await _hits(services, asked, after)
    if hits.only is not None:
        place = f"{services.options.public_url}{OrderAddress(hits.only).now}"
        return page("", 303, {"Location": place})
    orders = [answers.as_shown(request, order.order) for order in hits.orders]
    view = list_view(asked, orders, hits.has_more, is_first=after is None)
    return page(rendered("list.html", view=view, asked=asked))


async def _hits(services: Services, asked: str, after: SortPlace | None) -> search.Hits:
    """Return what a text finds: as it is, else without the blanks around it."""
    bare = asked.strip()
    if not bare:
        return await search.newest(services.reader, ORDERS_ON_PAGE, after)
    hits = await search.find(services.reader, asked, ORDERS_ON_PAGE, after)
    if hits.is_empty and bare != asked:
        return await search.find(services.reader, bare, ORDERS_ON_PAGE, after)
    return hits


@router.api_route(f"{ORDERS}/{NAME}", methods=["GET", "HEAD"])
async def show_order(request: Request, name: str, client: Reader) -> Response:
    """Show an order, as it is or as it was."""
    del client
    services = services_of(request)
    given = query.read_query(request.scope["query_string"], *PAGE_PARAMETERS)
    moment = moment_of(given)
    stored = await found_order(services, name)
    form = PageForm.PUBLISHED if answers.of_strict_channel(request) else PageForm.WHOLE
    etag = page_etag(stored.revision, form)
    if moment == NOW and (known := answers.known(request, etag)):
        return unchanged(known)
    asked = _Asked(name, moment, given.get("steps"), form)
    shown = await _shown(services, stored, asked)
    for _ in range(MOST_TRIES):
        if shown.is_proven:
            break
        # It may have changed between the two reads: then it does not differ from its facts.
        newer = await found_order(services, name)
        if newer.revision == stored.revision:
            break
        stored = newer
        shown = await _shown(services, stored, asked)
    return page(shown.html, headers=shown.headers)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which page of an order is asked for: ``part`` is that of its timeline."""

    name: str
    moment: Moment
    part: int | None
    form: PageForm


@dataclass(frozen=True, slots=True)
class _Shown:
    """The page of an order, its headers, and whether the order is what its facts make."""

    html: str
    headers: Mapping[str, str]
    is_proven: bool


async def _shown(services: Services, stored: StoredOrder, asked: _Asked) -> _Shown:
    """Return the page of an order, or raise the `ApiError` that says why there is none."""
    name, moment = asked.name, asked.moment
    address = OrderAddress(stored.order_id, moment)
    other_name = name if name != stored.order_id and is_derived(name) else None
    etag = page_etag(stored.revision, asked.form) if moment == NOW else None

    def present(all_found: Explained) -> _Shown:
        is_published = asked.form is PageForm.PUBLISHED
        found = in_published_statuses(all_found) if is_published else all_found
        explanation = in_known_currency(found.explanation, stored.order)
        view = order_view(replace(found, explanation=explanation), address, other_name, asked.part)
        html = rendered("order.html", view=view, asked="", etag=etag)
        return _Shown(html, {"ETag": etag} if etag else {}, view.proof.holds)

    try:
        shown = await services.history.explained(stored, moment, present)
    except Unreadable:
        raise unavailable() from None
    if shown is None:
        raise not_found("order", name)
    return shown


@router.api_route(f"{ORDERS}/{NAME}/json", methods=["GET", "HEAD"])
async def show_json(request: Request, name: str, client: Reader) -> Response:
    """Return the order that a page shows, as JSON."""
    del client
    given = query.read_query(request.scope["query_string"], *MOMENT_PARAMETERS)
    return await order_answer(request, name, moment_of(given))


@router.api_route(f"{ORDERS}/assets/{{file:asset}}", methods=["GET", "HEAD"])
async def load_asset(request: Request, file: str, client: Reader) -> Response:
    """Return a file that pages load."""
    del client
    asset = assets()[file]
    if known := answers.known(request, asset.etag):
        return answers.not_modified(known)
    return Response(asset.content, headers={"ETag": asset.etag}, media_type=asset.media_type)
