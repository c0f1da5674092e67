"""The pytest plugin of `order_projector.testing`, run by pytest as in a user's tests."""

import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from order_projector import __version__
from order_projector.testing.local import LocalOrderProjector

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "testing.md"
FILES = re.compile(
    r'^```python title="(?P<name>\S+)"\n(?P<body>.*?)^```$', re.MULTILINE | re.DOTALL
)
CONFTEST = 'pytest_plugins = ["order_projector.testing.plugin"]\n'
ON_EACH_LOOP = """
import asyncio
import pytest
from order_projector.testing import order_created

async def check(order_id, order_sender, order_updates):
    event = order_created(order_id, amount=500)
    await order_sender.send(event)
    update = await order_updates.order(order_id, where=lambda order: order["amount"] == 500)
    assert order_updates.latest[order_id] == update
    with pytest.raises(AssertionError, match="was not seen within 0.1 s"):
        await order_updates.dead_letter(event, within=0.1)

@pytest.mark.asyncio
async def test_on_its_own(order_id, order_sender, order_updates):
    await check(order_id, order_sender, order_updates)

@pytest.mark.asyncio(loop_scope="module")
async def test_on_that_of_its_module(order_id, order_sender, order_updates):
    await check(order_id, order_sender, order_updates)

def test_on_one_that_it_runs_itself(order_id, order_sender, order_updates):
    asyncio.run(check(order_id, order_sender, order_updates))
"""


def run(folder: Path, *arguments: str, **files: str) -> "subprocess.CompletedProcess[str]":
    """Run pytest on a project of these files; `__` in a name stands for the dot."""
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_the_tests_of_the_page_on_testing_pass(tmp_path: Path) -> None:
    files = {
        found["name"].replace(".", "__"): found["body"]
        for found in FILES.finditer(PAGE.read_text())
    }
    assert files.keys() == {"conftest__py", "test_orders__py", "test_over_http__py"}
    ended = run(tmp_path, "--order-projector=local", **files)
    assert ended.returncode == 0, ended.stdout
    assert "2 passed" in ended.stdout


def test_the_fixtures_work_on_whichever_event_loop_a_test_has(tmp_path: Path) -> None:
    ended = run(
        tmp_path,
        "--order-projector=local",
        conftest__py=CONFTEST,
        pytest__ini="[pytest]\nasyncio_default_fixture_loop_scope = session\ntimeout = 60\n",
        test_it__py=ON_EACH_LOOP,
    )
    assert ended.returncode == 0, ended.stdout
    assert "3 passed" in ended.stdout


def test_a_test_that_fails_shows_the_end_of_the_workers_log(tmp_path: Path) -> None:
    ended = run(
        tmp_path,
        conftest__py=CONFTEST,
        pytest__ini="[pytest]\norder_projector = local\n",
        test_it__py="def test_it(order_projector): assert not order_projector.http_url",
    )
    assert ended.returncode == 1, ended.stdout
    assert "order-projector's log" in ended.stdout
    assert '"level":"info"' in ended.stdout


def test_a_test_that_fails_with_the_api_shows_the_end_of_its_log(tmp_path: Path) -> None:
    ended = run(
        tmp_path,
        "--order-projector=local",
        conftest__py=CONFTEST,
        test_it__py="def test_it(order_api): assert not order_api.url",
    )
    assert ended.returncode == 1, ended.stdout
    assert "API's log" in ended.stdout
    assert f"serving order-projector {__version__} at http://127.0.0.1:" in ended.stdout


def test_the_local_api_starts_once_writes_for_its_key_alone_and_stops_with_the_worker() -> None:
    with LocalOrderProjector(partitions=1) as running:
        api = running.start_api()
        assert running.start_api() is api
        orders = f"{api.url}/v1/orders"
        written = httpx.post(orders, json={"id": "ord_1", "amount": 5}, headers=api.headers)
        refused = httpx.post(orders, json={"id": "ord_1", "amount": 5})
    assert (written.status_code, written.json()["total_amount"]) == (200, 5)
    assert refused.status_code == 401
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{api.url}/livez")


def test_an_order_of_its_own_is_the_same_in_every_run(tmp_path: Path) -> None:
    test = (
        "import pytest\n"
        "@pytest.mark.parametrize('n', [1, 2])\n"
        "def test_it(n, order_id): assert 0, order_id\n"
    )
    ids = [
        re.findall(
            r"AssertionError: (ord_[0-9a-f]{12})",
            run(tmp_path, conftest__py=CONFTEST, test_it__py=test).stdout,
        )
        for _ in range(2)
    ]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 2


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        (["--order-projector=cloud"], "", "invalid choice: 'cloud'"),
        ([], "order_projector = cloud\n", "order_projector: 'cloud' should be one of"),
    ],
)
def test_an_unknown_way_to_run_it_is_an_error(
    tmp_path: Path, arguments: list[str], settings: str, said: str
) -> None:
    ended = run(
        tmp_path,
        *arguments,
        conftest__py=CONFTEST,
        pytest__ini=f"[pytest]\n{settings}",
        test_it__py="def test_it(order_projector): pass",
    )
    assert ended.returncode != 0
    assert said in ended.stdout + ended.stderr


def test_without_an_engine_nothing_is_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere.sock")
    ended = run(tmp_path, conftest__py=CONFTEST, test_it__py="def test_it(order_projector): pass")
    assert ended.returncode == 1, ended.stdout
    assert "1 error" in ended.stdout
    assert "NotReady: no Docker engine answers: " in ended.stdout
