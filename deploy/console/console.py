"""Shows Kafka's topics, consumer groups and records in a browser, and changes none of them.

    python3 console.py

listens on port 8080: `/` shows all topics, `/topics/NAME` what is in one of them. Each page that is
open has a program of its own, `screen.py`, whose terminal the browser draws.

There is no login, so whoever reaches the port can read: publish it on loopback only. That alone
would not keep out the other sites that a browser there has open. Hence nothing is answered that was
asked for by another page, or under a name that is not this machine's own.
"""

import logging
import shlex
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from string import Template

import textual_serve
from aiohttp import web
from textual_serve.download_manager import DownloadManager
from textual_serve.server import Server
from yarl import URL

PORT = 8080
STOP_WITHIN = 3.0
"""Seconds for the screens to close before the process ends."""

_HERE = Path(__file__).parent
_PAGE = Template((_HERE / "page.html").read_text())
_STATIC = Path(textual_serve.__file__).parent / "static"
_OWN_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_TOPIC = r"[A-Za-z0-9._-]{1,249}"
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self' ws:; img-src 'self' data:; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Console:
    """The pages, and the screens behind them."""

    def __init__(self) -> None:
        self._exports = DownloadManager()

    def app(self) -> web.Application:
        """Return what is answered, and how."""
        app = web.Application(middlewares=[_asked_by_own_pages_only])
        app.add_routes([
            web.get("/", self.topics),
            web.get("/ws", self.topics_screen),
            web.get(f"/topics/{{name:{_TOPIC}}}", self.records),
            web.get(f"/topics/{{name:{_TOPIC}}}/ws", self.records_screen),
            web.get("/page.js", self.script),
            web.get("/download/{key}", self._server("").handle_download),
            web.get("/livez", self.livez),
            web.static("/static", _STATIC),
        ])  # fmt: skip
        return app

    async def topics(self, request: web.Request) -> web.Response:
        """Return the page of all topics."""
        return _page(request, "Kafka topics", "/ws")

    async def records(self, request: web.Request) -> web.Response:
        """Return the page of one topic."""
        name = request.match_info["name"]
        return _page(request, name, f"/topics/{name}/ws")

    async def topics_screen(self, request: web.Request) -> web.StreamResponse:
        """Open the terminal of the first page."""
        return await self._server("topics").handle_websocket(request)

    async def records_screen(self, request: web.Request) -> web.StreamResponse:
        """Open the terminal of the second page."""
        return await self._server("records", request.match_info["name"]).handle_websocket(request)

    async def script(self, request: web.Request) -> web.StreamResponse:
        """Return the script of the pages."""
        del request
        return web.FileResponse(_HERE / "page.js")

    async def livez(self, request: web.Request) -> web.Response:
        """Says that pages are answered; whether Kafka is, the pages say themselves."""
        del request
        return web.Response(text="ok\n")

    def _server(self, *arguments: str) -> Server:
        command = shlex.join(["exec", sys.executable, str(_HERE / "screen.py"), *arguments])
        server = Server(command)
        server.download_manager = self._exports
        return server


def _page(request: web.Request, title: str, screen: str) -> web.Response:
    address = f"ws://{request.host}{screen}"
    text = _PAGE.substitute(title=title, screen=address, path=request.path)
    return web.Response(text=text, content_type="text/html", headers=_HEADERS)


@web.middleware
async def _asked_by_own_pages_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Raise `HTTPForbidden` for a request from another site's page, under any name."""
    address = f"http://{request.host}"
    if URL(address).host not in _OWN_NAMES:
        raise web.HTTPForbidden(text="The console answers on localhost only.\n")
    if request.headers.get("Origin", address) != address:
        raise web.HTTPForbidden(text="The console answers its own pages only.\n")
    return await handler(request)


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    logging.basicConfig(level=logging.WARNING)
    sys.stdout.write(f"The console listens on port {PORT}.\n")
    sys.stdout.flush()
    web.run_app(Console().app(), port=PORT, shutdown_timeout=STOP_WITHIN, print=None)


if __name__ == "__main__":
    main()
