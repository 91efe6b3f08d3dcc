"""What somebody who is asked for help wants to know about this host first."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import msgspec

from host import boot, certificates, paths
from host.errors import HostError
from host.product import product

_DMI = Path("/sys/class/dmi/id")
_SSH = Path("/etc/ssh")
UNKNOWN = "not available"


class Section(msgspec.Struct, frozen=True):
    """Some facts under one ``title``, each a label and a value."""

    title: str
    facts: tuple[tuple[str, str], ...]


def support() -> tuple[Section, ...]:
    """Serial number, versions, bank and fingerprints. What cannot be found out is said to be so."""
    return _machine(), _software(), _fingerprints()


def _machine(dmi: Path = _DMI) -> Section:
    return Section(
        "Machine",
        (
            ("Vendor", _text(dmi / "sys_vendor")),
            ("Model", _text(dmi / "product_name")),
            ("Serial number", _text(dmi / "product_serial")),
            ("UUID", _text(dmi / "product_uuid")),
            ("Firmware", _firmware(dmi)),
        ),
    )


def _firmware(dmi: Path) -> str:
    known = [_text(dmi / name) for name in ("bios_vendor", "bios_version", "bios_date")]
    kind = "UEFI" if Path("/sys/firmware/efi").is_dir() else "BIOS"
    return ", ".join([kind, *(text for text in known if text != UNKNOWN)])


def _software() -> Section:
    facts = [("Product", UNKNOWN), ("Started from", UNKNOWN)]
    try:
        ours = product()
        facts[0] = ("Product", f"{ours.name} {ours.version} ({ours.build})")
        started = boot.load()
        facts[1] = ("Started from", _bank(started))
        if started.image:
            facts.append(("System image", started.image))
    except HostError as error:
        facts.append(("Problem", str(error)))
    facts += [
        ("Installation", _installation()),
        ("Licence", "GPL-3.0-or-later; no licence key is needed"),
    ]
    return Section("Software", tuple(facts))


def _bank(started: boot.Boot) -> str:
    if started.bank:
        return f"bank {started.bank.upper()} on {started.disk}"
    return started.disk or started.device or UNKNOWN


def _installation() -> str:
    from host.config import store

    try:
        return store.load().config.uuid
    except HostError:
        return UNKNOWN


def _fingerprints() -> Section:
    facts = [("TLS certificate (SHA-256)", certificates.fingerprint() or UNKNOWN)]
    facts += [
        (f"SSH {kind} key", fingerprint)
        for directory in (_SSH, paths.STATE / "ssh")
        for kind, fingerprint in ssh_fingerprints(directory)
    ]
    return Section("Fingerprints", tuple(dict.fromkeys(facts)))


def ssh_fingerprints(directory: Path = _SSH) -> tuple[tuple[str, str], ...]:
    """Kind and fingerprint of each host key in the directory, as ssh-keygen(1) and ssh(1) print them."""
    found = []
    for path in sorted(directory.glob("ssh_host_*_key.pub")):
        words = _text(path).split()
        try:
            digest = hashlib.sha256(base64.b64decode(words[1], validate=True)).digest()
        except (IndexError, ValueError):
            continue
        kind = words[0].removeprefix("ssh-").partition("-")[0].upper()
        found.append((kind, "SHA256:" + base64.b64encode(digest).decode().rstrip("=")))
    return tuple(found)


def _text(path: Path) -> str:
    """The text in a small file; "not available" when it is missing, empty or not ours to read."""
    try:
        return path.read_text(errors="replace").strip() or UNKNOWN
    except OSError:
        return UNKNOWN
