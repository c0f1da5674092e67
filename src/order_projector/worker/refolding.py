"""Complete orders to which workers of an older release have only added facts.

Those workers mark them. Each worker looks for marked ones once a minute, so that none stays
unannounced for want of another event.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from order_projector.domain.served import project_order
from order_projector.projection.ports import Unavailable
from order_projector.projection.refolding import refolded
from order_projector.projection.rewriting import Rewriter, Rewritten
from order_projector.projection.rules import RULES

_log: Final = logging.getLogger(__name__)

LOOK_EVERY: Final = 60.0
AT_ONCE: Final = 100


@dataclass(slots=True)
class RefoldWatch:
    """Looks for marked documents in the background, as long as the worker runs."""

    rewriter: Rewriter
    look_every: float = LOOK_EVERY
    _task: "asyncio.Task[None] | None" = field(default=None, init=False)

    async def start(self) -> None:
        """Start looking."""
        self._task = asyncio.create_task(self._keep_looking())

    async def stop(self) -> None:
        """Stop looking; an order in hand keeps its mark until it is announced."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=1.0)

    async def look(self) -> int:
        """Fold some marked orders again; return how many. Raises `Unavailable`."""
        scan = self.rewriter.scan
        done = 0
        for scanned in await scan.some(await scan.marked(RULES, AT_ONCE)):
            rewritten = await self.rewriter.rewrite(scanned, partial(refolded, fold=project_order))
            if rewritten is Rewritten.FAILED:
                _log.warning("order %r is marked for a refold and cannot be", scanned.order_id)
            else:
                done += 1
        if done:
            _log.info("folded %d orders again that an older release had added facts to", done)
        return done

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(self.look_every)
            try:
                done = AT_ONCE
                while done >= AT_ONCE:
                    done = await self.look()
            except Unavailable as away:
                _log.debug("cannot look for orders to fold again: %s", away)
            except Exception:
                _log.exception("cannot fold marked orders again")
