"""The bill of materials of each built image lists every package that the image reports itself."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from release.image_sbom import bill_of_image
from release.licences import ACCEPTED

from tests.containers.engine import docker
from tests.containers.images import CONSOLE, WORKER

LIST_MODULES = """
from importlib.metadata import distributions
for each in distributions():
    print(each.metadata["Name"], each.version)
"""
LIST_LICENCES = """
from importlib.metadata import distributions
for each in distributions():
    metadata = each.metadata
    named = [it for it in metadata.get_all("Classifier") or [] if it.startswith("License ::")]
    classes = " OR ".join(it.rpartition(" :: ")[2] for it in named)
    print(each.name, metadata["License-Expression"] or classes or metadata["License"], sep="|")
"""
SHIPPABLE = ACCEPTED | {
    "3-Clause BSD License",
    "Apache Software License",
    "BSD License",
    "MIT License",
    "MIT-0",
    "Mozilla Public License 2.0 (MPL 2.0)",
    "Python Software Foundation License",
}


def inside(image: str, *command: str) -> list[str]:
    """Return the lines that a command prints when it runs in an image."""
    run = ("run", "--rm", "--network=none", f"--entrypoint={command[0]}", image)
    return docker(*run, *command[1:]).splitlines()


@pytest.mark.parametrize("image", [WORKER, CONSOLE])
def test_every_package_that_the_image_knows_of_is_in_its_bill(image: str) -> None:
    text = bill_of_image(image)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    listed = json.loads(text)["components"]

    installed = inside(image, "dpkg-query", "--show", "--showformat=${Package} ${Version}\\n")
    assert of_kind(listed, "pkg:deb/") == sorted(installed)
    to_import = [it for it in listed if "/_vendor/" not in it["bom-ref"]]
    assert of_kind(to_import, "pkg:pypi/") == sorted(inside(image, "python3", "-Ic", LIST_MODULES))
    assert of_kind(listed, "pkg:generic/cpython@") == [
        inside(image, "python3", "--version")[0].replace("Python", "CPython")
    ]


def test_copies_that_a_package_carries_inside_of_itself_are_in_the_bill_too() -> None:
    find = ("find", "/opt", "-path", "*/_vendor/*.dist-info/METADATA")
    carried = {path.lstrip("/") for path in inside(CONSOLE, *find)}
    listed = {
        it["bom-ref"].partition("#")[2] for it in json.loads(bill_of_image(CONSOLE))["components"]
    }
    assert carried
    assert carried <= listed


def of_kind(components: list[dict[str, Any]], purl: str) -> list[str]:
    found = [it for it in components if it["purl"].startswith(purl)]
    return sorted(f"{it['name']} {it['version']}" for it in found)


def test_the_bill_names_the_base_by_the_digest_of_what_the_image_begins_with() -> None:
    subject = json.loads(bill_of_image(WORKER))["metadata"]["component"]
    (base,) = subject["pedigree"]["ancestors"]
    assert base["version"].startswith("sha256:")
    layers = docker("inspect", "--format", '{{join .RootFS.Layers " "}}', base["name"])
    properties = {it["name"]: it["value"] for it in subject["properties"]}
    assert properties["order-projector:image:layers"].startswith(layers)


def test_the_command_says_what_to_do_where_there_is_no_image(tmp_path: Path) -> None:
    command = ["-m", "release.image_sbom", "order-projector:none", f"{tmp_path}/bill.json"]
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
    assert (done.returncode, list(tmp_path.iterdir())) == (2, [])
    assert done.stderr == "there is no image order-projector:none here: `make image` builds it\n"


def test_every_package_of_the_console_has_a_licence_that_lets_it_be_shipped() -> None:
    licences = [line.split("|") for line in inside(CONSOLE, "python3", "-Ic", LIST_LICENCES)]
    refused = [
        name for name, said in licences if not set(re.split(" AND | OR ", said)) <= SHIPPABLE
    ]
    assert (len(licences) > 50, refused) == (True, [])
