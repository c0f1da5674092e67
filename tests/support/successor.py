"""The release after this one: the edits by which tests derive its source from this one's."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class Edit:
    """A replacement of one text in a module of the package."""

    module: str
    before: str
    after: str

    def apply(self, package: Path) -> None:
        """Apply the edit; fail unless its text occurs exactly once."""
        module = package / self.module
        text = module.read_text()
        assert text.count(self.before) == 1, (self.module, self.before)
        module.write_text(text.replace(self.before, self.after))


RULES: Final = (
    Edit("projection/rules.py", "RULES: Final = 1", "RULES: Final = 2"),
    Edit("domain/money.py", "(2 * amount * part + whole) // (2 * whole)", "amount * part // whole"),
)
"""A discount is rounded down instead of half up."""

_SIGHTING: Final = """\
@dataclass(frozen=True, slots=True)
class Sighting:
    id: str
    event: EventStamp
    at: int
    kind: Literal["sighting"] = "sighting"


Fact = Sighting | Redemption"""

_FACTS: Final = (
    Edit("domain/facts.py", "Fact = Redemption", _SIGHTING),
    Edit("domain/timeline.py", "    Rollback,\n", "    Rollback,\n    Sighting,\n"),
    Edit("domain/timeline.py", "case Erasure():", "case Erasure() | Sighting():"),
    Edit("domain/invariants.py", "    Erasure,\n", "    Erasure,\n    Sighting,\n"),
    Edit("domain/invariants.py", "| Erasure():", "| Erasure() | Sighting():"),
    Edit("projection/stored_form.py", "    Rollback,\n", "    Rollback,\n    Sighting,\n"),
    Edit("projection/stored_form.py", "    Stack: {", "    Sighting: _FACT,\n    Stack: {"),
    Edit(
        "projection/stored_form.py",
        '    "stack": StoredForm(Stack)',
        '    "sighting": StoredForm(Sighting),\n    "stack": StoredForm(Stack)',
    ),
    Edit(
        "events/decode.py",
        "from order_projector.domain.facts import ",
        "from order_projector.domain.facts import Sighting, ",
    ),
    Edit(
        "events/decode.py",
        "facts = tuple(snapshot(payload, event, becomes))",
        "seen = Sighting(event.id, event, event.created_at)\n"
        "        facts = (*snapshot(payload, event, becomes), seen)",
    ),
)
"""Each ``order.*`` event yields one more fact, of a kind unknown to this release."""

_STATE: Final = "projection/state_layout.py"
_LAYOUT: Final = (
    Edit("settings/model.py", "        1, ge=1, le=1,", "        1, ge=1, le=2,"),
    Edit(
        _STATE,
        "LAYOUT: Final = 1\n",
        'LAYOUT: Final = 2\n_TO_WRITE: Final = int(os.environ.get("ORDERS_LAYOUT", "1"))\n'
        '_DIGESTS: Final = "digests" if _TO_WRITE == 1 else "fingerprints"\n',
    ),
    Edit(_STATE, "from collections.abc import ", "import os\nfrom collections.abc import "),
    Edit(_STATE, "Field(ge=LAYOUT, le=LAYOUT)", "Field(ge=1, le=LAYOUT)"),
    Edit(_STATE, '"layout": LAYOUT,', '"layout": _TO_WRITE,'),
    Edit(_STATE, '"digests": dict(', "_DIGESTS: dict("),
    Edit(
        _STATE,
        "_STATE.validate_python(members)",
        '_STATE.validate_python({"digests": members.get("fingerprints"), **members})',
    ),
)
"""Layout 2 renames a member; it is written only if `ORDERS_LAYOUT` allows it."""

_VERSION: Final = (Edit("__init__.py", '__version__ = "', '__version__ = "9.'),)
PATIENCE: Final = (
    Edit("worker/refolding.py", "LOOK_EVERY: Final = 60.0", "LOOK_EVERY: Final = 1.0"),
)
"""Marked orders are looked for every second, so that tests need not wait for a minute."""

EDITS: Final = (*_VERSION, *RULES, *_FACTS, *_LAYOUT, *PATIENCE)
