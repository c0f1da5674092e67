"""Where a group goes on: asked for until the broker that keeps the group has answered.

A broker that does not keep the group any more, or has not loaded it yet, says so in one error for
the whole answer, with no partitions in it. aiokafka looks for errors at the partitions only, and
takes that for "nothing was ever committed": a worker would read every topic from its beginning.
"""

from typing import Any

from aiokafka.consumer import consumer
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.errors import NotCoordinatorForGroupError, for_code
from aiokafka.protocol.commit import OffsetFetchRequest


class AttentiveCoordinator(GroupCoordinator):  # type: ignore[misc]  # aiokafka has no types
    """Raises what is wrong with a whole answer; the caller asks again where that can help."""

    async def _send_req(self, request: Any) -> Any:
        response = await super()._send_req(request)
        code = getattr(response, "error_code", None)  # the oldest answers have none
        if isinstance(request, OffsetFetchRequest) and code:
            error = for_code(code)
            if error is NotCoordinatorForGroupError:
                self.coordinator_dead()
            raise error(self.group_id)
        return response


def listen_to_whole_answers() -> None:
    """Makes all consumers from now on notice that a whole answer is an error."""
    consumer.GroupCoordinator = AttentiveCoordinator
