"""What a command says of its work, however that ends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from order_projector.cli.progress import Progress


@contextmanager
def told(
    progress: Progress, tell: Callable[[], object], has_done: Callable[[], bool]
) -> Iterator[None]:
    """Tell at the end what was done; if the work ends early, only if there is something to tell.

    It ends early if it is stopped, or if a service does not answer any more.
    """
    try:
        yield
    except BaseException:
        progress.end()
        if has_done():
            tell()
        raise
    progress.end()
    tell()
