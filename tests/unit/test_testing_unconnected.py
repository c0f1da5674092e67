"""Without a broker, `order_projector.testing` raises the client's error and leaves nothing open."""

import asyncio
import gc
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError

from order_projector.local.ports import HOST, free_port
from order_projector.testing import Sender, Updates


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # the loop is told, too
@pytest.mark.parametrize("kind", [Sender, Updates])
async def test_a_client_that_cannot_connect_is_closed(kind: type[Sender | Updates]) -> None:
    left = list[dict[str, Any]]()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: left.append(context))

    async def connected() -> bool:
        try:
            async with kind(f"{HOST}:{free_port()}"):
                return True
        except KafkaConnectionError:
            return False

    assert not await connected()
    gc.collect()
    assert left == []
