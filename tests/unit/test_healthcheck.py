"""`deploy/healthcheck.py`, which Docker runs inside the container of a worker or an API."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from socket import AF_INET, AF_INET6
from threading import Thread

import pytest

from order_projector.local.ports import free_port

SCRIPT = Path(__file__).parents[2] / "deploy" / "healthcheck.py"


def check(path: str = "/livez", command: str = "run", **settings: str) -> tuple[int, str]:
    """Run the check; return its exit status and what it prints."""
    done = subprocess.run(
        (sys.executable, "-IS", SCRIPT, path, command),
        env=settings,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


@contextmanager
def worker(status: int, body: str, address: str = "127.0.0.1") -> Iterator[str]:
    """Serve this response to every request at this address, and yield the port."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(f"{self.path} {body}".encode())

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    class Server(HTTPServer):
        address_family = AF_INET6 if ":" in address else AF_INET

    with Server((address, 0), Answer) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield str(server.server_port)
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("", "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),  # noqa: S104 - all interfaces
        ("::", "::1"),
    ],
)
def test_a_worker_that_answers_200_is_healthy_wherever_it_listens(host: str, address: str) -> None:
    with worker(200, "fine", address) as port:
        assert check(ORDERS_HTTP_PORT=port, ORDERS_HTTP_HOST=host) == (0, "/livez fine\n")


def test_a_worker_that_answers_503_is_ill_and_says_why() -> None:
    with worker(503, "no progress") as port:
        assert check("/readyz", ORDERS_HTTP_PORT=port) == (1, "/readyz no progress\n")


def test_a_worker_that_does_not_answer_is_ill() -> None:
    port = str(free_port())
    status, said = check(ORDERS_HTTP_PORT=port)
    assert (status, said.startswith(f"no answer on port {port}: ")) == (1, True)


def test_a_worker_without_http_cannot_be_asked_and_is_not_held_to_be_ill() -> None:
    assert check(ORDERS_HTTP_PORT="0") == (0, "HTTP is off\n")


def test_an_api_is_asked_at_its_own_host_and_port() -> None:
    with worker(200, "fine", "::1") as port:
        settings = {"ORDERS_API_PORT": port, "ORDERS_API_HOST": "::", "ORDERS_HTTP_PORT": "0"}
        assert check(command="serve", **settings) == (0, "/livez fine\n")
