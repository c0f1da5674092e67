"""The Docker engine, through its command line."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import IO


class DockerMissing(Exception):
    """There is no engine; the message says what to do."""


class DockerFailed(Exception):
    """A Docker command failed; the message is its output."""


def need_docker() -> None:
    """Raise `DockerMissing` if no engine answers."""
    if shutil.which("docker") is None:
        raise DockerMissing("Docker is needed: there is no `docker` on the PATH")
    answer = _run("docker", "version", "--format", "{{.Server.Version}}")
    if answer.returncode:
        raise DockerMissing(f"a Docker engine that runs is needed: {answer.stderr.strip()}")


def docker(*arguments: str, stdin: IO[bytes] | None = None, within: float = 600) -> str:
    """Run a Docker command and return its output, or raise `DockerFailed`."""
    done = _run("docker", *arguments, stdin=stdin, within=within)
    if done.returncode:
        raise DockerFailed(f"docker {' '.join(arguments)}\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def compose(*arguments: str, env: Mapping[str, str], folder: Path) -> str:
    """Run either generation of compose; raise `DockerFailed` or `DockerMissing`."""
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
    """Return what a container has printed so far, on both streams."""
    done = _run("docker", "logs", container)
    return done.stdout + done.stderr


def has_image(name: str) -> bool:
    """Return whether the engine has an image with this name."""
    return _run("docker", "image", "inspect", name).returncode == 0


def pulled(name: str) -> bool:
    """Pull an image; return whether that succeeded."""
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
