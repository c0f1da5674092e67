"""Read an image's files for what the image consists of, without running anything."""

import re
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from email.parser import HeaderParser
from typing import IO, Final

from release.os_packages import OsPackage, alpine_packages, debian_packages

_OS_RELEASE: Final = ("etc/os-release", "usr/lib/os-release")
_DPKG: Final = re.compile(r"var/lib/dpkg/(?:status|status\.d/(?!.*\.md5sums)[^/]+)$")
_APK: Final = ("lib/apk/db/installed", "usr/lib/apk/db/installed")
_COPYRIGHT: Final = re.compile(r"usr/share/doc/([^/]+)/copyright$")
_PYTHON: Final = re.compile(r".*(?:\.dist-info/METADATA|\.egg-info|\.egg-info/PKG-INFO)$")


@dataclass(slots=True)
class ImageFiles:
    """The relevant files, as text."""

    os_release: str = ""
    dpkg: list[str] = field(default_factory=list)
    apk: list[str] = field(default_factory=list)
    copyrights: dict[str, str] = field(default_factory=dict)
    python: dict[str, str] = field(default_factory=dict)
    """The metadata of the Python packages, by path."""

    @property
    def system(self) -> Mapping[str, str]:
        """The fields of the operating system's `os-release`."""
        lines = (line.partition("=") for line in self.os_release.splitlines())
        return {name: value.strip("\"'") for name, found, value in lines if found}

    @property
    def os_packages(self) -> list[OsPackage] | None:
        """The operating system's packages; None if its package database is of an unknown kind."""
        if self.dpkg:
            return debian_packages("\n\n".join(self.dpkg), self.copyrights, self.system)
        if self.apk:
            return alpine_packages("\n\n".join(self.apk), self.system)
        return None

    @property
    def python_packages(self) -> dict[str, "Message[str, str]"]:
        """The parsed metadata of the Python packages, by path."""
        return {path: HeaderParser().parsestr(text) for path, text in sorted(self.python.items())}

    def take(self, path: str, text: str) -> None:
        """Store a file."""
        if path in _OS_RELEASE:
            self.os_release = text
        elif _DPKG.fullmatch(path):
            self.dpkg.append(text)
        elif path in _APK:
            self.apk.append(text)
        elif copyright_file := _COPYRIGHT.fullmatch(path):
            self.copyrights[copyright_file[1]] = text
        elif _PYTHON.fullmatch(path):
            self.python[path] = text


def read(archive: IO[bytes]) -> ImageFiles:
    """Read the tar of an image's file system as a stream."""
    found = ImageFiles()
    with tarfile.open(fileobj=archive, mode="r|*") as packed:
        for member in packed:
            path = member.name.removeprefix("./")
            if member.isfile() and _matters(path) and (file := packed.extractfile(member)):
                found.take(path, file.read().decode(errors="replace"))
    return found


def _matters(path: str) -> bool:
    known = path in _OS_RELEASE or path in _APK
    return known or any(it.fullmatch(path) for it in (_DPKG, _COPYRIGHT, _PYTHON))
