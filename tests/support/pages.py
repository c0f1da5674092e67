"""The pages of the documentation, and the snippets on them."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "examples").glob("*/*.md"),
    ]
)
FENCE = re.compile(
    r"^(?P<indent> *)```(?P<kind>[^\n]*)\n(?P<body>.*?)^ *```$", re.MULTILINE | re.DOTALL
)


def snippets(page: Path) -> Iterator[tuple[str, str]]:
    return snippets_of(page.read_text())


def snippets_of(text: str) -> Iterator[tuple[str, str]]:
    for found in FENCE.finditer(text):
        yield found["kind"], re.sub(f"^{found['indent']}", "", found["body"], flags=re.MULTILINE)
