"""The image contains what the worker needs and the extra for traces, at the tested versions."""

import re
import tomllib

from release.environment import ROOT, image_pins, runtime_pins


def pinned_for_tests() -> dict[str, str]:
    """Return the versions that the tests run with."""
    lines = (ROOT / "requirements" / "dev.txt").read_text()
    return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", lines, re.MULTILINE))


def test_traces_can_be_switched_on_in_the_image() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extra = project["optional-dependencies"]["otel"]
    needed = {re.split(r"[^\w.-]", text)[0] for text in extra}
    assert needed <= {pin.name for pin in image_pins()}


def test_the_image_has_every_runtime_dependency_at_its_pinned_version() -> None:
    in_image = {pin.name: pin.version for pin in image_pins()}
    assert {pin.name: in_image.get(pin.name) for pin in runtime_pins()} == {
        pin.name: pin.version for pin in runtime_pins()
    }


def test_the_tests_run_with_the_versions_that_the_image_has() -> None:
    tested = pinned_for_tests()
    assert {pin.name: pin.version for pin in image_pins()} == {
        pin.name: tested.get(pin.name) for pin in image_pins()
    }


def test_the_dockerfile_installs_the_pins_of_the_image() -> None:
    recipe = (ROOT / "Dockerfile").read_text()
    assert "--require-hashes -r wheels/image.txt" in recipe
    assert "runtime.txt" not in recipe
