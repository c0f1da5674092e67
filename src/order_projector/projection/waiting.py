"""Report which service this process waits for, so that an operator can see it.

An observer applies to the task that set it, and to the tasks that this one starts. A worker sets
none: it has metrics and a log of its own for this.
"""

from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from typing import Final, Protocol


class WaitObserver(Protocol):
    """Observes each wait for a service, for as long as it lasts."""

    def waiting(self, service: str) -> AbstractContextManager[None]:
        """Return what is entered when a wait for a service begins, and left when it ends."""


_observer: Final = ContextVar["WaitObserver | None"]("wait_observer", default=None)


def observe_waits(observer: WaitObserver) -> None:
    """Let an observer follow the waits of the current task, and of tasks that it starts."""
    _observer.set(observer)


def waiting_for(service: str) -> AbstractContextManager[None]:
    """Return a `with` block that waits for a service, and does nothing else for long."""
    observer = _observer.get()
    return nullcontext() if observer is None else observer.waiting(service)
