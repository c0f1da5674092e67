"""A page of the console as a browser sees it: its terminal, and what is drawn there."""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import httpx
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

RIGHT: Final = "\x1b[C"
ENTER: Final = "\r"
CONTROL_D: Final = "\x04"

_SIZE: Final = "?width=160&height=40"
_CONTROL: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-_])")


@dataclass(slots=True)
class Screen:
    """The terminal of an open page."""

    socket: ClientConnection
    drawn: str = ""
    """Everything drawn since the last key press, without escape sequences."""
    led_to: list[str] = field(default_factory=list)
    """The addresses to which the page has directed the browser."""

    def press(self, *keys: str) -> None:
        """Press these keys."""
        self.drawn = ""
        for key in keys:
            self.socket.send(json.dumps(["stdin", key]))

    def until_drawn(self, *texts: str, within: float = 30) -> str:
        """Wait until all of these texts have been drawn; return everything drawn."""
        self._until(lambda: all(it in self.drawn for it in texts), f"drawn: {texts}", within)
        return self.drawn

    def until_led_elsewhere(self, within: float = 30) -> str:
        """Wait until the browser is directed to another page; return its address."""
        self._until(lambda: bool(self.led_to), "led to another page", within)
        return self.led_to[-1]

    def _until(self, condition: Callable[[], bool], what: str, within: float) -> None:
        end = time.monotonic() + within
        while not condition():
            left = end - time.monotonic()
            assert left > 0, f"not within {within:g} s: {what}; but {self.drawn[-3000:]!r}"
            self._take(left)

    def _take(self, within: float) -> None:
        try:
            message = self.socket.recv(timeout=within)
        except TimeoutError:
            return
        match message:
            case bytes():
                self.drawn += _CONTROL.sub("", message.decode(errors="replace"))
            case str():
                kind, details = json.loads(message)
                if kind == "open_url":
                    self.led_to.append(details["url"])


@contextmanager
def opened(address: str) -> Iterator[Screen]:
    """Open the terminal of the page at this address for the length of a `with` block."""
    page = httpx.get(address).raise_for_status().text
    screen = re.search(r'data-session-websocket-url="([^"]+)"', page)
    assert screen is not None, page
    origin = address[: address.index("/", len("http://"))]
    with connect(screen[1] + _SIZE, origin=Origin(origin), max_size=None) as socket:
        yield Screen(socket)
