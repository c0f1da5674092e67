"""Whether the API is ready: what is away is named, and when to ask again."""

import httpx

from order_projector.api.application import create_app
from order_projector.projection.worker_state import HealthReason
from tests.support.api import World
from tests.unit.api.test_description_headers import check


class Away:
    """A service that does not answer."""

    async def unavailable_reason(self) -> HealthReason:
        return HealthReason("broker: no answer", 5.0)


async def test_an_api_that_is_not_ready_says_when_to_ask_again(api: World) -> None:
    app = create_app(api.services, pings=(Away(),))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        answers = [await client.request(method, "/readyz") for method in ("GET", "HEAD")]

    assert answers[0].json()["status"] == "unavailable"
    for answer in answers:
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        check(answer, "/readyz")
