"""The JavaScript SDK: installed by npm once, into `build`, with the hashes of the lock file.

`python -m tests.sdk_js.packages` installs it, and fails if that is impossible.
"""

import fcntl
import shutil
import subprocess
from pathlib import Path
from typing import Final

from order_projector.local.errors import LocalStackUnavailable, ServerFailed

_HERE: Final = Path(__file__).parent
_INSTALLED: Final = _HERE.parents[1] / "build" / "sdk-js"
_LOCK_FILE: Final = "package-lock.json"
_GIVEN: Final = ("package.json", ".npmrc", _LOCK_FILE)


def node_modules() -> Path:
    """Return the folder with the SDK, after installing it if the lock file has changed.

    Raise `LocalStackUnavailable` without npm, `ServerFailed` if npm cannot install it.
    """
    modules = _INSTALLED / "node_modules"
    fetched, wanted = modules / _LOCK_FILE, _HERE / _LOCK_FILE
    _INSTALLED.mkdir(parents=True, exist_ok=True)
    with (_INSTALLED / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another run may be installing it
        if not fetched.exists() or fetched.read_bytes() != wanted.read_bytes():
            _install()
            shutil.copyfile(wanted, fetched)
    return modules


def node() -> Path:
    """Return the Node.js executable on the PATH."""
    return _program("node", "Node 18 or later")


def _install() -> None:
    for name in _GIVEN:
        shutil.copyfile(_HERE / name, _INSTALLED / name)
    command = (_program("npm", "npm"), "ci")
    done = subprocess.run(command, cwd=_INSTALLED, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ServerFailed(f"npm cannot install the SDK:\n{done.stdout}{done.stderr}")


def _program(name: str, what: str) -> Path:
    found = shutil.which(name)
    if found is None:
        raise LocalStackUnavailable(
            f"the JavaScript SDK needs {what}: there is no {name} on the PATH"
        )
    return Path(found)


if __name__ == "__main__":
    node_modules()
