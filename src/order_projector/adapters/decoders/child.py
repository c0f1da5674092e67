"""`python -m order_projector.adapters.decoders.child`: a decoder, for as long as it is asked.

It answers requests from its standard input, one after the other, and ends with it: a worker that
is killed closes the pipe. Signals are the worker's affair, who may need it to drain.
"""

import gc
import os
import signal
import sys
from contextlib import suppress
from typing import BinaryIO

from order_projector.adapters.decoders.wire import LENGTH, READY, answer, framed


def main() -> None:
    """Answer until nobody asks any more."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what is printed by mistake is no answer
    with suppress(BrokenPipeError, EOFError), answers:
        serve(sys.stdin.buffer, answers)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer each request. Raises EOFError when there are no more."""
    _send(answers, READY)
    while True:
        (length,) = LENGTH.unpack(_read(requests, LENGTH.size))
        _send(answers, answer(_read(requests, length)))


def _send(answers: BinaryIO, body: bytes) -> None:
    answers.write(framed(body))
    answers.flush()


def _read(requests: BinaryIO, length: int) -> bytes:
    body = requests.read(length)
    if len(body) < length:
        raise EOFError
    return body


if __name__ == "__main__":
    main()
