"""The next release: this one, with one rule changed."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import order_projector

CHANGES = {
    "projection/rules.py": ("RULES: Final = 1", "RULES: Final = 2"),
    "domain/money.py": ("(2 * amount * part + whole) // (2 * whole)", "amount * part // whole"),
    "worker/refolding.py": ("LOOK_EVERY: Final = 60.0", "LOOK_EVERY: Final = 1.0"),
}
"""It rounds a percentage down instead of half up, and looks for marked orders more often."""


def successor(folder: Path) -> Mapping[str, str]:
    """Build it in a folder; return the variables that run it."""
    package = folder / "order_projector"
    ours = Path(order_projector.__file__).parent
    shutil.copytree(ours, package, ignore=shutil.ignore_patterns("__pycache__"))
    for name, (before, after) in CHANGES.items():
        text = (package / name).read_text()
        assert before in text
        (package / name).write_text(text.replace(before, after))
    return {"PYTHONPATH": str(folder)}
