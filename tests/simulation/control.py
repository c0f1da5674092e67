"""The breaker states of a simulated group, as its database stores them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from order_projector.projection.ports import BreakerState, Partition, Unavailable
from tests.simulation.network import Answer, Faults, Service

PATIENCE: Final = 10.0


@dataclass(slots=True)
class Control:
    """The collection at the server: what it has acknowledged, a majority has."""

    service: Service
    faults: Faults
    states: dict[Partition, BreakerState] = field(default_factory=dict)

    def open_ones(self) -> list[BreakerState]:
        """Return the states of the open breakers."""
        return [self.states[where] for where in sorted(self.states) if self.states[where].is_open]

    def let_go(self, state: BreakerState, at: datetime) -> bool:
        """Close a breaker if its state is still this one; return whether it was."""
        if self.states.get(state.partition) != state:
            return False
        self.states[state.partition] = replace(state, closed_at=at)
        return True


@dataclass(frozen=True, slots=True)
class Connection:
    """A process's connection to the collection, with every fault that it may have."""

    control: Control

    async def states(self) -> Sequence[BreakerState]:
        """Return all breaker states."""

        def serve(answer: Answer) -> None:
            states = self.control.states
            answer.give([states[where] for where in sorted(states)])

        states: Sequence[BreakerState] = await self._ask(serve)
        return states

    async def open(self, state: BreakerState) -> None:
        """Store the state."""
        await self._change(partial(self._put, state))

    async def close(self, state: BreakerState, at: datetime) -> bool:
        """Close the breaker if its state is still this one; return whether it was."""
        return bool(await self._change(partial(self.control.let_go, state, at)))

    async def withdraw(self, state: BreakerState) -> bool:
        """Remove the state if it is still this one; return whether it was."""
        return bool(await self._change(partial(self._remove, state)))

    def _put(self, state: BreakerState) -> bool:
        self.control.states[state.partition] = state
        return True

    def _remove(self, state: BreakerState) -> bool:
        if self.control.states.get(state.partition) != state:
            return False
        del self.control.states[state.partition]
        return True

    async def _change(self, change: Callable[[], bool]) -> Any:
        def serve(answer: Answer) -> None:
            answer.give(change())

        mute = self.control.faults.happens("write acknowledgement lost")
        return await self._ask(serve, mute=mute)

    async def _ask(self, serve: Callable[[Answer], None], **how: bool) -> Any:
        return await self.control.service.ask(
            serve,
            refusal=Unavailable("connection refused"),
            silence=Unavailable("no answer"),
            patience=PATIENCE,
            **how,
        )
