"""The bill of materials names everything installed in the image, with its licence."""

import json
import re
from pathlib import Path

from release.environment import runtime_pins
from release.sbom import bill_of_materials

from order_projector import __version__


def test_the_bill_lists_the_worker_and_each_pinned_dependency_with_version_and_licence(
    wheel: Path,
) -> None:
    bill = json.loads(bill_of_materials(wheel))

    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    worker = bill["metadata"]["component"]
    assert (worker["name"], worker["version"]) == ("order-projector", __version__)
    listed = {normal(each["name"]): each["version"] for each in bill["components"]}
    pinned = {normal(pin.name): pin.version for pin in runtime_pins() if pin.installed}
    assert listed == pinned
    assert [each["name"] for each in bill["components"] if not each.get("licenses")] == []
    assert len(bill["dependencies"]) == len(pinned) + 1


def normal(name: str) -> str:
    """Return a package's name as normalized by the index."""
    return re.sub(r"[-_.]+", "-", name).lower()
