"""Every place that the glossary names exists in the code."""

import re
from importlib import import_module
from pathlib import Path

import pytest

GLOSSARY = Path(__file__).parents[2] / "docs" / "reference" / "glossary.md"
PLACE = re.compile(r"`([A-Za-z_]+(?:\.[A-Za-z_]+)+)`")


def places() -> list[str]:
    """Return the dotted names in the second column."""
    rows = [line.split("|") for line in GLOSSARY.read_text().splitlines() if line.startswith("| ")]
    return [name for row in rows for name in PLACE.findall(row[2])]


@pytest.mark.parametrize("place", places())
def test_a_place_of_the_glossary_is_in_the_code(place: str) -> None:
    parts = place.split(".")
    depth = next(n for n in range(len(parts), 0, -1) if _is_module(parts[:n]))
    found: object = import_module(".".join(["order_projector", *parts[:depth]]))
    for name in parts[depth:]:
        fields = getattr(found, "__dataclass_fields__", {})
        found = fields[name] if name in fields else getattr(found, name)


def _is_module(parts: list[str]) -> bool:
    try:
        import_module(".".join(["order_projector", *parts]))
    except ModuleNotFoundError:
        return False
    return True
