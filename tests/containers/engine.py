"""The Docker engine, through its command line."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import IO


class DockerMissing(Exception):
    """There is no engine; the message says what to do."""


class DockerFailed(Exception):
    """A command of Docker's failed; the message is its own."""


def need_docker() -> None:
    """Raises `DockerMissing` where no engine answers."""
    if shutil.which("docker") is None:
        raise DockerMissing("Docker is needed: there is no `docker` on the PATH")
    answer = _run("docker", "version", "--format", "{{.Server.Version}}")
    if answer.returncode:
        raise DockerMissing(f"a Docker engine that runs is needed: {answer.stderr.strip()}")


def docker(*arguments: str, stdin: IO[bytes] | None = None, within: float = 600) -> str:
    """Runs a command and gives what it printed. Raises `DockerFailed`."""
    done = _run("docker", *arguments, stdin=stdin, within=within)
    if done.returncode:
        raise DockerFailed(f"docker {' '.join(arguments)}\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def compose(*arguments: str, env: Mapping[str, str], folder: Path) -> str:
    """Runs compose, of whichever generation there is. Raises `DockerFailed`, `DockerMissing`."""
    if _run("docker", "compose", "version").returncode == 0:
        command = ["docker", "compose", *arguments]
    elif shutil.which("docker-compose") is not None:
        command = ["docker-compose", *arguments]
    else:
        raise DockerMissing("Docker's compose is needed: no `docker compose` here")
    done = subprocess.run(
        command, env=dict(env), cwd=folder, capture_output=True, text=True, timeout=280, check=False
    )
    if done.returncode:
        raise DockerFailed(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def words_of(container: str) -> str:
    """What a container has printed so far, on both of its streams."""
    done = _run("docker", "logs", container)
    return done.stdout + done.stderr


def has_image(name: str) -> bool:
    """Whether the engine has an image of this name."""
    return _run("docker", "image", "inspect", name).returncode == 0


def pulled(name: str) -> bool:
    """Gets an image from where its name leads; whether that went well."""
    try:
        return _run("docker", "pull", "--quiet", name, within=300).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def _run(
    *command: str, stdin: IO[bytes] | None = None, within: float = 60
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, stdin=stdin, capture_output=True, text=True, timeout=within, check=False
    )
