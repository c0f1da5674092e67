"""Secrets: read from the environment or from files, and masked wherever text is shown."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, unquote_plus

from order_projector.settings.errors import variable

MASK: Final = "******"

SECRETS: Final = ("kafka_sasl_password", "kafka_ssl_key_password", "mongodb_uri")
"""Settings that can be read from a file instead, which the setting `file_of` names."""

LEAST: Final = 8
"""Fewest characters of a secret to mask outside URIs: a shorter one could be an ordinary word."""

_HARMLESS: Final = frozenset({
    "appname", "authmechanism", "authsource", "compressors", "connecttimeoutms", "directconnection",
    "heartbeatfrequencyms", "journal", "loadbalanced", "localthresholdms", "maxconnecting",
    "maxidletimems", "maxpoolsize", "maxstalenessseconds", "minpoolsize", "readconcernlevel",
    "readpreference", "readpreferencetags", "replicaset", "retryreads", "retrywrites",
    "serverselectiontimeoutms", "socketkeepalive", "sockettimeoutms", "srvmaxhosts",
    "srvservicename", "ssl", "timeoutms", "tls", "tlsallowinvalidcertificates",
    "tlsallowinvalidhostnames", "tlscafile", "tlscertificatekeyfile", "tlscrlfile",
    "tlsdisableocspendpointcheck", "tlsinsecure", "uuidrepresentation", "w", "waitqueuetimeoutms",
    "wtimeoutms", "zlibcompressionlevel",
})  # fmt: skip
"""URI options that hold no secrets; the value of any other option is masked."""

_URI: Final = re.compile(r"://\S+")
"""Linear in the length of the text, however hostile it is: no backtracking."""


def file_of(secret: str) -> str:
    """Return the setting that names the file of a secret."""
    return f"{secret}_file"


def with_files_read(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings, with each secret read from its file if one is named.

    Raises `ValueError` if a secret is given twice, or if its file is empty or cannot be read.
    """
    read = dict(values)
    for secret in SECRETS:
        path = values.get(file_of(secret))
        if path is None:
            continue
        if values.get(secret) is not None:
            raise ValueError(
                f"{variable(secret)} and {variable(file_of(secret))}: set one of them, not both"
            )
        read[secret] = _content(variable(file_of(secret)), Path(path))
    return read


def _content(name: str, path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ValueError(f"{name}: {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{name}: {path}: is not text in UTF-8") from None
    if not (secret := text.strip("\r\n")):
        raise ValueError(f"{name}: {path}: is empty")
    return secret


def masked(text: str) -> str:
    """Reduce the URIs in a text to scheme, hosts and path.

    If a URI cannot be parsed unambiguously, only its scheme is left.
    """
    return _URI.sub(_masked_uri, text)


def _masked_uri(found: re.Match[str]) -> str:
    rest = found[0].removeprefix("://")
    before, login, after = rest.rpartition("@")
    if "@" in before or "?" in before:  # not percent-encoded: the password may end anywhere
        return f"://{MASK}"
    place, question, _ = after.partition("?")
    return f"://{f'{MASK}@' if login else ''}{place}{f'?{MASK}' if question else ''}"


def masking(secrets: Mapping[str, str | None]) -> Callable[[str], str]:
    """Return a function that masks these secrets, and those of all URIs, in a text.

    If a secret is a URI, mask its password and the values of unknown options.
    """
    words = {word for secret in secrets.values() if secret for word in _words(secret)}
    if not words:
        return masked
    # one secret may begin with another: the longest must match
    longest_first = sorted(words, key=len, reverse=True)
    known = re.compile("|".join(map(re.escape, longest_first)))
    return lambda text: known.sub(MASK, masked(text))


def _words(secret: str) -> list[str]:
    """Return the spellings in which a secret may appear in a text."""
    bare = _of_uri(secret) if "://" in secret else [secret]
    forms = {form for each in bare for form in (each, unquote(each), unquote_plus(each))}
    return [form for form in forms if len(form) >= LEAST]


def _of_uri(uri: str) -> Iterator[str]:
    """Yield the password of a URI, and the values of its options that may be secret."""
    _, _, rest = uri.partition("://")
    before_options, _, options = rest.partition("?")
    login, _, _ = before_options.rpartition("@")
    _, _, password = login.partition(":")
    yield password
    for option in options.replace(";", "&").split("&"):
        name, _, value = option.partition("=")
        if name.lower() not in _HARMLESS:
            yield value
            for part in unquote(value).split(","):  # AWS_SESSION_TOKEN:...,SERVICE_NAME:...
                yield part.partition(":")[2]
