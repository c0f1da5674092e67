"""Which service this process waits for, told to whoever reports it to an operator.

An observer applies to what is awaited where it was set; without one, as in a worker, nothing is
told: it has metrics and a log of its own for this.
"""

from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from typing import Final, Protocol


class WaitObserver(Protocol):
    """Is told of each wait for a service, for as long as it lasts."""

    def waiting(self, service: str) -> AbstractContextManager[None]:
        """Return what is entered when a wait for a service begins, and left when it ends."""


_observer: Final = ContextVar["WaitObserver | None"]("wait_observer", default=None)


def observe_waits(observer: WaitObserver) -> None:
    """Tell an observer of the waits of the current task, and of tasks that it begins."""
    _observer.set(observer)


def waiting_for(service: str) -> AbstractContextManager[None]:
    """Return a `with` block that waits for a service, and does nothing else for long."""
    observer = _observer.get()
    return nullcontext() if observer is None else observer.waiting(service)
