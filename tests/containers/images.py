"""The images that the tests run, by the names in `docker-compose.yml` and the documentation.

    python -m tests.containers.images

builds them in the local engine: the worker's and the console's from this checkout, and those of the
servers. An official image is used as it is if it exists locally or can be pulled. Otherwise a
stand-in is built from packages: the same programs (for MongoDB, one that speaks its protocol) with
the same interface as the official image."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from order_projector import __version__
from order_projector.local.installed import program
from tests.containers.debian import release, root_file_system, unpacked
from tests.containers.engine import (
    DockerFailed,
    DockerMissing,
    docker,
    has_image,
    need_docker,
    pulled,
)
from tests.support.apache.jars import kafka_jars

KAFKA: Final = "apache/kafka:4.1.1"
MONGODB: Final = "mongo:8.0"
PROMETHEUS: Final = "prom/prometheus:v3.5.0"
GRAFANA: Final = "grafana/grafana:12.1.0"
"""It is in no package, so nothing stands in for it: without it, the tests run without Grafana."""
PYTHON: Final = "python:3.13-slim"
WORKER: Final = f"order-projector:{__version__}"
CONSOLE: Final = f"order-projector-console:{__version__}"
STAND_IN: Final = "stand-in"
"""The label of an image that stands in for an official one."""

_ROOT: Final = Path(__file__).parents[2]
_CACHE: Final = _ROOT / ".containers"
_WHEELS: Final = _ROOT / "wheels"
_OWN: Final = {WORKER: "Dockerfile", CONSOLE: "deploy/console/Dockerfile"}
_REQUIREMENTS: Final = ("build.txt", "image.txt", "console.txt")


def build_all() -> None:
    """Make every image available in the engine.

    Raise `DockerMissing` without an engine, `DockerFailed` if an image cannot be built.
    """
    need_docker()
    _CACHE.mkdir(exist_ok=True)
    base = python_image()
    _fetch_wheels(base)
    for name, recipe in _OWN.items():
        _build(name, recipe, base)
    for name, recipe, prepare in (
        (KAFKA, "kafka", _kafka),
        (MONGODB, "mongo", _mongo),
        (PROMETHEUS, "prometheus", _prometheus),
    ):
        if not _official(name):
            _build_stand_in(name, recipe, prepare)
    _official(GRAFANA)


def python_image() -> str:
    """Return the image that our own are based on."""
    return PYTHON if _official(PYTHON) else _debian()


def _official(name: str) -> bool:
    """Return whether the image exists locally or can be pulled."""
    if has_image(name):
        return not docker("inspect", "--format", f'{{{{index .Config.Labels "{STAND_IN}"}}}}', name)
    return pulled(name)


def _build(name: str, recipe: str, base: str) -> None:
    arguments = {
        "PYTHON_IMAGE": base,
        "PIP_NO_INDEX": "1",
        "VERSION": __version__,
        "REVISION": _revision(),
    }
    options = [f"--build-arg={argument}={value}" for argument, value in arguments.items()]
    docker("build", "--quiet", *options, "--file", str(_ROOT / recipe), "--tag", name, str(_ROOT))


def _revision() -> str:
    git = ("git", "rev-parse", "HEAD")
    described = subprocess.run(git, cwd=_ROOT, capture_output=True, text=True, check=False)
    return described.stdout.strip() or "unknown"


def _fetch_wheels(base: str) -> None:
    """Fetch the wheels of our own images, for their Python, so that a build needs no network."""
    tell = "import sys; print('%d.%d' % sys.version_info[:2])"
    version = docker("run", "--rm", "--network=none", base, "python3", "-c", tell)
    files = [_ROOT / "requirements" / name for name in _REQUIREMENTS]
    wanted = hashlib.sha256(version.encode() + b"".join(file.read_bytes() for file in files))
    fetched = _WHEELS / "fetched"
    if fetched.exists() and fetched.read_text() == wanted.hexdigest():
        return
    shutil.rmtree(_WHEELS, ignore_errors=True)
    for file in files:
        subprocess.run(
            (
                *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
                *("--only-binary", ":all:", "--python-version", version),
                *("--require-hashes", "--requirement", str(file), "--dest", str(_WHEELS)),
            ),
            check=True,
        )
    fetched.write_text(wanted.hexdigest())


def _debian() -> str:
    """Return the base image of all stand-ins, and of our own images if there is no other."""
    name = f"order-projector-tests/debian:{release()}"
    if not has_image(name):
        with root_file_system(_CACHE).open("rb") as tar:
            path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            changes = ("--change", f"ENV {path}", "--change", 'CMD ["python3"]')
            docker("import", *changes, "-", name, stdin=tar)
    return name


def _build_stand_in(name: str, recipe: str, prepare: Callable[[Path], None]) -> None:
    with _context(recipe) as folder:
        prepare(folder / "files")
        arguments = ("--build-arg", f"BASE={_debian()}", "--label", f"{STAND_IN}=yes")
        docker("build", "--quiet", *arguments, "--tag", name, str(folder))


@contextmanager
def _context(recipe: str) -> Iterator[Path]:
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / recipe
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(Path(__file__).parent / recipe, folder, ignore=ignored)
        yield folder


def _kafka(files: Path) -> None:
    shutil.copytree(kafka_jars(), files / "opt/kafka/libs")
    java = unpacked("openjdk-17-jre-headless", _CACHE)
    for part in ("etc", "usr/lib"):
        shutil.copytree(java / part, files / part, symlinks=True, dirs_exist_ok=True)


def _mongo(files: Path) -> None:
    server = program("SecantusDB", "secantusd-rs")
    target = files / "opt/mongo"
    (target / "bin").mkdir()
    shutil.copy2(server, target / "bin")
    shutil.copytree(server.parents[1] / "secantusdb.libs", target / "secantusdb.libs")
    (files / "opt/wheels").mkdir()
    for wheel in (*_WHEELS.glob("pymongo-*.whl"), *_WHEELS.glob("dnspython-*.whl")):
        shutil.copy2(wheel, files / "opt/wheels")


def _prometheus(files: Path) -> None:
    (files / "usr/bin").mkdir(parents=True)
    for tool in ("prometheus", "promtool"):
        shutil.copy2(unpacked("prometheus", _CACHE) / "usr/bin" / tool, files / "usr/bin")
    (busybox,) = unpacked("busybox", _CACHE).glob("**/bin/busybox")
    shutil.copy2(busybox, files / "usr/bin/wget")  # busybox runs the applet it is named after


def main() -> int:
    """Build all images, print which are stand-ins, and return the exit status."""
    try:
        build_all()
    except (DockerMissing, DockerFailed) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for name in _OWN:
        sys.stdout.write(f"{name}: of this checkout\n")
    for name in (KAFKA, MONGODB, PROMETHEUS):
        sys.stdout.write(f"{name}: {'official' if _official(name) else 'a stand-in'}\n")
    sys.stdout.write(f"{GRAFANA}: {'official' if has_image(GRAFANA) else 'left out'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
