"""The bill of materials of the wheel: `python -m release.sbom WHEEL` prints CycloneDX JSON.

It lists the packages that are installed with the wheel, from an environment that is built like the
image's, and needs no Docker. `release.image_sbom` lists everything in a built image.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from order_projector import __version__
from release.environment import ROOT, install, runtime_environment


def bill_of_materials(wheel: Path) -> str:
    """Return the worker and its dependencies, with versions, licences and dependency relations."""
    with tempfile.TemporaryDirectory() as folder:
        python = runtime_environment(Path(folder) / "environment")
        install(python, wheel)
        made = subprocess.run(
            [
                *(sys.executable, "-m", "cyclonedx_py", "environment"),
                *("--pyproject", ROOT / "pyproject.toml", "--mc-type", "application"),
                *("--output-reproducible", "--output-format", "JSON", "--spec-version", "1.6"),
                python,
            ],
            check=True,
            capture_output=True,
            text=True,
        )
    bill = json.loads(made.stdout)
    bill["metadata"]["component"]["version"] = __version__  # pyproject.toml does not state it
    return json.dumps(bill, indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(bill_of_materials(Path(sys.argv[1])))
