"""The API's metrics have samples before the first request, by each answer that is described."""

from prometheus_client.parser import text_string_to_metric_families

from order_projector.api.description import document
from tests.support.api import World


async def scraped(api: World) -> dict[str, list[dict[str, str]]]:
    """Return the labels of every sample of the API's own, by its name."""
    text = (await api.client.get("/metrics")).text
    found = dict[str, list[dict[str, str]]]()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append(sample.labels)
    return found


async def test_every_described_answer_is_counted_before_the_first_request(api: World) -> None:
    samples = await scraped(api)
    counted = {
        (each["method"], each["route"], each["status"])
        for each in samples["order_projector_api_requests_total"]
    }

    assert counted == {
        ("GET", "other", "404"),
        *(
            (method.upper(), path, status)
            for path, item in document()["paths"].items()
            for method in item
            if method != "parameters"
            for status in item[method]["responses"]
        ),
    }
    assert {
        ("GET", "/v1/orders", "200"),
        ("GET", "/v1/orders", "503"),
        ("PUT", "/v1/orders/{name}", "412"),
        ("GET", "/orders/{name}", "200"),
    } <= counted


async def test_every_route_is_timed_before_the_first_request(api: World) -> None:
    timed = {
        each["route"] for each in (await scraped(api))["order_projector_api_request_seconds_count"]
    }

    assert timed == {"other", *document()["paths"]}
