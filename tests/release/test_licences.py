"""Every runtime dependency is listed with a licence under which the worker may be shipped."""

import pytest
from release.environment import ROOT, runtime_pins
from release.licences import ACCEPTED, Licence, licences, page


@pytest.mark.parametrize("licence", licences(), ids=lambda it: it.pin.name)
def test_a_runtime_dependency_has_a_licence_that_is_accepted(licence: Licence) -> None:
    assert licence.parts
    assert licence.parts <= ACCEPTED


def test_the_page_of_licences_says_what_is_installed() -> None:
    listed = (ROOT / "docs" / "reference" / "licences.md").read_text()
    assert listed == page(), "make licences writes it anew"


def test_what_is_pinned_is_what_is_installed() -> None:
    differing = [
        (pin.name, pin.version, pin.installed.version)
        for pin in runtime_pins()
        if pin.installed is not None and pin.installed.version != pin.version
    ]
    assert differing == []


def test_nothing_is_missing_but_what_a_marker_keeps_away() -> None:
    assert [pin.name for pin in runtime_pins() if pin.installed is None and not pin.marker] == []
