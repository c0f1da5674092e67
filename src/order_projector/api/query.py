"""Parameters of a query, read strictly: the table of them also describes them to clients."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from order_projector.api.errors import ApiError, Key, invalid_parameter
from order_projector.domain.clock import format_time, parse_time

_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DIGITS: Final = re.compile(r"[0-9]{1,20}")
_BLANK_OFFSET: Final = re.compile(
    r"(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d[\d:.,]*) (\d\d(?::?\d\d)?)", re.ASCII
)
"""A plus in a query is a blank, and precedes the offset of a time."""
_NUMBERED: Final = re.compile(r"(?<!\w)(\w+)\[\d*\]", re.ASCII)

Read = Callable[[str], Any]
"""Turns a value into what it means. Raises ValueError with what it has to be."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: how it is read, and its JSON Schema."""

    name: str
    read: Read
    schema: Mapping[str, Any]
    description: str = ""


@dataclass(frozen=True, slots=True)
class Several(Parameter):
    """A parameter that may be given more than once, also as ``name[0]``."""


def read_query(raw: bytes, *parameters: Parameter) -> dict[str, Any]:
    """Return what is given of these parameters, by name.

    An empty value is as if it were not given, and unknown parameters are ignored. Raises
    `ApiError` for a value that is none, and for one that is given twice.
    """
    known = {parameter.name: parameter for parameter in parameters}
    given: dict[str, Any] = {}
    for name, text in _pairs(raw):
        parameter = known.get(name)
        if parameter is None and (numbered := _NUMBERED.fullmatch(name)) is not None:
            found = known.get(numbered[1])
            parameter = found if isinstance(found, Several) else None
        if parameter is None or not text:
            continue
        value = _read(parameter, text)
        if isinstance(parameter, Several):
            given.setdefault(parameter.name, []).append(value)
        elif parameter.name in given:
            raise invalid_parameter(parameter.name, "is given twice")
        else:
            given[parameter.name] = value
    return given


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            raw.decode("ascii", "surrogateescape"),
            keep_blank_values=True,
            errors="surrogateescape",
        )
    except ValueError:
        raise ApiError(Key.INVALID_QUERY_PARAMS, "The query cannot be read") from None


def _read(parameter: Parameter, text: str) -> Any:
    if any("\ud800" <= each <= "\udfff" for each in text):
        raise invalid_parameter(parameter.name, "must be UTF-8")
    try:
        return parameter.read(text)
    except ValueError as error:
        raise invalid_parameter(parameter.name, str(error)) from None


def number(least: int, most: int) -> Read:
    """Return a reader of whole numbers, written in the digits 0 to 9 alone."""

    def read(text: str) -> int:
        if _DIGITS.fullmatch(text) is None or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(text)

    return read


def one_of(*values: str) -> Read:
    """Return a reader of some words."""

    def read(text: str) -> str:
        if text not in values:
            raise ValueError(f"must be one of {', '.join(values)}")
        return text

    return read


def text(value: str) -> str:
    """Return any text that an id may be."""
    if len(value) > 256:
        raise ValueError("must have at most 256 characters")
    return value


def time_of(value: str) -> int:
    """Return a time in milliseconds; a date alone is its midnight in UTC."""
    if _DATE.fullmatch(value):
        value = f"{value}T00:00:00Z"
    try:
        blank = _BLANK_OFFSET.fullmatch(value)
        return parse_time(f"{blank[1]}+{blank[2]}" if blank else value)
    except ValueError:
        raise ValueError("must be an ISO 8601 date, or a date and time") from None


def served_time(value: str) -> str:
    """Return a time as orders have it, which sorts as text."""
    return format_time(time_of(value))


TIME_SCHEMA: Final = {"type": "string", "description": "ISO 8601; a date alone is its midnight."}
TEXT_SCHEMA: Final = {"type": "string", "maxLength": 256}


def number_schema(least: int, most: int, default: int | None = None) -> dict[str, Any]:
    """Return the schema of a whole number."""
    schema: dict[str, Any] = {"type": "integer", "minimum": least, "maximum": most}
    return schema if default is None else schema | {"default": default}


LIMIT: Final = Parameter("limit", number(1, 100), number_schema(1, 100, 10))
"""How many objects a list has at most."""
PAGE: Final = Parameter("page", number(1, 100), number_schema(1, 100, 1))
"""Which page of a list, counted from 1."""
