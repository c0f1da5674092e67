"""If the API is in trouble, requests are repeated unchanged, or fail with the API's message."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from shop_till.api import Api, Refused, Unanswered

ORDER = {"id": "ord_1", "status": "CREATED"}
NO = {"code": 404, "message": "Resource not found", "request_id": "v-1"}
BODIES = {200: json.dumps(ORDER), 404: json.dumps(NO)}


@contextmanager
def answering(*statuses: int) -> Iterator[tuple[str, list[str | None]]]:
    """Serve these answers in turn; yield the server's URL and the keys that it received."""
    seen: list[str | None] = []

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            status = statuses[len(seen)]
            seen.append(self.headers["Idempotency-Key"])
            self.send_response(status)
            self.send_header("Retry-After", "3")
            self.end_headers()
            self.wfile.write(BODIES.get(status, "<html>").encode())

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", seen
        server.shutdown()
        thread.join()


def test_a_request_is_repeated_with_its_key_after_the_time_that_the_api_asks_for() -> None:
    pauses: list[float] = []
    with answering(503, 429, 200) as (url, seen):
        api = Api(url, "till", "token", sleep=pauses.append)
        assert api.ask("POST", "/v1/orders", {}, once="receipt-1") == ORDER
    assert seen == ["receipt-1"] * 3
    assert pauses == [3.0, 3.0]


def test_what_the_api_refuses_is_not_repeated() -> None:
    with answering(404) as (url, seen):
        with pytest.raises(Refused, match=r"^Resource not found \(request v-1\)$"):
            Api(url, "till", "token").ask("POST", "/v1/orders", {})
        assert len(seen) == 1


def test_an_answer_of_a_proxy_is_told_by_its_status() -> None:
    with answering(502) as (url, _), pytest.raises(Refused, match=r"^502 Bad Gateway$"):
        Api(url, "till", "token").ask("POST", "/v1/orders", {})


def test_an_api_that_never_answers_is_told_so_and_not_asked_forever() -> None:
    pauses: list[float] = []
    api = Api("http://127.0.0.1:1", "till", "token", attempts=2, sleep=pauses.append)
    with pytest.raises(Unanswered, match="did not answer 2 times"):
        api.ask("GET", "/v1/orders/1")
    assert len(pauses) == 2
