"""axe-core, which finds accessibility problems of a page; `make browser` fetches it."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.browser.chromium import Tab

SCRIPT: Final = (
    Path(__file__).parents[2] / "build" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
)


@cache
def _script() -> str:
    assert SCRIPT.exists(), "axe-core is not there: make browser fetches it"
    return SCRIPT.read_text()


async def barriers(tab: Tab) -> list[Any]:
    """Return the violations that axe-core finds on the open page, by all of its rules."""
    await tab.value(f"{_script()}; true")
    result = await tab.value("axe.run(document, {resultTypes: ['violations', 'incomplete']})")
    return [
        {"rule": it["id"], "help": it["help"], "at": [node["html"] for node in it["nodes"]][:3]}
        for it in json.loads(json.dumps(result["violations"]))
    ]
