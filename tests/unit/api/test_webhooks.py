"""The webhook receiver: a signed body is published to the log unchanged."""

import hmac
import json
from hashlib import sha256
from itertools import product
from pathlib import Path

import httpx
import pytest

from order_projector.api.webhooks import KEPT
from tests.support.api import World, world
from tests.support.events import paid, redeemed, to_json

EVENT = redeemed(0, "r_1", order={"id": "ord_1", "amount": 500})


def signed(text: bytes, secret: bytes = b"first") -> str:
    return hmac.new(secret, text, sha256).hexdigest()


async def send(api: World, body: bytes, signature: str | None) -> httpx.Response:
    headers = {} if signature is None else {"x-voucherify-signature": signature}
    return await api.client.post("/webhooks/voucherify", content=body, headers=headers)


@pytest.mark.parametrize("secret", [b"first", b"second"])
async def test_a_signed_body_is_published_as_it_came(api: World, secret: bytes) -> None:
    body = json.dumps(EVENT, indent=2).encode()

    answer = await send(api, body, signed(body, secret).upper())

    assert answer.status_code == 200
    (event,) = api.log.events
    assert (event.value, event.order_id) == (body, "ord_1")
    assert (await api.get("/v1/orders/ord_1")).status_code == 200


async def test_a_signature_may_be_that_of_the_json_without_white_space(api: World) -> None:
    body = b'{\n "id": "evt \\" 1",\t"type": "x.y", "price": 1.50,  "name": "caf\\u00e9" }'
    compact = b'{"id":"evt \\" 1","type":"x.y","price":1.50,"name":"caf\\u00e9"}'

    assert (await send(api, body, signed(compact))).status_code == 200
    spelled = '{"id":"evt \\" 1","type":"x.y","price":1.5,"name":"café"}'.encode()
    assert (await send(api, body, signed(spelled))).status_code == 200


def test_no_byte_of_a_body_is_looked_at_twice() -> None:
    """What is kept takes every byte but white space, so that no search begins within it again."""
    for length in range(8):
        for letters in product(b'"\\ a', repeat=length):
            body = bytes(letters)
            ends = [0, *(found.end() for found in KEPT.finditer(body))]
            starts = [*(found.start() for found in KEPT.finditer(body)), length]
            between = [body[end:start] for end, start in zip(ends, starts, strict=True)]

            assert not b"".join(between).strip(b" "), body


@pytest.mark.parametrize("body", [b'"' + b'\\"' * 24_000, b'"' + b"\\\n" * 24_000, b'"' * 24_001])
def test_a_string_without_an_end_is_read_once(body: bytes) -> None:
    assert KEPT.findall(body) == [body]


@pytest.mark.parametrize(
    "signature", [None, "", "00", signed(b"other"), signed(b"", b"third"), "ü"]
)
async def test_a_body_that_is_not_signed_is_refused(api: World, signature: str | None) -> None:
    headers = [] if signature is None else [(b"x-voucherify-signature", signature.encode())]
    answer = await api.client.post("/webhooks/voucherify", content=to_json(EVENT), headers=headers)

    assert (answer.status_code, answer.json()["key"]) == (401, "unauthorized")
    assert api.log.events == []


@pytest.mark.parametrize("headers", [{"Content-Type": "text/plain"}, {"Content-Encoding": "gzip"}])
async def test_the_signature_is_looked_at_before_the_media_type(
    tmp_path: Path, headers: dict[str, str]
) -> None:
    body = to_json(EVENT)

    async def status(signature: str, content: bytes = body) -> int:
        sent = {"x-voucherify-signature": signature, **headers}
        answer = await api.client.post("/webhooks/voucherify", content=content, headers=sent)
        return answer.status_code

    async with world(tmp_path, rate=2) as api:
        wrong = await status("00")
        right = await status(signed(body))
        empty = await status(signed(b""), b"")
        beyond = await status(signed(body))

    assert (wrong, right, empty, beyond) == (401, 415, 200, 429)
    assert [event.value for event in api.log.events] == [b""]


@pytest.mark.parametrize("body", [b"no JSON", b"{}", b'{"type": "other.type"}', b"[]"])
async def test_what_the_worker_would_not_take_is_published_all_the_same(
    api: World, body: bytes
) -> None:
    assert (await send(api, body, signed(body))).status_code == 200
    assert [event.value for event in api.log.events] == [body]


async def test_a_payment_goes_to_the_topic_of_payments(api: World) -> None:
    body = to_json(paid(0, 500))

    await send(api, body, signed(body))

    assert api.log.events[0].type == "payment.succeeded"


async def test_a_webhook_that_the_broker_does_not_have_is_sent_again(api: World) -> None:
    api.log.answers = False
    body = to_json(EVENT)

    answer = await send(api, body, signed(body))

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")


async def test_a_body_that_is_too_large_is_refused(api: World) -> None:
    body = b'"' + b"x" * 900_000 + b'"'

    assert (await send(api, body, signed(body))).status_code == 413


async def test_the_receiver_has_a_rate_of_its_own(tmp_path: Path) -> None:
    body = to_json(EVENT)
    async with world(tmp_path, rate=1) as api:
        answers = [await send(api, body, signed(body)) for _ in range(2)]
        other = await api.get("/v1/orders")

    assert [answer.status_code for answer in answers] == [200, 429]
    assert other.status_code == 200


async def test_a_request_that_is_not_signed_spends_nothing_of_the_rate(tmp_path: Path) -> None:
    body = to_json(EVENT)
    async with world(tmp_path, rate=1) as api:
        await send(api, body, "00")
        answer = await send(api, body, signed(body))

    assert answer.status_code == 200
