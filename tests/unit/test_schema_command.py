"""`order-projector schema` and `asyncapi`: every message in and out, for any validator."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from order_projector.cli import app
from tests.support.published import published

MESSAGES = {
    *("redemption.succeeded", "redemption.failed"),
    *("redemption.rollback.succeeded", "redemption.rollback.failed"),
    *("payment.authorized", "payment.succeeded", "payment.failed", "payment.canceled"),
    "payment.refunded",
    *("order.created", "order.updated", "order.paid", "order.canceled", "order.fulfilled"),
    *("order.processing", "order.erased", "event.voided"),
    *("order-updated", "order-updated.headers", "dead-letter", "dead-letter.headers"),
}


def printed(*arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def references(part: Any) -> Iterator[str]:
    match part:
        case {"$ref": str(reference)}:
            yield reference
        case dict():
            for each in part.values():
                yield from references(each)
        case list():
            for each in part:
                yield from references(each)


def leads_somewhere(reference: str, document: Any) -> bool:
    part = document
    for name in reference.removeprefix("#/").split("/"):
        part = part.get(name.replace("~1", "/").replace("~0", "~"), {})
    return bool(part)


def test_it_prints_every_message_in_one_schema_of_the_2020_12_dialect() -> None:
    document = printed("schema")
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(document)
    assert document["$defs"].keys() >= MESSAGES
    assert all(leads_somewhere(each, document) for each in references(document))


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_one_message_stands_by_itself(name: str) -> None:
    document = printed("schema", "--message", name)
    assert document == published()[name]
    Draft202012Validator.check_schema(document)
    assert all(leads_somewhere(each, document) for each in references(document))


def test_a_message_that_there_is_not_is_refused_with_the_names_of_those_there_are() -> None:
    result = CliRunner().invoke(app, ["schema", "--message", "order.lost"])
    assert result.exit_code == 2
    assert "order-updated" in result.stderr


def test_one_name_is_one_shape_in_all_messages() -> None:
    shapes: dict[str, Any] = {}
    for schema in published().values():
        for name, shape in schema.get("$defs", {}).items():
            assert shapes.setdefault(name, shape) == shape, name


def test_the_asyncapi_document_holds_the_same_schemas() -> None:
    document = printed("asyncapi")
    messages = document["components"]["messages"]
    assert messages.keys() == {name for name in MESSAGES if not name.endswith(".headers")}
    assert all(leads_somewhere(each, document) for each in references(document))
    update = messages["order-updated"]
    assert update["headers"]["properties"].keys() >= {"ce_id", "ce_type", "ce_subject"}
    assert update["payload"]["required"] == ["order", "revision", "changes", "causes"]
    assert document["components"]["schemas"]["ServedPayment"]["required"] == ["date", "status"]
