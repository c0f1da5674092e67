"""What lies between a process and a service: latency, loss and outages.

A request in flight arrives even if its sender is killed.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from tests.simulation.loop import Loop

TRIP: Final = 0.004
"""Mean seconds of one way between a process and a service."""
STRAGGLING: Final = 0.5


@dataclass(slots=True)
class Faults:
    """Decides whether a fault happens, and counts how often each has."""

    chances: Mapping[str, float]
    random: Random
    active: bool = True
    counts: Counter[str] = field(default_factory=Counter)

    def happens(self, kind: str) -> bool:
        """Return whether a fault of that kind hits this call."""
        chance = self.chances.get(kind)
        if chance is None or not self.active or self.random.random() >= chance:
            return False
        self.counts[kind] += 1
        return True


Serve = Callable[["Answer"], None]


@dataclass(slots=True)
class Answer:
    """The response to one request; only the first answer counts."""

    service: "Service"
    future: asyncio.Future[Any]
    lost: bool = False
    late: float = 0.0

    def give(self, result: object = None) -> None:
        """Send a result."""
        if not self.lost:
            self.service.later(self.service.trip() + self.late, self.settle, result, None)

    def refuse(self, error: Exception) -> None:
        """Send an error."""
        if not self.lost:
            self.service.later(self.service.trip() + self.late, self.settle, None, error)

    def settle(self, result: object, error: Exception | None) -> None:
        """Complete the request at the sender, with its answer or a timeout."""
        if self.future.done():
            return
        if error is None:
            self.future.set_result(result)
        else:
            self.future.set_exception(error)


@dataclass(slots=True)
class Service:
    """A server as its clients see it."""

    loop: Loop
    random: Random
    stragglers: float = 0.0
    away_until: float = 0.0
    """Connections are refused until then."""
    _frozen_until: float = 0.0
    _backlog: list[tuple[Serve, Answer, Exception]] = field(default_factory=list)
    """The requests that arrived while it was frozen."""

    def later(self, delay: float, do: Callable[..., None], *args: object) -> None:
        """Schedule a call at the service."""
        self.loop.call_later(delay, do, *args)

    def trip(self) -> float:
        """Draw the seconds of one way."""
        if self.stragglers and self.random.random() < self.stragglers:
            return self.random.uniform(0, STRAGGLING)
        return self.random.expovariate(1 / TRIP)

    async def ask(
        self,
        serve: Serve,
        *,
        refusal: Exception,
        silence: Exception,
        patience: float,
        slow: float = 0.0,
        lost: bool = False,
        mute: bool = False,
        late: float = 0.0,
    ) -> Any:
        """Send a request and wait for its answer.

        Raise ``refusal`` if the service is away, ``silence`` after ``patience`` seconds. The
        request is ``slow`` seconds longer in flight, or ``lost``; its answer is ``late`` seconds
        late, or ``mute``.
        """
        loop = asyncio.get_running_loop()
        answer = Answer(self, loop.create_future(), lost=mute, late=late)
        if not lost:
            self.later(self.trip() + slow, self._arrive, serve, answer, refusal)
        timer = loop.call_later(patience, answer.settle, None, silence)
        try:
            return await answer.future
        finally:
            timer.cancel()

    def freeze(self, seconds: float) -> None:
        """Delay requests for that long, and then serve them in arrival order."""
        self._frozen_until = max(self._frozen_until, self.loop.time() + seconds)
        self.loop.call_at(self._frozen_until, self._thaw)

    def recover(self) -> None:
        """End an outage or a freeze."""
        self.away_until = self._frozen_until = 0.0
        self._thaw()

    def _arrive(self, serve: Serve, answer: Answer, refusal: Exception) -> None:
        now = self.loop.time()
        if now < self.away_until:
            answer.refuse(refusal)
        elif now < self._frozen_until:
            self._backlog.append((serve, answer, refusal))
        else:
            serve(answer)

    def _thaw(self) -> None:
        if self.loop.time() >= self._frozen_until:
            backlog, self._backlog = self._backlog, []
            for request in backlog:
                self._arrive(*request)
