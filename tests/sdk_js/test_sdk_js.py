"""The official JavaScript SDK runs unchanged against the API.

Each script in `behaviours` begins with the sentence that it demonstrates, and fails if it is false.
"""

import asyncio
import os
from pathlib import Path
from typing import Final

import pytest

from order_projector.local.ports import HOST
from tests.sdk_js.packages import node, node_modules
from tests.support.api import TOKEN, key_line
from tests.support.worker import LaunchWorker

BEHAVIOURS: Final = Path(__file__).parent / "behaviours"
KEYS: Final = "\n".join((key_line(), key_line("reader", scopes=("orders:read",))))


def names() -> list[str]:
    """Return the names of the behaviours."""
    found = sorted(path.stem for path in BEHAVIOURS.glob("*.js"))
    assert found
    return found


@pytest.fixture
async def environment(
    tmp_path: Path, launch_worker: LaunchWorker, launch_api: LaunchWorker
) -> dict[str, str]:
    """Return the environment of a script that uses an API with a worker behind it."""
    keys = tmp_path / "keys.jsonl"
    keys.write_text(KEYS)
    await launch_worker()
    api = await launch_api(ORDERS_API_KEYS_FILE=str(keys))
    return {
        "PATH": os.environ["PATH"],
        "NODE_PATH": str(await asyncio.to_thread(node_modules)),
        "API_URL": f"http://{HOST}:{api.port}",
        "APP_ID": "shop",
        "APP_TOKEN": TOKEN,
        "READER_ID": "reader",
    }


@pytest.mark.parametrize("name", names())
async def test_the_sdk_behaves_as_with_voucherify(environment: dict[str, str], name: str) -> None:
    script = await asyncio.create_subprocess_exec(
        node(),
        BEHAVIOURS / f"{name}.js",
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )

    said, _ = await script.communicate()

    assert script.returncode == 0, said.decode()
