"""Headless Chromium and its tabs, over the DevTools protocol."""

import asyncio
import base64
import itertools
import json
import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

Json = dict[str, Any]

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
_OPTIONS: Final = (
    *("--headless=new", "--remote-debugging-port=0", "--no-first-run", "--disable-gpu"),
    *("--disable-dev-shm-usage", "--disable-background-networking", "--hide-scrollbars"),
    *("--force-color-profile=srgb", "--disable-component-update", "--mute-audio"),
)
_WITHIN: Final = 60.0
DESKTOP: Final = (1280, 900)
NARROW: Final = (360, 740)

_KEYS: Final[Mapping[str, tuple[str, int, str]]] = {
    "Tab": ("Tab", 9, ""),
    "Enter": ("Enter", 13, "\r"),
    "ArrowDown": ("ArrowDown", 40, ""),
    "Escape": ("Escape", 27, ""),
}
"""The code, the number and the typed text of each key."""


def executable() -> str:
    """Return the path of Chromium."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    assert found, "Chromium is not installed: on Debian, the package chromium"
    return found


@contextmanager
def running_chromium(folder: Path) -> Iterator[str]:
    """Run Chromium for the length of a `with` block; yield the address of its DevTools protocol."""
    options = [*_OPTIONS, f"--user-data-dir={folder}"]
    if os.geteuid() == 0:
        options.append("--no-sandbox")
    with (folder / "chromium.log").open("wb") as log:
        process = subprocess.Popen([executable(), *options, "about:blank"], stderr=log, stdout=log)
    try:
        yield _address(folder / "DevToolsActivePort", process)
    finally:
        process.terminate()
        process.wait(30)


def _address(file: Path, process: subprocess.Popen[bytes]) -> str:
    end = time.monotonic() + _WITHIN
    while time.monotonic() < end:
        assert process.poll() is None, "Chromium has ended"
        lines = file.read_text().splitlines() if file.exists() else []
        if len(lines) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        time.sleep(0.05)
    raise TimeoutError("Chromium does not answer")


@dataclass
class _Connection:
    """A connection that sends commands and collects events."""

    socket: ClientConnection
    numbers: Iterator[int] = field(default_factory=itertools.count)
    answers: dict[int, asyncio.Future[Json]] = field(default_factory=dict)
    events: list[Json] = field(default_factory=list)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def read(self) -> None:
        with suppress(ConnectionClosed):
            async for text in self.socket:
                message = json.loads(text)
                if "id" in message:
                    self.answers.pop(message["id"]).set_result(message)
                    continue
                async with self.news:
                    self.events.append(message)
                    self.news.notify_all()

    async def call(self, method: str, session: str | None, params: Json) -> Json:
        number = next(self.numbers)
        self.answers[number] = answer = asyncio.get_running_loop().create_future()
        command = {"id": number, "method": method, "params": params}
        await self.socket.send(json.dumps(command | ({"sessionId": session} if session else {})))
        async with asyncio.timeout(_WITHIN):
            message = await answer
        assert "error" not in message, f"{method}: {message['error']}"
        result: Json = message["result"]
        return result


@dataclass
class Tab:
    """A tab with cookies and logins of its own."""

    connection: _Connection
    session: str

    async def call(self, method: str, **params: Any) -> Json:
        """Send a command of the DevTools protocol."""
        return await self.connection.call(method, self.session, params)

    async def open(self, address: str) -> None:
        """Open an address, and wait until the page is loaded."""
        before = len(self.connection.events)
        await self.call("Page.navigate", url=address)
        await self.loaded(before)

    async def loaded(self, since: int) -> None:
        """Wait until a page is loaded, ignoring this number of earlier events."""
        await self.event("Page.loadEventFired", since)

    @property
    def seen(self) -> int:
        """The number of events received."""
        return len(self.connection.events)

    async def event(self, method: str, since: int) -> Json:
        """Wait for an event of this kind, ignoring this number of earlier events."""
        news, events = self.connection.news, self.connection.events

        def found() -> Json | None:
            own = (it for it in events[since:] if it.get("sessionId") == self.session)
            return next((it for it in own if it["method"] == method), None)

        async with asyncio.timeout(_WITHIN), news:
            await news.wait_for(lambda: found() is not None)
        event = found()
        assert event is not None
        return event

    async def value(self, expression: str) -> Any:
        """Evaluate an expression on the page, and return its value or that of its promise."""
        result = await self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    async def text(self, selector: str = "body") -> str:
        """Return the readable text of the first match of a selector, with whitespace collapsed."""
        found = await self.value(f"document.querySelector({json.dumps(selector)}).innerText")
        return " ".join(str(found).split())

    async def until(self, expression: str) -> None:
        """Wait until an expression is true on the page."""
        await self.value(
            f"""new Promise((done) => {{
              const look = () => ({expression}) ? done() : setTimeout(look, 20);
              look();
            }})"""
        )

    async def press(self, *keys: str) -> None:
        """Press these keys in turn."""
        for key in keys:
            code, number, text = _KEYS[key]
            same = {"key": key, "code": code, "windowsVirtualKeyCode": number}
            down = {"type": "keyDown" if text else "rawKeyDown", "text": text}
            await self.call("Input.dispatchKeyEvent", **same, **down)
            await self.call("Input.dispatchKeyEvent", **same, type="keyUp")

    async def type(self, text: str) -> None:
        """Type a text at the keyboard focus."""
        await self.call("Input.insertText", text=text)

    async def size(self, width: int, height: int) -> None:
        """Resize the window; a narrow one emulates a mobile phone."""
        await self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 500,
        )

    async def media(self, kind: str = "screen", **features: str) -> None:
        """Emulate another medium or other user preferences."""
        listed = [{"name": name.replace("_", "-"), "value": it} for name, it in features.items()]
        await self.call("Emulation.setEmulatedMedia", media=kind, features=listed)

    async def without_scripts(self) -> None:
        """Disable scripts from now on."""
        await self.call("Emulation.setScriptExecutionDisabled", value=True)

    async def picture(self, *, whole: bool = True) -> bytes:
        """Return the whole page, or the part in the window, as PNG."""
        taken = await self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        return base64.b64decode(taken["data"])

    async def pdf(self) -> bytes:
        """Return the page as PDF, as it is printed."""
        printed = await self.call("Page.printToPDF", printBackground=False, preferCSSPageSize=True)
        return base64.b64decode(printed["data"])

    async def next_login(self, address: str) -> "Login":
        """Pause the next request for an address before it is sent, to handle its login prompt."""
        since = self.seen
        patterns = [{"urlPattern": address}]
        await self.call("Fetch.enable", handleAuthRequests=True, patterns=patterns)
        paused = await self.event("Fetch.requestPaused", since)
        return Login(self, paused["params"]["requestId"])

    def complaints(self) -> list[str]:
        """Return what the browser has logged: policy violations, failed loads, uncaught errors."""
        found = []
        for event in self.connection.events:
            if event.get("sessionId") != self.session:
                continue
            match event["method"], event["params"]:
                case "Log.entryAdded", {"entry": entry}:
                    found.append(f"{entry['text']} {entry.get('url', '')}")
                case "Runtime.exceptionThrown", {"exceptionDetails": details}:
                    found.append(json.dumps(details))
        return found


@dataclass(frozen=True, slots=True)
class Login:
    """A paused request that the server will answer with a login prompt."""

    tab: Tab
    request: str

    async def cancel(self) -> None:
        """Send the request, and cancel the login prompt."""
        since = self.tab.seen
        await self.tab.call("Fetch.continueRequest", requestId=self.request)
        asked = await self.tab.event("Fetch.authRequired", since)
        await self.tab.call(
            "Fetch.continueWithAuth",
            requestId=asked["params"]["requestId"],
            authChallengeResponse={"response": "CancelAuth"},
        )


@asynccontextmanager
async def opened_tab(address: str) -> AsyncIterator[Tab]:
    """Open an isolated tab of a Chromium for the length of a `with` block."""
    async with connect(address, max_size=None) as socket:
        connection = _Connection(socket)
        reading = asyncio.create_task(connection.read())
        try:
            context = await connection.call("Target.createBrowserContext", None, {})
            target = await connection.call(
                "Target.createTarget", None, {"url": "about:blank", **context}
            )
            attached = await connection.call(
                "Target.attachToTarget", None, {**target, "flatten": True}
            )
            tab = Tab(connection, attached["sessionId"])
            for domain in ("Page", "Runtime", "Log", "Network"):
                await tab.call(f"{domain}.enable")
            await tab.size(*DESKTOP)
            yield tab
            await connection.call("Target.disposeBrowserContext", None, context)
        finally:
            reading.cancel()
