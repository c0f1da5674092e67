"""The packages of an operating system are read as its package manager has recorded them."""

from release.os_packages import (
    alpine_packages,
    debian_licences,
    debian_packages,
    needed,
)

BOOKWORM = {"ID": "debian", "VERSION_ID": "12"}
STATUS = """\
Package: zlib1g
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Source: zlib (1:1.2.13.dfsg-1)
Version: 1:1.2.13.dfsg-1+b2
Depends: libc6 (>= 2.14)
Conflicts: zlib1 (<= 1:1.0.4-7)
Description: compression library - runtime
 zlib is a library.
 .
 It compresses.

Package: libc6
Status: install ok installed
Architecture: amd64
Version: 2.36-9
Source: glibc
Provides: libc6-2.36

Package: tool
Status: install ok installed
Architecture: all
Version: 3+b1
Pre-Depends: libc6-2.36
Depends: nothing-of-it | zlib1g:any (>= 1:1), missing

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1.0
"""
COPYRIGHT = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: zlib

Files: *
Copyright: 1995-2022 Somebody
License: Zlib

Files: debian/*
License: GPL-2+
 This program is free software.

License: Zlib
 Permission is granted.
"""
APK = """\
C:Q1abc=
P:musl
V:1.2.5-r9
A:x86_64
L:MIT
o:musl
p:so:libc.musl-x86_64.so.1=1

P:busybox
V:1.37.0-r12
A:x86_64
L:GPL-2.0-only
D:so:libc.musl-x86_64.so.1>=1 !conflicting
F:bin
R:busybox
"""


def test_what_is_installed_is_listed_and_what_has_been_removed_is_not() -> None:
    zlib, libc, tool = debian_packages(STATUS, {}, BOOKWORM)
    assert (zlib.name, zlib.version, zlib.architecture) == ("zlib1g", "1:1.2.13.dfsg-1+b2", "amd64")
    assert (libc.name, tool.name) == ("libc6", "tool")


def test_a_debian_package_has_a_purl_with_its_architecture_and_its_release() -> None:
    zlib, _, tool = debian_packages(STATUS, {}, BOOKWORM)
    assert str(zlib.purl) == (
        "pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1%2Bb2?arch=amd64&distro=debian-12"
    )
    assert tool.purl.qualifiers == {"arch": "all", "distro": "debian-12"}


def test_a_debian_package_names_the_source_that_it_was_built_from() -> None:
    sources = [each.source for each in debian_packages(STATUS, {}, BOOKWORM)]
    assert sources == ["zlib 1:1.2.13.dfsg-1", "glibc 2.36-9", "tool 3+b1"]


def test_needs_lead_to_what_is_installed_under_whatever_name() -> None:
    zlib, libc, tool = debian_packages(STATUS, {}, BOOKWORM)
    assert needed([zlib, libc, tool]) == {zlib: [libc], libc: [], tool: [libc, zlib]}


def test_licences_are_those_that_a_copyright_file_for_machines_names() -> None:
    assert debian_licences(COPYRIGHT) == ("Zlib", "GPL-2+")
    zlib, libc, _ = debian_packages(STATUS, {"zlib1g": COPYRIGHT}, BOOKWORM)
    assert (zlib.licences, libc.licences) == (("Zlib", "GPL-2+"), ())


def test_a_copyright_file_in_prose_names_no_licence() -> None:
    assert debian_licences("It was packaged by somebody.\n\nLicense: see below\n") == ()


def test_alpine_s_database_is_read_likewise() -> None:
    musl, busybox = alpine_packages(APK, {"ID": "alpine", "VERSION_ID": "3.22.1"})
    assert str(busybox.purl) == (
        "pkg:apk/alpine/busybox@1.37.0-r12?arch=x86_64&distro=alpine-3.22.1"
    )
    assert (musl.licences, busybox.licences) == (("MIT",), ("GPL-2.0-only",))
    assert needed([musl, busybox]) == {musl: [], busybox: [musl]}
