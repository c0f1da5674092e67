"""Root file systems and programs from Debian's packages, for images that cannot be pulled."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

from tests.containers.engine import DockerFailed

_LEFT_OUT: Final = (
    *("dev/*", "var/cache/apt", "var/lib/apt/lists"),
    *("usr/share/doc", "usr/share/locale", "usr/share/man"),
)
_INCLUDED: Final = "python3,python3-venv,ca-certificates"
_PYTHON_3_13: Final = "trixie"
"""The release of Debian with the Python version of the official image that ours are based on."""


def release() -> str:
    """Return the release for root file systems: this machine's own unless it runs Debian itself."""
    return _PYTHON_3_13 if _os_release("ID") == "debian" else _os_release("VERSION_CODENAME")


def root_file_system(cache: Path) -> Path:
    """Return a tar of a small Debian with Python; build it once, in this folder.

    Raise `DockerFailed` if this machine cannot build one.
    """
    tar = cache / f"{release()}.tar"
    if not tar.exists():
        folder = cache / release()
        shutil.rmtree(folder, ignore_errors=True)
        contents = ("--variant=minbase", f"--include={_INCLUDED}")
        _run("debootstrap", *contents, release(), str(folder), _mirror())
        excluded = (f"--exclude=./{path}" for path in _LEFT_OUT)
        _run("tar", "-C", str(folder), *excluded, "-cf", f"{tar}.new", ".")
        shutil.rmtree(folder)
        Path(f"{tar}.new").rename(tar)
    return tar


def unpacked(package: str, cache: Path) -> Path:
    """Return the files of one package without its dependencies, fetched once into this folder."""
    folder = cache / package
    if not folder.exists():
        fetched = cache / f"{package}.fetched"
        shutil.rmtree(fetched, ignore_errors=True)
        fetched.mkdir(parents=True)
        _run("apt-get", "download", "-qq", package, folder=fetched)
        (archive,) = fetched.glob("*.deb")
        _run("dpkg", "-x", str(archive), str(fetched / "files"))
        (fetched / "files").rename(folder)
        shutil.rmtree(fetched)
    return folder


def _os_release(name: str) -> str:
    """Return a field of this machine's `/etc/os-release`."""
    lines = Path("/etc/os-release").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)[name].strip('"')


def _mirror() -> str:
    """Return the mirror from which this machine gets its own packages."""
    wanted = (
        "Created-By: Packages",
        f"Codename: {_os_release('VERSION_CODENAME')}",
        "Component: main",
    )
    found = _run("apt-get", "indextargets", "--format", "$(REPO_URI)", *wanted)
    return found.split()[0]


def _run(*command: str, folder: Path | None = None) -> str:
    if shutil.which(command[0]) is None:
        raise DockerFailed(
            f"stand-ins for images need a Debian machine with debootstrap: no {command[0]} here"
        )
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DockerFailed(f"{' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout
