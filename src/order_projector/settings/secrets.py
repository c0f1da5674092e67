"""Secrets: read from files where they are not in the environment, and never shown."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from order_projector.settings.errors import variable

MASK: Final = "******"

SECRETS: Final = ("kafka_sasl_password", "kafka_ssl_key_password", "mongodb_uri")
"""Settings that a file can hold, which another setting names."""

LEAST: Final = 8
"""Shorter passwords are only masked inside of URIs: as a word they could be any word."""

_PASSWORD: Final = re.compile(r"(\w[\w+.-]*://[^\s:/@]*):(\S*)@")


def file_of(secret: str) -> str:
    """The setting that names the file of a secret."""
    return f"{secret}_file"


def with_files_read(values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as given, each secret taken from its file where one is named.

    Raises `ValueError` where a secret is given twice, or its file cannot be read.
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
    """The text without the passwords of the URIs in it."""
    return _PASSWORD.sub(rf"\1:{MASK}@", text)


def masking(secrets: Mapping[str, str | None]) -> Callable[[str], str]:
    """A function that takes these secrets, and the passwords of all URIs, out of a text.

    Of a secret that is a URI, the password is the secret.
    """
    words = {word for secret in secrets.values() if secret for word in _words(secret)}
    if not words:
        return masked
    longest_first = sorted(words, key=len, reverse=True)
    known = re.compile("|".join(map(re.escape, longest_first)))
    return lambda text: known.sub(MASK, masked(text))


def _words(secret: str) -> list[str]:
    """The forms in which a secret could be told."""
    found = _PASSWORD.search(secret)
    bare = found[2] if found else "" if "://" in secret else secret
    return [word for word in {bare, unquote(bare)} if len(word) >= LEAST]
