"""One log for everything: this project's own lines and those of the libraries.

Lines go to standard error, as JSON or for a console. Secrets are masked in all of them.
"""

import logging
import sys
import time
from collections.abc import Callable, MutableMapping
from typing import Any, Final, Literal

import orjson
import structlog
from structlog.typing import Processor

from order_projector.settings import masked

Format = Literal["json", "console"]
Mask = Callable[[str], str]

REPEAT_AFTER: Final = 10.0
_CHATTY: Final = {
    "aiokafka": logging.WARNING,
    "order_projector.faststream": logging.ERROR,
    "pymongo": logging.WARNING,
    "uvicorn": logging.WARNING,
}
"""Libraries that tell more than anyone wants to hear, and from which level on they may."""


class Repetitions(logging.Filter):
    """Lets the same complaint of a library through once in a while, not a thousand times."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is worth saying."""
        if not record.name.startswith("aiokafka"):
            return True
        now, line = time.monotonic(), (record.name, str(record.msg))
        if now - self._said.get(line, -REPEAT_AFTER) < REPEAT_AFTER:
            return False
        self._said[line] = now
        return True


def configure(log_format: Format, level: str, mask: Mask = masked) -> None:
    """Sends every line of this process through one formatter; can be called again.

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
    def masked_event(
        _logger: object, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        for key, value in event.items():
            match value:
                case str():
                    event[key] = mask(value)
                case None | bool() | int() | float():
                    pass
                case _:
                    event[key] = mask(repr(value))
        return event

    return masked_event


def _json(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    first = {key: event.pop(key, None) for key in ("timestamp", "level", "event")}
    return orjson.dumps({**first, **event}, option=orjson.OPT_NON_STR_KEYS).decode()
