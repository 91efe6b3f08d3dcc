"""The list of software in the image: CycloneDX for tools, a short one for people and tests."""

from __future__ import annotations

import json
import re
from pathlib import Path

from iso_build.kernel import Kernel
from iso_build.release import PRODUCT, version
from iso_build.root import PackageRoot


def installed(root: PackageRoot, kernel: Kernel) -> list[dict[str, str]]:
    """Every package in the image: ``name``, ``version`` and ``licence`` (as its copyright says)."""
    found = [{"name": kernel.package, "version": kernel.version, "licence": "GPL-2.0-only"}]
    for block in (root.tree / "var/lib/dpkg/status").read_text().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if re.match(r"[A-Z][\w-]*: ", line))
        if fields.get("Status") == "install ok installed":
            name = fields["Package"]
            found.append({"name": name, "version": fields["Version"], "licence": _licence(root.tree, name)})
    return sorted(found, key=lambda package: package["name"])


def _licence(tree: Path, package: str) -> str:
    """The licences a machine-readable copyright file names; "see copyright" where it is prose."""
    copyright_file = tree / "usr/share/doc" / package / "copyright"
    if not copyright_file.exists():
        return "see copyright"
    text = copyright_file.read_text(errors="replace")
    names = sorted(set(re.findall(r"^License: *(\S.*?) *$", text, re.MULTILINE)))
    return " AND ".join(names) if names and text.startswith("Format:") else "see copyright"


def cyclonedx(packages: list[dict[str, str]], build: str) -> str:
    """The list as CycloneDX 1.5 JSON (https://cyclonedx.org/docs/1.5/json/), equal for equal builds."""
    components = [
        {
            "type": "library",
            "bom-ref": f"{package['name']}@{package['version']}",
            "name": package["name"],
            "version": package["version"],
            "purl": f"pkg:deb/debian/{package['name']}@{package['version']}?distro=debian-13",
            "licenses": [{"license": {"name": package["licence"]}}],
        }
        for package in packages
    ]
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {"type": "operating-system", "name": PRODUCT, "version": f"{version()}+{build}"}
        },
        "components": components,
    }
    return json.dumps(document, indent=1) + "\n"
