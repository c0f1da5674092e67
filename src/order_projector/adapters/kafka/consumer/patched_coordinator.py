"""A fix for aiokafka's group coordinator: it ignores the top-level error of an OffsetFetch.

A broker that is no longer the group's coordinator, or is still loading the group, returns one
error for the whole response, without partitions. aiokafka only checks the partitions' errors and
concludes "nothing was ever committed": a worker would read every topic from its beginning.
"""

from typing import Any

from aiokafka.consumer import consumer
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.errors import NotCoordinatorForGroupError, for_code
from aiokafka.protocol.commit import OffsetFetchRequest


class PatchedCoordinator(GroupCoordinator):  # type: ignore[misc]  # aiokafka has no types
    """Raises the top-level error of a response; aiokafka retries if the error is retriable."""

    async def _send_req(self, request: Any) -> Any:
        response = await super()._send_req(request)
        code = getattr(response, "error_code", None)  # the oldest versions have none
        if isinstance(request, OffsetFetchRequest) and code:
            error = for_code(code)
            if error is NotCoordinatorForGroupError:
                self.coordinator_dead()
            raise error(self.group_id)
        return response


def patch_coordinator() -> None:
    """Make all consumers created from now on use `PatchedCoordinator`."""
    consumer.GroupCoordinator = PatchedCoordinator
