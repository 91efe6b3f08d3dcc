"""The ISO itself: its size, what is in it, and that its libraries are those the tests ran with."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from host.run import run
from tools.places import BUILD, ROOT

pytestmark = pytest.mark.vm

SAME_VERSIONS = {
    "urwid": "python3-urwid",
    "wcwidth": "python3-wcwidth",
    "pyudev": "python3-pyudev",
    "netifaces": "python3-netifaces",
    "pyparted": "python3-parted",
    "msgspec": "python3-msgspec",
    "cryptography": "python3-cryptography",
    "fastapi": "python3-fastapi",
    "starlette": "python3-starlette",
    "uvicorn": "python3-uvicorn",
    "h11": "python3-h11",
    "pydantic": "python3-pydantic",
}
"""Libraries the tests use and the image has: name of the library, name of Debian's package."""


LARGEST = 200 * 1000 * 1000
"""Bytes the ISO may have; the Host Client is still to come."""


def files(iso: Path) -> list[str]:
    listed = run(["xorriso", "-indev", iso, "-find", "/", "-type", "f"]).stdout
    return [line.strip("'") for line in listed.splitlines()]


def test_the_iso_is_small(iso: Path) -> None:
    assert iso.stat().st_size <= LARGEST


def test_the_payload_is_complete(iso: Path, tmp_path: Path) -> None:
    names = files(iso)
    manifest = tmp_path / "manifest.json"
    run(["xorriso", "-osirrox", "on", "-indev", iso, "-extract", "/bedplate/manifest.json", manifest])
    listed = json.loads(manifest.read_text())
    assert listed["product"] == "Bedplate" and len(listed["root_hash"]) == 64
    assert f"/bedplate/system-{listed['root_hash'][:16]}.img" in names
    for name in listed["files"]:
        assert f"/bedplate/{name}" in names


def test_a_software_list_is_in_the_iso(iso: Path) -> None:
    assert "/bedplate/software.cdx.json" in files(iso)


def required_versions() -> dict[str, str]:
    rows = (ROOT / "requirements-dev.txt").read_text().splitlines()
    return dict(row.split("==") for row in rows if "==" in row)


def upstream(version: str) -> str:
    """The upstream part of a Debian version: ``1:2.6.16+dfsg-1+b2`` is 2.6.16."""
    return re.sub(r"[+~]?(dfsg|ds|repack).*", "", version.split(":")[-1].rsplit("-", 1)[0])


@pytest.mark.parametrize(
    ("debian", "version"),
    [
        ("2.6.16-1", "2.6.16"),
        ("1:0.19.0+ds-2+b1", "0.19.0"),
        ("3.13.0-1+b3", "3.13.0"),
        ("0.46.1-3", "0.46.1"),
    ],
)
def test_upstream_version_of_a_debian_package(debian: str, version: str) -> None:
    assert upstream(debian) == version


def test_tests_use_the_versions_of_the_image(iso: Path) -> None:
    assert iso.exists()
    required = required_versions()
    image = {row["name"]: row["version"] for row in json.loads((BUILD / "software.json").read_text())}
    different = {
        library: (required[library], image.get(package, "none"))
        for library, package in SAME_VERSIONS.items()
        if upstream(image.get(package, "none-0")) != required[library]
    }
    assert different == {}
