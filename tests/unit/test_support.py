"""What View Support Information shows."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from host import support


def test_every_section_has_facts_on_any_machine() -> None:
    sections = support.support()
    assert [section.title for section in sections] == ["Machine", "Software", "Fingerprints"]
    for section in sections:
        assert section.facts
        assert all(label and value for label, value in section.facts)


def test_the_machine_is_what_the_firmware_says(tmp_path: Path) -> None:
    for name, text in {
        "sys_vendor": "ACME\n",
        "product_name": "Roadrunner 3000\n",
        "product_serial": "  SN-1 \n",
        "bios_vendor": "ACME",
        "bios_version": "1.2",
        "product_uuid": "\n",
    }.items():
        (tmp_path / name).write_text(text)
    facts = dict(support._machine(tmp_path).facts)
    assert (facts["Vendor"], facts["Model"], facts["Serial number"]) == ("ACME", "Roadrunner 3000", "SN-1")
    assert facts["UUID"] == support.UNKNOWN
    assert facts["Firmware"].endswith("ACME, 1.2")


@pytest.mark.processes
@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_fingerprints_are_those_ssh_shows(tmp_path: Path, kind: str) -> None:
    key = tmp_path / f"ssh_host_{kind}_key"
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", key], check=True)
    shown = subprocess.run(["ssh-keygen", "-l", "-f", key], check=True, capture_output=True, text=True)
    assert support.ssh_fingerprints(tmp_path) == ((kind.upper(), shown.stdout.split()[1]),)


@pytest.mark.parametrize("text", ["", "ssh-ed25519", "ssh-ed25519 ###", "\x00"])
def test_a_damaged_key_is_left_out(tmp_path: Path, text: str) -> None:
    (tmp_path / "ssh_host_ed25519_key.pub").write_text(text)
    assert support.ssh_fingerprints(tmp_path) == ()
