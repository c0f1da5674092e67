"""The report that a command prints at its end, however it ends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from order_projector.cli.progress import Progress


@contextmanager
def final_report(
    progress: Progress, report: Callable[[], object], has_done: Callable[[], bool]
) -> Iterator[None]:
    """Print the report at the end of the work; if it ends early, only if something was done.

    Work ends early if it is stopped, or if a service no longer answers.
    """
    try:
        yield
    except BaseException:
        progress.end()
        if has_done():
            report()
        raise
    progress.end()
    report()
