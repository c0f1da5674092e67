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
    """Return the folder with all jars of the pom, after fetching them if the pom has changed.

    Raise `LocalStackUnavailable` without Maven, `ServerFailed` if Maven cannot fetch them.
    """
    folder, fetched = _CACHE / "lib", _CACHE / "pom.xml"
    _CACHE.mkdir(exist_ok=True)
    with (_CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another run may be fetching them
        if not fetched.exists() or fetched.read_bytes() != _POM.read_bytes():
            shutil.rmtree(folder, ignore_errors=True)
            _fetch(folder)
            shutil.copyfile(_POM, fetched)
    return folder


def java() -> Path:
    """Return the Java executable on the PATH."""
    return _program("java", "a JRE of version 17 or later")


def _fetch(folder: Path) -> None:
    maven = _program("mvn", "Maven")
    command = (maven, "-B", "-q", "-f", _POM, "dependency:copy-dependencies")
    done = subprocess.run(
        (*command, f"-DoutputDirectory={folder}"), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ServerFailed(f"Maven cannot fetch Apache Kafka:\n{done.stdout}{done.stderr}")


def _program(name: str, what: str) -> Path:
    found = shutil.which(name)
    if found is None:
        raise LocalStackUnavailable(f"Apache Kafka needs {what}: there is no {name} on the PATH")
    return Path(found).resolve()


if __name__ == "__main__":
    kafka_jars()
