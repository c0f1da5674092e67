"""Pause and resume a consumer group, from the settings to the audit record."""

from datetime import UTC, datetime

from order_projector.adapters.mongo import MongoStore
from order_projector.adapters.mongo.audit import MongoAudit
from order_projector.adapters.mongo.pauses import MongoPauses
from order_projector.operations.audit import AuditEntry, current_operator, record
from order_projector.operations.services import database
from order_projector.projection.pauses import Pause
from order_projector.settings import Settings


class NotPaused(Exception):
    """There is no such pause; the message says what there is."""


async def pause_group(settings: Settings, topic: str | None, reason: str | None) -> bool:
    """Pause a topic, or all; return False if that was paused already. Raises `Unavailable`."""
    async with database(settings) as store:
        pauses = MongoPauses(store.database, settings.consumer_group)
        is_new = await pauses.pause(Pause(topic, datetime.now(UTC), str(current_operator())))
        if is_new:
            await _audit(settings, store, "pause", topic, reason)
    return is_new


async def resume_group(settings: Settings, topic: str | None, reason: str | None) -> None:
    """Remove the pause of a topic, or all pauses. Raises `NotPaused` and `Unavailable`."""
    async with database(settings) as store:
        pauses = MongoPauses(store.database, settings.consumer_group)
        if not await pauses.resume(topic):
            left = [each.topic for each in await pauses.pauses()]
            if None in left:
                raise NotPaused("all topics are paused together: resume without --topic")
            raise NotPaused(f"{topic or 'nothing'} is {'not ' if topic else ''}paused")
        await _audit(settings, store, "resume", topic, reason)


async def _audit(
    settings: Settings, store: MongoStore, command: str, topic: str | None, reason: str | None
) -> None:
    what = {"group": settings.consumer_group, "topic": topic or "all"}
    await record(AuditEntry(command, what, reason), MongoAudit(store.database), current_operator())
