"""Apache Kafka's jars: downloaded by Maven once, and kept next to the checkout.

`python -m tests.support.apache.jars` fetches them, and fails if that is impossible.
"""

import fcntl
import shutil
import subprocess
from pathlib import Path
from typing import Final

from order_projector.local.errors import LocalStackUnavailable, ServerFailed

_ROOT: Final = Path(__file__).parents[3]
_POM: Final = _ROOT / "tests" / "kafka" / "pom.xml"
_CACHE: Final = _ROOT / ".kafka"


def kafka_jars() -> Path:
    """Return the folder with all jars of a broker; see `fetched`."""
    return fetched(_POM)


def fetched(pom: Path, name: str = "") -> Path:
    """Return the folder with all jars of a pom, after fetching them if the pom has changed.

    Jars of different names are kept apart. Raise `LocalStackUnavailable` without Maven,
    `ServerFailed` if Maven cannot fetch them.
    """
    cache = _CACHE / name
    folder, known = cache / "lib", cache / "pom.xml"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another run may be fetching them
        if not known.exists() or known.read_bytes() != pom.read_bytes():
            shutil.rmtree(folder, ignore_errors=True)
            _fetch(pom, folder)
            shutil.copyfile(pom, known)
    return folder


def java() -> Path:
    """Return the Java executable on the PATH."""
    return _program("java", "a JRE of version 17 or later")


def _fetch(pom: Path, folder: Path) -> None:
    maven = _program("mvn", "Maven")
    command = (maven, "-B", "-q", "-f", pom, "dependency:copy-dependencies")
    done = subprocess.run(
        (*command, f"-DoutputDirectory={folder}"), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ServerFailed(f"Maven cannot fetch the jars of {pom}:\n{done.stdout}{done.stderr}")


def _program(name: str, what: str) -> Path:
    found = shutil.which(name)
    if found is None:
        raise LocalStackUnavailable(f"Apache Kafka needs {what}: there is no {name} on the PATH")
    return Path(found).resolve()


if __name__ == "__main__":
    kafka_jars()
