"""Upgrades of whole installations on loop devices, cut off at every step."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import msgspec
import pytest

from host import bootloader, events, healthy, paths
from host.boot import Boot
from host.bootloader import Bank, BankState
from host.errors import HostError
from host.machine.disks import find_disks
from host.machine.model import Firmware
from host.machine.probe import probe
from host.storage import banks, fat, partition, signatures
from host.storage.layout import Role
from installer import upgrading
from installer.context import Context
from installer.payload import read_payload
from installer.plan import plan
from installer.spec import UpgradeSpec
from tests.loop.conftest import GIB, VERSION, Installer, MakeLoop, disk_at, sh, spec_for
from tests.loop.test_install_loop import assert_bios, assert_done, error_of, esp, node, starts
from tests.loop.test_install_scripts import read, script

pytestmark = pytest.mark.root

NEWER = "99.1.0"


def medium(payload: Path, place: Path, version: str) -> Path:
    """A medium with another version: other files, and a manifest that says so."""
    shutil.copytree(payload, place)
    manifest = json.loads((place / "manifest.json").read_text())
    data = (place / "initrd").read_bytes() + version.encode()
    (place / "initrd").write_bytes(data)
    manifest["files"]["initrd"] = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    manifest["version"] = version
    (place / "manifest.json").write_text(json.dumps(manifest))
    return place


@pytest.fixture
def newer(payload: Path, tmp_path: Path) -> Path:
    return medium(payload, tmp_path / "newer", NEWER)


def upgrade_of(device: str, **more: object) -> UpgradeSpec:
    disk = disk_at(device)
    return UpgradeSpec(disk_id=disk.id, disk_serial=disk.serial, disk_size=disk.size, **more)  # type: ignore[arg-type]


def version_in(device: str, bank: Bank) -> str:
    """The version in a bank, every file of which is whole. Raises HostError when it is none."""
    where = node(device, banks.role(bank))
    version = banks.read_version(where)
    with banks._mounted(where) as place:
        manifest = json.loads((place / "bedplate/manifest.json").read_text())
        for name, file in manifest["files"].items():
            data = (place / "bedplate" / name).read_bytes()
            assert hashlib.sha256(data).hexdigest() == file["sha256"], name
    return version


def what_starts(device: str) -> tuple[str, ...]:
    """The versions that GRUB may come to, each from a bank that is whole and has its entry in the menu."""
    state = banks.read_state(node(device, Role.ESP))
    candidates = {state.settled} | ({state.trying} if state.trying else set())
    found = []
    for bank in sorted(candidates):
        assert state.good(bank)
        version = version_in(device, bank)
        entry = esp(device)[f"bedplate/{bank}.cfg"].decode()
        assert f'"{version}"' in entry
        assert partition.partition_uuid(node(device, banks.role(bank))) in entry
        found.append(version)
    return tuple(found)


def test_media_with_a_kickstart_file_leave_their_marks(
    loop: MakeLoop, installer: Installer, payload: Path, newer: Path, tmp_path: Path
) -> None:
    """By them such a medium, left in the machine, finds that it was here. Another upgrade keeps them."""
    device = loop(13 * GIB)
    installer.payload = shutil.copytree(payload, tmp_path / "marked")
    (installer.payload / "medium").write_text("0123abcd\n/KS.CFG\n")
    assert_done(installer.install(spec_for(device)), installer)
    assert esp(device)["bedplate/0123abcd.ks"] == b""
    (newer / "medium").write_text("4567cdef\n/KS.CFG\n")
    for source in (newer, newer):
        installer.payload = source
        assert_done(installer.install(upgrade_of(device)), installer)
        assert {"bedplate/0123abcd.ks", "bedplate/4567cdef.ks"} <= esp(device).keys()
    (newer / "medium").unlink()
    assert_done(installer.install(upgrade_of(device)), installer)
    assert {name for name in esp(device) if name.endswith(".ks")} == {
        "bedplate/0123abcd.ks",
        "bedplate/4567cdef.ks",
    }


class Cut(Exception):
    """The power goes."""


Upgrade = Callable[..., BankState]


@contextmanager
def under_way(device: str, payload: Path, loaders: Path, work: Path, firmware: Firmware) -> Iterator[Context]:
    """An upgrade as the engine prepares it, to be carried out step by step."""
    machine = msgspec.structs.replace(probe(loops=True), firmware=firmware)
    made = plan(machine, upgrade_of(device))
    work.mkdir(exist_ok=True)
    context = Context(
        machine=machine,
        spec=upgrade_of(device),
        disk=made.disk,
        layout=made.layout,
        payload=read_payload(payload),
        loaders=loaders,
        work=work,
        find_disks=partial(find_disks, loops=True),
        advance=lambda _: None,
        copied=lambda _: None,
        warn=lambda _: None,
        said=lambda *_: None,
    )
    with context.at_end:
        yield context


@pytest.mark.parametrize("sector", [512, 4096])
def test_cut_off_at_every_step_the_installed_version_starts(
    sector: int, loop: MakeLoop, installer: Installer, newer: Path, loaders: Path, tmp_path: Path
) -> None:
    """In the end the new one is tried; confirmed, it is what starts, and the next one goes to bank A."""
    firmware = Firmware.UEFI if sector == 4096 else Firmware.BIOS
    device = loop(13 * GIB, sector)
    assert_done(installer.install(spec_for(device), "--firmware", firmware.value), installer)
    if sector == 512:
        state_before = sh("sha256sum", node(device, Role.STATE))
    tasks = plan(msgspec.structs.replace(probe(loops=True), firmware=firmware), upgrade_of(device)).tasks
    for steps in range(len(tasks)):
        with (
            pytest.raises(Cut),
            under_way(device, newer, loaders, tmp_path / "work", firmware) as context,
        ):
            for number, task in enumerate(tasks):
                if number == steps:
                    raise Cut
                task.run(context)
        assert what_starts(device) == (VERSION,), type(tasks[steps]).__name__
        assert starts(device)
    with under_way(device, newer, loaders, tmp_path / "work", firmware) as context:
        for task in tasks:
            task.run(context)
    assert what_starts(device) == (VERSION, NEWER)
    state = banks.read_state(node(device, Role.ESP))
    assert (state.current, state.trying, state.tries) == (Bank.A, Bank.B, bootloader.TRIES)
    assert "plan" not in context.changed and "tried at the next start" in context.changed
    if sector == 512:
        assert sh("sha256sum", node(device, Role.STATE)) == state_before, "STATE is not touched"
        assert_bios(device)
    healthy.confirm(Boot(mode="host", disk=device, bank="b"), tmp_path / "confirmed")
    assert (tmp_path / "confirmed").exists()
    assert what_starts(device) == (NEWER,)
    with under_way(device, newer, loaders, tmp_path / "work", firmware) as context:
        for task in tasks:
            task.run(context)
    assert context.bank is Bank.A
    assert what_starts(device) == (NEWER, NEWER)


def test_upgrades_with_scripts_and_keeps_the_datastore(
    loop: MakeLoop, installer: Installer, newer: Path, loaders: Path, tmp_path: Path
) -> None:
    """By the engine as a program, with boot loaders that have changed."""
    device, mount = loop(20 * GIB), tmp_path / "mnt"
    assert_done(installer.install(spec_for(device)), installer)
    settings, rendered = read(device, Role.STATE, mount, "config/host.json", "rendered/.stamp")
    renewed = shutil.copytree(loaders, tmp_path / "renewed")
    (renewed / "mmx64.efi").write_bytes(b"another" * 50_000)
    (renewed / "core.img").write_bytes((loaders / "core.img").read_bytes() + b"more")
    installer.payload, installer.loaders = newer, renewed
    volumes = tmp_path / "volumes"
    spec = upgrade_of(
        device,
        installed=VERSION,
        offered=NEWER,
        post=(script(f"echo made > {volumes}/datastore1/stamp", 10),),
        first_boot=(script("echo first", 30, section="%firstboot"),),
    )
    seen = installer.install(spec, "--volumes", str(volumes))
    assert_done(seen, installer)
    assert seen[0] == events.Begun("upgrade")
    assert what_starts(device) == (VERSION, NEWER)
    assert read(device, Role.DATASTORE, mount, "stamp") == ["made\n"]
    kept = read(device, Role.STATE, mount, "config/host.json", "rendered/.stamp", "firstboot/queue/001.json")
    assert kept[:2] == [settings, rendered] and "echo first" in kept[2]
    assert paths.UPGRADE_LOG.relative_to(paths.MEDIUM) == Path("bedplate/install.log")
    (log,) = read(device, Role.BANK_B, mount, "bedplate/install.log")
    assert f"from version {VERSION} to version {NEWER}" in log
    assert esp(device)["EFI/BOOT/mmx64.efi"] == b"another" * 50_000
    assert_new_core(device)
    assert upgrading.examine(disk_at(device), VERSION) == upgrading.Examined(
        installed=VERSION, offered=VERSION
    )


def assert_new_core(device: str) -> None:
    """The boot code leads to the other half of the BIOS partition."""
    first = signatures.read_at(device, 0, signatures.BOOT_CODE)
    _, start, size = partition.read_table(device)[1]
    assert bootloader.core_sector(first) * 512 == start + size // 2
    core = signatures.read_at(node(device, Role.BIOS), size // 2, 512)
    assert int.from_bytes(core[500:508], "little") * 512 == start + size // 2 + 512


def test_what_cannot_be_upgraded(
    loop: MakeLoop, installer: Installer, payload: Path, newer: Path, tmp_path: Path
) -> None:
    """An older medium, another version than was confirmed, a failing script, banks that cannot be read."""
    device = loop(13 * GIB)
    installer.payload = newer
    assert_done(installer.install(spec_for(device)), installer)
    installer.payload = payload
    error = error_of(installer.install(upgrade_of(device)))
    assert f"newer than {VERSION}" in error.text and error.changed == "Nothing has been changed."
    examined = upgrading.examine(disk_at(device), VERSION)
    assert (examined.installed, "newer" in examined.refusal) == (NEWER, True)

    installer.payload = newer
    error = error_of(installer.install(upgrade_of(device, installed="98.0")))
    assert "98.0, which was confirmed" in error.text

    failing = upgrade_of(device, post=(script("exit 5", 10),), first_boot=(script("true", 20),))
    error = error_of(installer.install(failing, "--volumes", str(tmp_path / "volumes")))
    assert "exit status 5" in error.text and "starts as before" in error.changed
    assert what_starts(device) == (NEWER,)
    with pytest.raises(FileNotFoundError):
        read(device, Role.STATE, tmp_path / "mnt", "firstboot/queue/001.json")

    signatures.erase_ends(node(device, Role.BANK_A))
    examined = upgrading.examine(disk_at(device), NEWER)
    assert examined.installed == "" and "cannot be read" in examined.refusal
    assert "cannot be read" in error_of(installer.install(upgrade_of(device))).text
    with pytest.raises(HostError, match="cannot be upgraded"):
        upgrading.spec(disk_at(device), examined)


def test_a_damaged_bank_state_is_written_anew(loop: MakeLoop, installer: Installer, newer: Path) -> None:
    device = loop(13 * GIB)
    assert_done(installer.install(spec_for(device)), installer)
    with fat.opened(node(device, Role.ESP), writable=True) as files:
        files.replace(banks.BANKENV, b"torn")
    installer.payload = newer
    seen = installer.install(upgrade_of(device))
    assert_done(seen, installer)
    assert [event.text for event in seen if isinstance(event, events.Warning)] == [
        "The bank state on the ESP is damaged. It is written anew."
    ]
    assert what_starts(device) == (VERSION, NEWER)
