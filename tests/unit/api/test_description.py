"""The OpenAPI document, and the API's conformity with it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from order_projector.api.description import document
from order_projector.api.gate import Gate
from tests.support.api import HEADERS, World, world
from tests.support.events import order_event, paid, redeemed

SCHEMA: Any = schemathesis.openapi.from_dict(document())
OPERATIONS: list[Any] = [each.ok() for each in SCHEMA.get_all_operations()]
CHECKS: Any = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
FEW = settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


async def test_the_document_is_served_and_every_route_is_in_it(api: World) -> None:
    answer = await api.get("/openapi.json")

    assert answer.json() == document()
    assert answer.json()["openapi"].startswith("3.1")
    for schema in document()["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    fast_api: Any = api.app.app
    routes = {
        (route.path_format, method.lower())
        for route in fast_api.state.routes
        for method in {*route.methods, "OPTIONS"}
    }
    described = {
        (path, method)
        for path, item in document()["paths"].items()
        for method in item
        if method != "parameters"
    }
    assert described == routes


SHOWN = ("/orders", "/orders/{name}", "/orders/{name}/json")
"""The pages that tell of the status of an order."""


def parameters_of(path: str, method: str) -> set[tuple[str, str]]:
    """Return where an operation has which parameters."""
    item = document()["paths"][path]
    given = [*item.get("parameters", ()), *item[method].get("parameters", ())]
    assert len(given) == len({(it["in"], it["name"]) for it in given})
    return {(it["in"], it["name"]) for it in given}


def test_every_operation_that_a_strict_channel_sees_otherwise_says_how_it_is_known() -> None:
    known_by = {("header", "X-Voucherify-Channel"), ("query", "statuses")}

    for path, item in document()["paths"].items():
        for method in item.keys() - {"parameters"}:
            differs = path.startswith("/v1/") or path in SHOWN
            differs &= method != "options" or path.startswith("/v1/")
            assert parameters_of(path, method) & known_by == (known_by if differs else set())


def test_every_answer_that_may_be_304_has_the_header_that_asks_for_it() -> None:
    asked = {
        path
        for path, item in document()["paths"].items()
        for method in item.keys() - {"parameters"}
        if "304" in item[method]["responses"]
        and ("header", "If-None-Match") in parameters_of(path, method)
    }

    assert asked == {
        *("/v1/orders/{name}", "/orders/{name}", "/orders/{name}/json"),
        "/orders/assets/{file}",
    }


@pytest.mark.parametrize(
    ("path", "types"),
    [
        (
            "/v1/exports/{name}",
            {"application/json", "text/csv", "text/plain", "application/jsonl"},
        ),
        ("/metrics", {"text/plain"}),
        ("/openapi.json", {"application/json"}),
    ],
)
def test_an_answer_that_is_not_json_alone_is_described_in_each_of_its_types(
    path: str, types: set[str]
) -> None:
    assert document()["paths"][path]["get"]["responses"]["200"]["content"].keys() == types


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_file_is_described_as_open_to_who_has_the_token_of_its_url(method: str) -> None:
    """The token alone: the URL needs no key."""
    security = document()["paths"]["/v1/exports/{name}"][method]["security"]
    schemes = document()["components"]["securitySchemes"]

    assert {"download": []} in security
    assert schemes["download"] == {"type": "apiKey", "in": "query", "name": "token"}
    assert document()["paths"]["/v1/exports"]["get"]["security"] == security[:-1]


def app_with_orders(folder: Path) -> Gate:
    """Return an API that has an order."""

    async def made() -> Gate:
        async with world(folder) as api:
            await api.told(
                order_event(0, "created", source_id="shop-1", amount=900),
                redeemed(1, "r_1", order={"id": "ord_1"}, voucher={"discount": {"type": "UNIT"}}),
                paid(2, 900),
            )
            return api.app

    return asyncio.run(made())


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda it: it.label)
def test_whatever_is_asked_is_answered_as_the_document_says(operation: Any, tmp_path: Path) -> None:
    schema: Any = schemathesis.openapi.from_asgi("/openapi.json", app_with_orders(tmp_path))
    own = schema[operation.path][operation.method.upper()]

    @FEW
    @given(case=own.as_strategy())
    def ask(case: Any) -> None:
        case.call_and_validate(headers=HEADERS, checks=CHECKS)

    ask()
