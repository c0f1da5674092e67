"""One log for everything: this project's own lines and those of the libraries.

Lines go to standard error, as JSON or for a console. Secrets are masked in all of them. Each line
is bounded, whatever was to be said, and holds no control characters: some text is a producer's.
"""

import asyncio
import logging
import sys
import time
from collections.abc import Callable, MutableMapping
from itertools import islice
from typing import Any, Final, Literal

import orjson
import structlog
from structlog.typing import Processor

from order_projector.settings import LONGEST_EVENT, masked, shown, shown_lines

Format = Literal["json", "console"]
Mask = Callable[[str], str]

REPEAT_AFTER: Final = {
    "aiokafka": 10.0,
    "opentelemetry": 60.0,
    "uvicorn": 60.0,
    "order_projector.worker.connections": 60.0,
}
"""By the beginning of a logger's name: seconds in which the same complaint is not repeated."""

NO_DESCRIPTORS: Final = "socket.accept() out of system resource"
"""asyncio says so for each place in the backlog, once a second."""

_JSON_INTEGERS: Final = 2**63
_KNOWN: Final = 1_000
_QUOTED: Final = 200
_MOST_FIELDS: Final = 30
_CHATTY: Final = {
    "aiokafka": logging.WARNING,
    "order_projector.faststream": logging.ERROR,
    "pymongo": logging.WARNING,
    "uvicorn": logging.WARNING,
}
"""Libraries that log too much, and the level from which on they may log."""

_OF_RECORDS: Final = ("aiokafka.conn", "aiokafka.producer", "pymongo.command")
"""Loggers that show records, requests and commands whole when they debug, which none may."""


class Repetitions(logging.Filter):
    """Lets the same complaint of a library through once in a while, not a thousand times."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._said: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is worth saying."""
        message = str(record.msg)
        pause = _pause(record.name, message)
        if pause is None:
            return True
        now, line = self._clock(), (record.name, message[:_QUOTED])
        if line in self._said and now - self._said[line] < pause:
            return False
        if len(self._said) >= _KNOWN:
            self._said.clear()
        self._said[line] = now
        return True


def _pause(name: str, message: str) -> float | None:
    if name == "asyncio":
        return 60.0 if message.startswith(NO_DESCRIPTORS) else None
    return next((pause for start, pause in REPEAT_AFTER.items() if name.startswith(start)), None)


def configure(log_format: Format, level: str, mask: Mask = masked) -> None:
    """Send every log line of this process through one formatter; may be called again.

    `mask` takes the secrets out of a text; without one, the passwords in URIs are taken out.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(Repetitions())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(log_format, mask),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, least in _CHATTY.items():
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(least if root.level > logging.DEBUG else logging.DEBUG)
    for name in _OF_RECORDS:
        logging.getLogger(name).setLevel(max(logging.INFO, root.level))


def silence(library: str) -> None:
    """Silence all loggers of a library; the caller reports its errors instead."""
    made = (name for name in logging.root.manager.loggerDict if name.startswith(f"{library}."))
    for name in (library, *made):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def ignore_unretrieved(loop: asyncio.AbstractEventLoop, library: str) -> None:
    """Keep a loop from logging a library's errors in futures of its own that are never awaited."""

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        is_its_own = type(error).__module__.partition(".")[0] == library
        if not (is_its_own and "future" in context):
            loop.default_exception_handler(context)

    loop.set_exception_handler(handle)


def _rendering(log_format: Format, mask: Mask) -> list[Processor]:
    match log_format:
        case "json":
            return [structlog.processors.format_exc_info, _masking(mask), _json]
        case "console":
            return [
                structlog.processors.format_exc_info,
                _masking(mask),
                structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
            ]


def _masking(mask: Mask) -> Processor:
    """Masks first: half of a secret would not be known for one."""

    def safe(key: str, value: object) -> object:
        match value:
            case None | bool() | float():
                return value
            case int() if abs(value) < _JSON_INTEGERS:
                return value
            case _:
                text = mask(value if isinstance(value, str) else repr(value))
        match key:
            case "exception":
                return shown_lines(text)
            case "event":
                return shown(text, LONGEST_EVENT)
            case _:
                return shown(text)

    def masked_event(
        _logger: object, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        return {
            shown(str(key), _QUOTED): safe(str(key), value)
            for key, value in islice(event.items(), _MOST_FIELDS)
        }

    return masked_event


def _json(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    first = {key: event.pop(key, None) for key in ("timestamp", "level", "event")}
    return orjson.dumps({**first, **event}, option=orjson.OPT_NON_STR_KEYS).decode()
