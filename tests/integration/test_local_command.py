"""`order-projector local`, run in a terminal or by a script."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

import psutil
import pytest
from typer.testing import CliRunner

from order_projector.cli import app

COMMAND = (sys.executable, "-m", "order_projector")
PROGRAMS = {"tansu", "secantusd-rs"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_prints_a_worker_s_settings_and_stops_both_servers_when_told(
    number: signal.Signals, tmp_path: Path
) -> None:
    with local_command(tmp_path, "--partitions", "1") as (command, lines, servers):
        command.send_signal(number)
        _, remarks = command.communicate(timeout=30)

    assert [line.split("=")[0] for line in lines] == [
        "export ORDERS_KAFKA_BOOTSTRAP_SERVERS",
        "export ORDERS_KAFKA_ENABLE_IDEMPOTENCE",
        "export ORDERS_MONGODB_URI",
    ]
    assert "order-projector run" in remarks
    assert command.returncode == 0
    assert {server.is_running() for server in servers} == {False}


def test_servers_do_not_outlive_a_command_that_is_killed(tmp_path: Path) -> None:
    with local_command(tmp_path) as (command, _, servers):
        command.kill()
        _, alive = psutil.wait_procs(servers, timeout=10)

    assert alive == []


def test_a_server_that_ends_by_itself_ends_the_command_with_an_error(tmp_path: Path) -> None:
    with local_command(tmp_path) as (command, _, servers):
        next(server for server in servers if server.name() == "tansu").kill()
        _, remarks = command.communicate(timeout=30)

    assert command.returncode == 1
    assert "order-projector: the broker has exited" in remarks


def test_the_printed_lines_can_be_sourced_by_a_shell(tmp_path: Path) -> None:
    with local_command(tmp_path) as (_, lines, _):
        script = "\n".join([*lines, 'echo "$ORDERS_MONGODB_URI"'])
        printed = subprocess.check_output(("/bin/sh", "-c", script), text=True)

    assert printed.startswith("mongodb://127.0.0.1:")


def test_a_missing_extra_is_answered_with_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nothing_installed(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "files", nothing_installed)

    result = CliRunner().invoke(app, ["local"])

    assert result.exit_code == 1
    assert result.stderr == (
        "order-projector: SecantusDB is not installed: pip install 'order-projector[local]', on "
        "Python 3.11 to 3.13\n"
    )


def test_a_platform_without_the_program_is_told_to_use_servers_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(metadata, "files", lambda _: [])

    result = CliRunner().invoke(app, ["local"])

    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "ORDERS_MONGODB_URI to servers of your own" in result.stderr


def test_asking_for_help_loads_no_client_of_a_broker_or_database() -> None:
    script = (
        "import sys, order_projector.cli;"
        "print({'aiokafka', 'faststream', 'motor', 'pymongo'} & sys.modules.keys())"
    )
    assert subprocess.check_output((sys.executable, "-c", script), text=True) == "set()\n"


def test_the_version_is_the_one_of_the_package() -> None:
    result = CliRunner().invoke(app, ["--version"])

    assert result.stdout == f"order-projector {metadata.version('order-projector')}\n"


@contextmanager
def local_command(
    folder: Path, *options: str
) -> Iterator[tuple[subprocess.Popen[str], list[str], list[psutil.Process]]]:
    """Run the command until its settings are printed; yield it, these and the server processes."""
    command = subprocess.Popen(
        (*COMMAND, "local", *options),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(folder)},
    )
    try:
        assert command.stdout is not None
        lines = [command.stdout.readline().rstrip() for _ in range(3)]
        servers = psutil.Process(command.pid).children(recursive=True)
        assert {server.name() for server in servers} == PROGRAMS
        yield command, lines, servers
    finally:
        command.kill()
        command.communicate()
