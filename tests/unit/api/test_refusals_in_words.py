"""What is wrong with a property is said in the words of JSON, and in a sentence."""

import json
import re

import pytest

from tests.support.api import World

SENTENCE = re.compile(r"^Property \.[\w.\[\]]+ must (not )?(be|have|hold) .*[^.]$")

LARGE = 2**52
MOST = 2**53 - 1


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ({"customer": "x"}, ".customer must be an object"),
        ({"metadata": "x"}, ".metadata must be an object"),
        ({"items": "x"}, ".items must be an array"),
        ({"items": {}}, ".items must be an array"),
        ({"items": [5]}, ".items[0] must be an object"),
        ({"items": [{"product": 5}]}, ".items[0].product must be an object"),
        ({"items": [{}] * 501}, ".items must have at most 500 entries"),
        ({"customer_id": ""}, ".customer_id must have at least 1 character"),
        ({"customer_id": "x" * 257}, ".customer_id must have at most 256 characters"),
        ({"id": "x" * 257}, ".id must have at most 256 characters"),
        ({"source_id": "x" * 257}, ".source_id must have at most 256 characters"),
        ({"created_at": "x"}, ".created_at must be an ISO 8601 date and time"),
        ({"created_at": 5}, ".created_at must be a text, an ISO 8601 date and time"),
        ({"metadata": {"a": 2**63}}, ".metadata.a must be an integer within 64 bits"),
        (
            {"metadata": {"a": {"b": 0.5}}},
            ".metadata.a.b must be a number that double precision would not change",
        ),
        ({"metadata": {"a\0": 1}}, ".metadata must not have a key that holds a NUL character"),
        ({"metadata": {"a": "\ud800"}}, ".metadata.a must not hold a lone surrogate"),
        ({"amount": True}, ".amount must be an integer"),
        ({"amount": 2**60}, f".amount must be less than or equal to {MOST}"),
        (
            {"items": [{"price": LARGE, "quantity": 1}] * 2},
            f".items must have amounts up to {MOST} in all",
        ),
        (
            {"items": [{"price": LARGE, "quantity": 2}]},
            f".items[0].price must not be as large: 2 units of {LARGE} come to more than {MOST}",
        ),
    ],
)
async def test_a_property_is_refused_in_a_sentence_without_anything_of_the_inside(
    api: World, body: object, details: str
) -> None:
    content = json.dumps(body).replace("0.5", "1e-400")

    answer = await api.client.post("/v1/orders", content=content)

    assert answer.status_code == 400
    assert answer.json()["details"] == f"Property {details}"
    assert SENTENCE.match(answer.json()["details"])
