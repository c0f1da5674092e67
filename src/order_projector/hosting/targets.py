"""Targets of requests in absolute form, which every server must accept (RFC 9112, 3.2.2)."""

import re
from typing import Any, Final
from urllib.parse import unquote

_ORIGIN: Final = re.compile(rb"https?://[^/?#]*", re.IGNORECASE)


def in_origin_form(scope: Any) -> Any:
    """Return the scope of a request whose target is a path: `http://host/livez` is `/livez`.

    The host in it counts for no more than the header: nothing is served by host.
    """
    if scope["type"] != "http" or scope["raw_path"].startswith(b"/"):
        return scope
    found = _ORIGIN.match(scope["raw_path"])
    if found is None:
        return scope
    of_server = scope["method"] == "OPTIONS" and not scope["query_string"]  # RFC 9112, 3.2.4
    raw = scope["raw_path"][found.end() :] or (b"*" if of_server else b"/")
    return {**scope, "raw_path": raw, "path": unquote(raw.decode("latin-1"))}
