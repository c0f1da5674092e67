"""The bill of materials of the image: `python -m release.image_sbom IMAGE FILE`.

It lists everything in the image, whichever layer it comes from: the operating system and its
packages, Python, and Python's packages, the worker among them. They are read from the image itself,
which must be in the local Docker engine; the base image is listed among the ancestors.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from tests.containers.engine import DockerFailed, DockerMissing, docker, has_image, need_docker

from release.bill import About, bill
from release.image_files import ImageFiles, read

_BASE: Final = "org.opencontainers.image.base.name"
_TELL: Final = "import platform as p; print(p.python_implementation(), p.python_version())"


@dataclass(frozen=True, slots=True)
class NoImage(Exception):
    """The image is not in the engine."""

    name: str

    def __str__(self) -> str:
        return f"there is no image {self.name} here: `make image` builds it"


def bill_of_image(name: str) -> str:
    """Return the bill of an image, as CycloneDX JSON.

    Raise `DockerMissing` without an engine, `NoImage`, or `DockerFailed`.
    """
    need_docker()
    if not has_image(name):
        raise NoImage(name)
    return bill(_about(name), _files(name))


def _about(name: str) -> About:
    known = _inspected(name)
    base = (known["Config"]["Labels"] or {}).get(_BASE, "")
    python = docker("run", "--rm", "--network=none", "--entrypoint=python3", name, "-Ic", _TELL)
    implementation, version = python.split()
    return About(
        name=name,
        image_id=known["Id"],
        layers=tuple(known["RootFS"]["Layers"]),
        base=base,
        base_digest=_digest(base, known["RootFS"]["Layers"]),
        python=implementation,
        python_version=version,
    )


def _digest(base: str, layers: list[str]) -> str:
    """Return the base's digest, if the base is available and this image really begins with it."""
    if not base or not has_image(base):
        return ""
    known = _inspected(base)
    below = known["RootFS"]["Layers"]
    if layers[: len(below)] != below:
        return ""
    published = [it.rpartition("@")[2] for it in known["RepoDigests"] or []]
    return str((published or [known["Id"]])[0])


def _inspected(name: str) -> dict[str, Any]:
    known: dict[str, Any] = json.loads(docker("image", "inspect", name))[0]
    return known


def _files(name: str) -> ImageFiles:
    container = docker("create", "--network=none", name)
    try:
        with TemporaryDirectory() as folder:
            archive = Path(folder) / "image.tar"
            docker("export", "--output", str(archive), container)
            with archive.open("rb") as opened:
                return read(opened)
    finally:
        docker("rm", "--volumes", container)


def main(name: str, file: str) -> int:
    """Write the file, print a summary, and return the exit status."""
    try:
        text = bill_of_image(name)
    except (DockerMissing, DockerFailed, NoImage) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    Path(file).write_text(text)
    kinds = [each["purl"].partition("/")[0] for each in json.loads(text)["components"]]
    counts = {kind: kinds.count(kind) for kind in sorted(set(kinds))}
    summary = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    sys.stdout.write(f"{file}: {summary}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
