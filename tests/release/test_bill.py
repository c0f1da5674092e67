"""An image's bill of materials lists what its files declare, and says what they do not."""

import io
import json
import tarfile
from dataclasses import replace
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from release.bill import About, bill
from release.image_files import ImageFiles, read

ABOUT = About(
    name="order-projector:0.1.0",
    image_id="sha256:1f",
    layers=("sha256:a0", "sha256:b1"),
    base="python:3.13-slim",
    base_digest="sha256:5c",
    python="CPython",
    python_version="3.13.1",
)
PACKAGES = "opt/order-projector/lib/python3.13/site-packages"
FILES = {
    "usr/lib/os-release": 'PRETTY_NAME="Debian GNU/Linux 13"\nID=debian\nVERSION_ID="13"\n',
    "var/lib/dpkg/status": "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\n"
    "Version: 2.41-12\nSource: glibc\n",
    f"{PACKAGES}/order_projector-0.1.0.dist-info/METADATA": "Metadata-Version: 2.4\n"
    "Name: order-projector\nVersion: 0.1.0\nLicense-Expression: Apache-2.0\n"
    "Requires-Dist: H_11>=0.16\nRequires-Dist: later; python_version >= '3.14'\n"
    "Requires-Dist: pytest; extra == 'testing'\n",
    f"{PACKAGES}/h_11-0.16.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: h-11\n"
    "Version: 0.16.0\nClassifier: License :: OSI Approved :: MIT License\n",
    f"{PACKAGES}/later-1.0.dist-info/METADATA": "Name: later\nVersion: 1.0\n",
    f"{PACKAGES}/later-1.0.dist-info/RECORD": "later.py,,\n",
    "home/somebody/notes.txt": "Package: no-package\n",
}


def image(without: str = "") -> ImageFiles:
    """Return the image of the files above, except for one."""
    return read(packed({name: text for name, text in FILES.items() if name != without}))


def packed(files: dict[str, str]) -> io.BytesIO:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as into:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            into.addfile(member, io.BytesIO(text.encode()))
    archive.seek(0)
    return archive


def written(about: About = ABOUT, files: ImageFiles | None = None) -> Any:
    text = bill(about, files or image())
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    return json.loads(text)


def test_system_interpreter_packages_and_wheel_are_listed_and_nothing_else() -> None:
    purls = sorted(each["purl"] for each in written()["components"])
    assert purls == [
        "pkg:deb/debian/libc6@2.41-12?arch=amd64&distro=debian-13",
        "pkg:generic/cpython@3.13.1",
        "pkg:generic/debian@13",
        "pkg:pypi/h-11@0.16.0",
        "pkg:pypi/later@1.0",
        "pkg:pypi/order-projector@0.1.0",
    ]


def test_the_image_is_named_with_what_it_is_based_on() -> None:
    subject = written()["metadata"]["component"]
    assert (subject["type"], subject["name"], subject["version"]) == (
        *("container", "order-projector"),
        "0.1.0",
    )
    (base,) = subject["pedigree"]["ancestors"]
    assert (base["name"], base["version"]) == ("python:3.13-slim", "sha256:5c")


def test_a_base_that_is_not_at_hand_is_unknown() -> None:
    subject = written(replace(ABOUT, base="", base_digest=""))["metadata"]["component"]
    (base,) = subject["pedigree"]["ancestors"]
    assert (base["name"], base["version"]) == ("unknown", "unknown")


def test_licences_are_those_that_packages_name_and_none_where_they_do_not() -> None:
    listed = {each["name"]: each.get("licenses") for each in written()["components"]}
    assert listed["order-projector"] == [{"license": {"id": "Apache-2.0"}}]
    assert listed["h-11"] == [{"license": {"id": "MIT"}}]
    assert (listed["later"], listed["libc6"]) == (None, None)


def test_a_package_needs_what_its_metadata_asks_for_on_this_python_without_extras() -> None:
    needs = {each["ref"]: each.get("dependsOn", []) for each in written()["dependencies"]}
    (worker,) = [ref for ref in needs if ref.startswith("pkg:pypi/order-projector@")]
    assert [ref.partition("#")[0] for ref in needs[worker]] == ["pkg:pypi/h-11@0.16.0"]
    assert len(needs["image"]) == 6


def test_a_system_whose_packages_cannot_be_read_is_said_to_be_one() -> None:
    properties = written(files=image("var/lib/dpkg/status"))["metadata"]["component"]["properties"]
    said = {each["name"]: each["value"] for each in properties}
    assert said["order-projector:image:os-packages"].startswith("not read")


def test_the_same_image_gives_the_same_bill() -> None:
    assert bill(ABOUT, image()) == bill(ABOUT, image())
