"""Complete orders to which workers of an older release have only added facts.

Those workers mark them. Each worker looks for marked ones once a minute, so that none stays
unannounced just because no other event arrives.
"""

import asyncio
import logging
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from order_projector.domain.served import project_order
from order_projector.projection.ports import Unavailable
from order_projector.projection.refolding import refolded
from order_projector.projection.rewriting import Rewriter, Rewritten
from order_projector.projection.rules import RULES

_log: Final = logging.getLogger(__name__)

LOOK_EVERY: Final = 60.0
AT_ONCE: Final = 100


class ObserveMarked(Protocol):
    """Takes the number of documents that stay marked after a look. Neither waits nor fails."""

    def __call__(self, orders: int, /) -> None: ...


@dataclass(slots=True)
class RefoldWatch:
    """Looks for marked documents, and completes them."""

    rewriter: Rewriter
    observe: ObserveMarked
    look_every: float = LOOK_EVERY

    async def watch(self) -> None:
        """Look again and again, until cancelled.

        An order that is being folded then keeps its mark until it is announced.
        """
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
        self.observe(await scan.count_marked())
        if done:
            _log.info("folded %d orders again that an older release had added facts to", done)
        return done
