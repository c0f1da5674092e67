"""The next release in the handbook's stories: this one, with one rule changed."""

import compileall
import shutil
from collections.abc import Mapping
from pathlib import Path

import order_projector
from tests.support.successor import PATIENCE, RULES


def next_release(folder: Path) -> Mapping[str, str]:
    """Write its source to a folder, and return the variables that run it."""
    package = folder / "order_projector"
    ours = Path(order_projector.__file__).parent
    shutil.copytree(ours, package, ignore=shutil.ignore_patterns("__pycache__"))
    for edit in (*RULES, *PATIENCE):
        edit.apply(package)
    compileall.compile_dir(package, quiet=2)  # compile once, instead of in each of its commands
    return {"PYTHONPATH": str(folder)}
