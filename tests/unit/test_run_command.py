"""`order-projector run`, before there is a worker."""

import asyncio
import subprocess
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest

from order_projector.cli.run import _loop_runner

SIGNALLED = """
import os, signal
from order_projector import worker
from order_projector.cli.run import run

worker.configured = lambda: os.kill(os.getpid(), signal.{name})
run()
print("went on")
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_while_the_worker_is_being_built_ends_it_as_a_stop_does(name: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SIGNALLED.format(name=name)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_the_worker_runs_on_uvloop_where_it_is_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ran = list[object]()
    monkeypatch.setitem(sys.modules, "uvloop", _module("uvloop", run=ran.append))

    _loop_runner()(coroutine := _nothing())
    coroutine.close()

    assert ran == [coroutine]


def test_without_uvloop_the_worker_runs_on_asyncio(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)

    assert _loop_runner() is asyncio.run


async def _nothing() -> None:
    pass


def _module(name: str, **members: object) -> ModuleType:
    module = ModuleType(name)
    module.__spec__ = ModuleSpec(name, None)
    vars(module).update(members)
    return module
