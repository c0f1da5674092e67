"""What lies between a process and a service: latency, loss, and services that are away.

A request that has been sent arrives, whatever becomes of its sender meanwhile.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from tests.simulation.loop import Loop

TRIP: Final = 0.004
"""Mean seconds from a process to a service, and back."""
STRAGGLING: Final = 0.5


@dataclass(slots=True)
class Faults:
    """Whether a fault happens, and how often each has."""

    chances: Mapping[str, float]
    random: Random
    active: bool = True
    counts: Counter[str] = field(default_factory=Counter)

    def happens(self, kind: str) -> bool:
        """Whether this call is hit."""
        chance = self.chances.get(kind)
        if chance is None or not self.active or self.random.random() >= chance:
            return False
        self.counts[kind] += 1
        return True


Serve = Callable[["Answer"], None]


@dataclass(slots=True)
class Answer:
    """The way back of one request; only the first answer counts."""

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
        """What happens at the sender when the answer arrives, or does not in time."""
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
    """Until then connections are refused."""
    _frozen_until: float = 0.0
    _backlog: list[tuple[Serve, Answer, Exception]] = field(default_factory=list)
    """What has arrived while it was frozen."""

    def later(self, delay: float, do: Callable[..., None], *args: object) -> None:
        """Have the service do something later."""
        self.loop.call_later(delay, do, *args)

    def trip(self) -> float:
        """The seconds of one way."""
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
        """Send a request and wait for what it is answered.

        Raises ``refusal`` if the service is away, ``silence`` after ``patience`` seconds. The
        request is ``slow`` seconds under way, or ``lost``; its answer is ``late``, or ``mute``.
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
        """Let requests wait for so long, and then be served in the sequence of their arrival."""
        self._frozen_until = max(self._frozen_until, self.loop.time() + seconds)
        self.loop.call_at(self._frozen_until, self._thaw)

    def recover(self) -> None:
        """Be there from now on."""
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
