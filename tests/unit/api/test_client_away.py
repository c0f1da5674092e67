"""A client that goes away in the middle of its body is no mistake of the service."""

import logging
from typing import Any

import pytest

from tests.support.api import HEADERS, World


async def hang_up(api: World, path: str) -> list[Any]:
    """Send the beginning of a body and close the connection; return what the API sends."""
    messages = [
        {"type": "http.request", "body": b'{"a', "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    headers = {**HEADERS, "Content-Length": "9", "X-Voucherify-Signature": "00"}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }
    await api.app(scope, receive, send)
    return sent


@pytest.mark.parametrize("path", ["/v1/orders", "/v1/exports", "/webhooks/voucherify"])
async def test_a_client_that_hangs_up_counts_as_499_and_is_no_error(
    api: World, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    with caplog.at_level(logging.INFO):
        await hang_up(api, path)

    metrics = (await api.get("/metrics")).text
    counted = f'order_projector_api_requests_total{{method="POST",route="{path}",status="499"}} 1.0'
    told = [record for record in caplog.records if record.name.startswith("order_projector")]
    assert counted in metrics
    assert [(record.levelname, record.getMessage()) for record in told[:1]] == [
        ("INFO", f"POST {path} 499")
    ]
    assert 'status="500"} 1.0' not in metrics
    assert api.log.events == []
