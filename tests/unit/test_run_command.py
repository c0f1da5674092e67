"""`order-projector run` and `serve`, before there is a worker or an API."""

import asyncio
import subprocess
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest

from order_projector.cli.run import _loop_runner

WITH_A_TERMINAL = "import signal; signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"
"""The tests may run under nohup, and processes that they start inherit that."""
SIGNALLED = """
import signal, sys, types
from order_projector.cli.{command} import {command}

def configured():
    signal.raise_signal(signal.{name})

sys.modules["order_projector.{package}"] = types.SimpleNamespace(configured=configured)
{command}()
print("went on")
"""
SWALLOWED = """
import signal, sys, types
from order_projector.cli.{command} import {command}

class Finalized:
    def __del__(self):
        signal.raise_signal(signal.{name})

def configured():
    Finalized()
    print("went on")

sys.modules["order_projector.{package}"] = types.SimpleNamespace(configured=configured)
{command}()
"""
RENAMED = """
import signal, sys, types
from order_projector.cli.{command} import {command}

class Named:
    def __set_name__(self, owner, name):
        signal.raise_signal(signal.{name})

def configured():
    class Owner:
        member = Named()

sys.modules["order_projector.{package}"] = types.SimpleNamespace(configured=configured)
{command}()
"""


IGNORED = """
import signal, sys, types
signal.signal(signal.SIGHUP, signal.SIG_IGN)
from order_projector.cli.{command} import {command}

def configured():
    signal.raise_signal(signal.SIGHUP)
    print("went on")
    signal.raise_signal(signal.SIGTERM)

sys.modules["order_projector.{package}"] = types.SimpleNamespace(configured=configured)
{command}()
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
@pytest.mark.parametrize(("command", "package"), [("run", "worker"), ("serve", "api")])
@pytest.mark.parametrize("script", [SIGNALLED, SWALLOWED, RENAMED])
def test_a_signal_while_a_process_is_being_built_ends_it_as_a_stop_does(
    script: str, command: str, package: str, name: str
) -> None:
    """This includes places where an exception would be swallowed, or become another one."""
    source = WITH_A_TERMINAL + script.format(command=command, package=package, name=name)
    ended = subprocess.run(
        [sys.executable, "-c", source],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


@pytest.mark.parametrize(("command", "package"), [("run", "worker"), ("serve", "api")])
def test_a_process_under_nohup_outlives_its_terminal(command: str, package: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-u", "-c", IGNORED.format(command=command, package=package)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "went on\n", "")


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
