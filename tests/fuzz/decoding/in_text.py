"""Mutations of the JSON text itself: bytes and tokens."""

import json
from collections.abc import Callable
from random import Random

from tests.fuzz.decoding.cases import (
    ANY,
    INVALID_JSON,
    TOO_LARGE,
    Case,
    of_bytes,
    untouched,
)
from tests.fuzz.decoding.corpus import Sample

LIMIT = 2_097_152
_NO_JSON = (
    *(b"", b" ", b"{", b"nul", b"\xef\xbb\xbf{}", b"{}{}", b"{'a': 1}", b"[1,]", b"01", b"\0"),
    *(b"NaN", b"[Infinity]", b"[-Infinity]", b'{"a": 1,}', b'"\xff"', b'"\n"', b'"\xed\xa0\x80"'),
    *(b"1e999999999999999999999y", b"[" + b"1" * 4_400, b"[-" + b"7" * 5_000, b"7" * 5_000 + b"y"),
    *(b"[" * 100_000, b'{"a":' * 100_000, rb'["\ud800",' + b"[" * 100_000),
    *(rb'["\ud800', b'["' + b"\\" * 99_999, b'{"type": "voucher.created"', b"\xff\xfe[\0]\0"),
    b'{"type": "voucher.created", "data": ' + b"1" * 4_400,
)


def no_json(random: Random, sample: Sample) -> Case:
    """Replace the value by bytes that are not JSON, or by none."""
    return of_bytes(sample, random.choice((*_NO_JSON, None)), INVALID_JSON)


def _with_numbers(random: Random, sample: Sample) -> bytes:
    """Return the event's text, half of the time with numbers that few parsers can hold."""
    value = untouched(sample).value or b""
    numbers = b'{"news": [1e999999999999999999999, ' + b"7" * 5_000 + b"], "
    return numbers + value[1:] if random.random() < 0.5 else value


def truncated(random: Random, sample: Sample) -> Case:
    """Cut the value off before its last bracket."""
    value = _with_numbers(random, sample)
    return of_bytes(sample, value[: random.randrange(len(value))], INVALID_JSON)


def trailing(random: Random, sample: Sample) -> Case:
    """Append something to the object."""
    value = _with_numbers(random, sample)
    return of_bytes(sample, value + random.choice((b"{}", b"\0", b",", b"]", b"x")), INVALID_JSON)


def no_number(random: Random, sample: Sample) -> Case:
    """Insert a number that JSON does not allow."""
    value = untouched(sample).value or b""
    token = random.choice((b"NaN", b"Infinity", b"-Infinity", b"+1", b".5", b"1.", b"0x1", b"01"))
    return of_bytes(sample, b'{"news": ' + token + b", " + value[1:], INVALID_JSON)


def twice(random: Random, sample: Sample) -> Case:
    """Insert members that occur again later: the last one counts."""
    case = untouched(sample)
    members = (b'"order": 5', b'"id": ""', b'"type": 5', b'"data": []', b'"created_at": "soon"')
    before = b"{" + b", ".join(random.choice(members) for _ in range(random.randint(1, 3))) + b", "
    if sample.style in ("webhook", "binary") or b'"order": 5' in before:
        return Case(before + (case.value or b"")[1:], case.headers, ANY)
    if b'"created_at"' in before and sample.style == "structured":
        return Case(before + (case.value or b"")[1:], case.headers, ANY)
    return Case(before + (case.value or b"")[1:], case.headers, case.allowed, None, case.document)


def flipped(random: Random, sample: Sample) -> Case:
    """Flip some bits; if the text is still JSON, any outcome but ``invalid_json`` is right."""
    value = bytearray(untouched(sample).value or b"")
    for _ in range(random.choice((1, 1, 2, 8))):
        value[random.randrange(len(value))] ^= 1 << random.randrange(8)
    text = bytes(value)
    if _is_json(text):
        case = untouched(sample)
        return Case(text, case.headers, ANY - {INVALID_JSON})
    return of_bytes(sample, text, INVALID_JSON)


def _is_json(text: bytes) -> bool:
    """Return whether the standard library accepts the text as strict JSON."""

    def refuse(name: str) -> None:
        raise ValueError(name)

    try:
        json.loads(text.decode(), parse_constant=refuse, parse_int=len)
    except ValueError:
        return False
    return True


def oversize(random: Random, sample: Sample) -> Case:
    """Make the value about as large as allowed; a larger one is rejected without being parsed."""
    case = untouched(sample)
    size = LIMIT + random.choice((-1, 0, 1, 1_000))
    value = case.value or b""
    if random.random() < 0.5:
        value += b" " * (size - len(value))
    elif size > LIMIT:
        value = random.choice((b"{", b"[", b"\xff", b"7")) * size
    if len(value) <= LIMIT:
        return Case(value, case.headers, case.allowed)
    return of_bytes(sample, value, TOO_LARGE)


IN_TEXT: tuple[Callable[[Random, Sample], Case], ...] = (
    no_json,
    truncated,
    trailing,
    no_number,
    twice,
    flipped,
)
