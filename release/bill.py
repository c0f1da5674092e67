"""A bill of materials in CycloneDX, from what was found in an image."""

from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message
from typing import Final

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType, Pedigree
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from release.image_files import ImageFiles
from release.licences import declared
from release.os_packages import OsPackage, needed

_OURS: Final = "order-projector"
_UNKNOWN: Final = "unknown"
_LICENCES: Final = LicenseFactory()


@dataclass(frozen=True, slots=True)
class About:
    """What is known of an image besides its files."""

    name: str
    image_id: str
    layers: tuple[str, ...]
    base: str
    """The name of the base image; empty if the image does not state it."""
    base_digest: str
    """Empty if the base image is not available locally or has changed."""
    python: str
    python_version: str


def bill(about: About, files: ImageFiles) -> str:
    """Return the bill as JSON, the same for the same image."""
    bom = Bom()
    bom.serial_number = None  # type: ignore[assignment]  # random by default; the time differs, too
    bom.metadata.timestamp = None  # type: ignore[assignment]
    image = _image(about, files)
    bom.metadata.component = image
    system, python = _system(files), _interpreter(about)
    packages = _os_components(files.os_packages or [], bom)
    modules = _python_components(files.python_packages, about, bom)
    for each in (system, python):
        bom.components.add(each)
    bom.register_dependency(image, [system, python, *packages, *modules])
    return str(JsonV1Dot6(bom).output_as_string(indent=2)) + "\n"


def _image(about: About, files: ImageFiles) -> Component:
    name, _, version = about.name.rpartition(":")
    base = Component(
        name=about.base or _UNKNOWN,
        version=about.base_digest or _UNKNOWN,
        type=ComponentType.CONTAINER,
        description="The base image; its version is its digest.",
    )
    properties = {"image:id": about.image_id, "image:layers": " ".join(about.layers)}
    if files.os_packages is None:
        properties["image:os-packages"] = "not read: there is neither dpkg's database nor apk's"
    return Component(
        name=name,
        version=version,
        type=ComponentType.CONTAINER,
        bom_ref="image",
        pedigree=Pedigree(ancestors=[base]),
        properties=_properties(properties),
    )


def _system(files: ImageFiles) -> Component:
    release = files.system
    name, version = release.get("ID", _UNKNOWN), release.get("VERSION_ID", _UNKNOWN)
    return Component(
        name=name,
        version=version,
        type=ComponentType.OPERATING_SYSTEM,
        description=release.get("PRETTY_NAME"),
        purl=PackageURL("generic", None, name, version),
        bom_ref="operating-system",
    )


def _interpreter(about: About) -> Component:
    version = about.python_version
    return Component(
        name=about.python,
        version=version,
        type=ComponentType.PLATFORM,
        description="The interpreter that `python3` is.",
        licenses=_licences(["PSF-2.0"] if about.python == "CPython" else []),
        purl=PackageURL("generic", None, about.python.lower(), version),
        cpe=f"cpe:2.3:a:python:python:{version}:*:*:*:*:*:*:*"
        if about.python == "CPython"
        else None,
        bom_ref="python",
    )


def _os_components(packages: list[OsPackage], bom: Bom) -> list[Component]:
    made = {
        each: Component(
            name=each.name,
            version=each.version,
            type=ComponentType.LIBRARY,
            licenses=[_LICENCES.make_with_name(it) for it in each.licences],
            purl=each.purl,
            bom_ref=str(each.purl),
            properties=_properties(
                {"os:architecture": each.architecture, "os:source": each.source}
            ),
        )
        for each in packages
    }
    for each, others in needed(packages).items():
        bom.components.add(made[each])
        bom.register_dependency(made[each], [made[it] for it in others])
    return list(made.values())


def _python_components(
    found: dict[str, "Message[str, str]"], about: About, bom: Bom
) -> list[Component]:
    made = {path: _python_component(path, package) for path, package in found.items()}
    by_name = {str(canonicalize_name(it.name)): it for it in made.values()}
    for path, component in made.items():
        bom.components.add(component)
        names = _required(found[path].get_all("Requires-Dist") or [], about)
        bom.register_dependency(component, [by_name[it] for it in names if it in by_name])
    return list(made.values())


def _python_component(path: str, package: "Message[str, str]") -> Component:
    name, version = package["Name"], package["Version"]
    try:
        licences = [declared(package)]
    except LookupError:
        licences = []
    purl = PackageURL("pypi", None, canonicalize_name(name), version)
    return Component(
        name=name,
        version=version,
        type=ComponentType.APPLICATION if name == _OURS else ComponentType.LIBRARY,
        description=package["Summary"],
        licenses=_licences(licences),
        purl=purl,
        bom_ref=f"{purl}#{path}",
        properties=_properties({"python:metadata": path}),
    )


def _required(lines: Iterable[str], about: About) -> list[str]:
    """Return the packages that are required on the image's Python, without extras."""
    short = ".".join(about.python_version.split(".")[:2])
    target = {"python_version": short, "python_full_version": about.python_version, "extra": ""}
    needs = map(Requirement, lines)
    return [
        canonicalize_name(it.name) for it in needs if not it.marker or it.marker.evaluate(target)
    ]


def _licences(expressions: Iterable[str]) -> list[License]:
    return [_LICENCES.make_from_string(each) for each in expressions]


def _properties(values: dict[str, str]) -> list[Property]:
    return [Property(name=f"{_OURS}:{name}", value=value) for name, value in values.items()]
