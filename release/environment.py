"""Build wheels and install them in environments, all without a network."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
RUNTIME: Final = ROOT / "requirements" / "runtime.txt"
IMAGE: Final = ROOT / "requirements" / "image.txt"

_PIN: Final = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?: ; (?P<marker>[^\\]+))?")


@dataclass(frozen=True, slots=True)
class Pin:
    """A dependency of the worker or of its image; its marker says on which machines."""

    name: str
    version: str
    marker: str

    @property
    def installed(self) -> metadata.Distribution | None:
        """The distribution on this machine; None if the marker excludes it."""
        try:
            return metadata.distribution(self.name)
        except metadata.PackageNotFoundError:
            return None


def runtime_pins() -> list[Pin]:
    """Return every dependency of the worker, direct or transitive."""
    return _pins(RUNTIME)


def image_pins() -> list[Pin]:
    """Return every package of Python that is installed in the image with the worker."""
    return _pins(IMAGE)


def _pins(file: Path) -> list[Pin]:
    found = filter(None, map(_PIN.match, file.read_text().splitlines()))
    return [Pin(pin["name"], pin["version"], (pin["marker"] or "").strip()) for pin in found]


def build(source: Path, target: str, folder: Path) -> Path:
    """Build a wheel or an sdist from this folder; return the file."""
    subprocess.run(
        [*(sys.executable, "-m", "hatchling", "build"), "--target", target, "--directory", folder],
        cwd=source,
        check=True,
        capture_output=True,
    )
    (built,) = folder.iterdir()
    return built


def runtime_environment(folder: Path) -> Path:
    """Create an environment of only the runtime dependencies; return its Python.

    They are links to the files of this environment: the point is to test that they are sufficient.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    packages = next(folder.glob("lib/python3*/site-packages"))
    for source, name in _files():
        link = packages / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(source)
    return folder / "bin" / "python"


def install(python: Path, wheel: Path) -> None:
    """Install a wheel; fail unless all its requirements are installed already."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--python", str(python)]
    subprocess.run(
        [*pip, "install", "--no-index", "--disable-pip-version-check", wheel],
        check=True,
        capture_output=True,
    )


def install_alone(folder: Path, wheel: Path) -> None:
    """Install a wheel without its requirements, into a folder for PYTHONPATH."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    subprocess.run(
        [*pip, "--no-index", "--no-deps", "--target", folder, wheel],
        check=True,
        capture_output=True,
    )


def _files() -> Iterator[tuple[Path, str]]:
    for pin in runtime_pins():
        for file in (pin.installed.files or []) if pin.installed else []:
            if ".." not in file.parts and "__pycache__" not in file.parts:
                yield Path(str(file.locate())), str(file)
