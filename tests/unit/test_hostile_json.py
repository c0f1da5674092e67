"""Parsing a record never crashes the process, raises, or runs forever."""

import subprocess
import sys
from textwrap import dedent

SIZE = 2_097_152
READ = dedent(
    r"""
    import sys
    from order_projector.events.decode import decode
    from order_projector.events.outcome import Rejected

    size = int(sys.argv[1])
    shapes = {
        "open arrays": b"[" * size,
        "open objects": b'{"a":' * (size // 5),
        "open arrays behind a lone surrogate": rb'["\ud800",' + b"[" * (size - 10),
        "open objects behind a long integer": b"[" + b"7" * 5_000 + b',{"a":' * 300_000,
        "a broken array of a long integer": b"[" + b"1" * 4_400,
        "an exponent and a letter": b"1e999999999999999999999y",
        "one integer": b"7" * size,
        "one integer cut off": b"[-" + b"7" * (size - 2),
        "one fraction": b"[0." + b"7" * (size - 4) + b"]",
        "one exponent": b"[1e-" + b"9" * (size - 5) + b"]",
        "long integers": b"[" + (b"7" * 4_300 + b",") * 487 + b"1]",
        "longer integers": b"[" + (b"7" * 4_301 + b",") * 487 + b"1]",
        "surrogates": b'["' + rb"\udfff" * (size // 6 - 1) + b'"]',
        "small arrays": b"[" + b"[]," * (size // 3 - 2) + b"[]]",
        "distinct keys": b"{" + b",".join(b'"%06d":1' % n for n in range(size // 11)) + b"}",
        "one key": b"{" + b'"a":1,' * (size // 6 - 2) + b'"a":1}',
        "quotes": b'"' * size,
        "backslashes": b'["' + b"\\" * (size - 2),
        "NULs": bytes(size),
        "a UTF-16 text": "[[[[".encode("utf-16") * 100_000,
    }
    for name, value in shapes.items():
        assert len(value) <= size, name
        for headers in ((), (("ce_id", b"e"), ("ce_type", b"order.paid"), ("ce_time", b"\xff"))):
            outcome = decode(value, headers)
            assert isinstance(outcome, Rejected), name
            outcome.message.encode()
            assert len(outcome.message) < 200, name
            print(name, outcome.code, sep=": ")
    """
)


def test_no_value_within_the_limit_crashes_the_process_that_reads_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", READ, str(SIZE)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    answers = done.stdout.splitlines()
    assert len(answers) == 40
    assert "a broken array of a long integer: invalid_json" in answers
    assert "an exponent and a letter: invalid_json" in answers
    assert "open arrays: invalid_json" in answers
    assert "small arrays: invalid_envelope" in answers
