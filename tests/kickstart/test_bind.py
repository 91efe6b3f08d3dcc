"""A script on one machine."""

from __future__ import annotations

from typing import Any

import pytest

from host.config.model import ManagementNetwork
from host.errors import HostError
from host.machine.model import Content, Cpu, Disk, Firmware, Location, Machine, Nic
from installer.kickstart import Binding, Bound, bind
from installer.kickstart.script import Mode
from installer.plan import describe
from installer.spec import Datastore, ExtraDatastore, InstallSpec, OtherDisk, UpgradeSpec
from tests.kickstart import support
from tests.kickstart.support import messages, script, whole
from tests.unit.test_prechecks import GIB, disk
from tests.unit.test_prechecks import machine as made

VMFS = (Content(kind="VMFS", path="/dev/sda3", label="old", size=90 * GIB),)
OURS = (
    Content(kind="bedplate", path="/dev/sda", size=100 * GIB),
    Content(kind="datastore", path="/dev/sda6", label="datastore1", size=90 * GIB),
)
SYSTEM = OURS[:1]
STRAY = OURS[1:]
WINDOWS = (Content(kind="ntfs", path="/dev/sda2", label="C", size=90 * GIB),)
SECOND = disk(path="/dev/sdb", id="naa.b", serial="Z2")


def binding(machine: Machine, *lines: str) -> Binding:
    return bind(script(whole(*lines)), machine)


def bound(machine: Machine, *lines: str) -> Bound:
    found = binding(machine, *lines)
    assert found.bound is not None, messages(found)
    return found.bound


def refused(machine: Machine, *lines: str) -> str:
    found = binding(machine, *lines)
    assert found.bound is None
    return "\n".join(messages(found))


def on(contents: tuple[Content, ...] = (), *others: Disk, **more: Any) -> Machine:
    return made(disks=(disk(contents=contents), *others), **more)


OVERWRITE, PRESERVE, NONE = "--overwritevmfs", "--preservevmfs", "--novmfsondisk"
POLICY: tuple[tuple[tuple[Content, ...], str, str], ...] = (
    ((), "", "create"),
    ((), OVERWRITE, "create"),
    ((), PRESERVE, "create"),
    ((), NONE, "none"),
    (WINDOWS, "", "create"),
    (WINDOWS, PRESERVE, "create"),
    (VMFS, "", "nothing says"),
    (VMFS, NONE, "nothing says"),
    (VMFS, OVERWRITE, "create"),
    (VMFS, f"{OVERWRITE} {NONE}", "none"),
    (VMFS, PRESERVE, "cannot be kept"),
    (OURS, "", "nothing says"),
    (OURS, OVERWRITE, "create"),
    (OURS, PRESERVE, "preserve"),
    (OURS, f"{PRESERVE} {NONE}", "does not want"),
    (SYSTEM, "", "create"),
    (STRAY, PRESERVE, "cannot be kept"),
    (STRAY, OVERWRITE, "create"),
    ((*OURS, *VMFS), PRESERVE, "cannot be kept"),
)


@pytest.mark.parametrize(("contents", "options", "outcome"), POLICY)
def test_what_becomes_of_a_datastore(contents: tuple[Content, ...], options: str, outcome: str) -> None:
    machine = on(contents)
    line = f"install --firstdisk {options}"
    if outcome not in list(Datastore):
        assert outcome in refused(machine, line)
        return
    spec = bound(machine, line).spec
    assert isinstance(spec, InstallSpec) and spec.datastore == outcome
    assert describe(machine, spec)


@pytest.mark.parametrize(
    ("contents", "line", "mode"),
    [
        (OURS, "upgrade --firstdisk", Mode.UPGRADE),
        (SYSTEM, "upgrade --disk=naa.5000c500a1b2c3d4", Mode.UPGRADE),
        (OURS, "installorupgrade --firstdisk", Mode.UPGRADE),
        (OURS, "installorupgrade --firstdisk --overwritevmfs", Mode.UPGRADE),
        ((), "installorupgrade --firstdisk", Mode.INSTALL),
        (VMFS, "installorupgrade --firstdisk --overwritevmfs", Mode.INSTALL),
    ],
)
def test_install_or_upgrade(contents: tuple[Content, ...], line: str, mode: Mode) -> None:
    found = bound(on(contents), line)
    assert found.mode is mode
    assert isinstance(found.spec, UpgradeSpec if mode is Mode.UPGRADE else InstallSpec)
    assert describe(on(contents), found.spec)


def test_an_upgrade_uses_nothing_of_the_hosts_settings() -> None:
    """So an adapter that is not there, or a datastore that an installation has made, does not stop it."""
    found = bound(
        on(OURS),
        "installorupgrade --firstdisk",
        "network --device=vmnic7",
        "part more --ondisk=naa.gone",
        "%firstboot",
        "true",
    )
    assert isinstance(found.spec, UpgradeSpec) and found.adapter == "" and found.datastores == ()
    assert len(found.spec.first_boot) == 1 and (found.spec.installed, found.spec.offered) == ("", "")


def test_only_our_own_can_be_upgraded() -> None:
    assert "no installation of Bedplate" in refused(on(VMFS), "upgrade --firstdisk")
    assert "nothing says" in refused(on(VMFS), "installorupgrade --firstdisk")


def test_the_spec_has_everything() -> None:
    nics = (
        Nic(name="eth1", mac="52:54:00:00:00:03", pci="0000:05:00.0"),
        Nic(name="eth0", mac="52:54:00:00:00:02", pci="0000:03:00.0"),
    )
    spec = bound(
        on(nics=nics),
        "install --firstdisk",
        "keyboard German",
        "network --bootproto=static --ip=192.0.2.10 --netmask=255.255.255.0 --vlanid=7 "
        "--hostname=esx1.example.net --nameserver=192.0.2.2 --device=52-54-00-00-00-03 --addvmportgroup=0",
    ).spec
    assert isinstance(spec, InstallSpec)
    assert (spec.disk_id, spec.disk_serial, spec.disk_size) == ("naa.5000c500a1b2c3d4", "Z1", 100 * GIB)
    assert (spec.keyboard, spec.hostname, spec.vm_port_group) == ("German", "esx1.example.net", False)
    assert spec.management.uplinks == ("vmnic1",)
    assert spec.management.vlan == 7
    assert spec.management.ipv4.address == "192.0.2.10"
    assert spec.management.dns.servers == ("192.0.2.2",)
    assert spec.password_hash


def test_without_a_network_command_the_first_adapter_with_a_link_is_taken() -> None:
    assert bound(support.machine("rack"), "install --firstdisk").adapter == "vmnic1"
    spec = bound(on(), "install --firstdisk").spec
    assert isinstance(spec, InstallSpec) and spec.management == ManagementNetwork()


@pytest.mark.parametrize("device", ["vmnic1", "52:54:00:00:00:99"])
def test_an_adapter_that_is_not_there(device: str) -> None:
    said = refused(on(), "install --firstdisk", f"network --device={device}")
    assert f"ks.cfg:4: error: There is no network adapter {device}." in said
    assert "vmnic0 (52:54:00:00:00:01, no link)" in said


def test_disks_that_are_not_there_or_not_fit() -> None:
    assert "The machine has: naa.5000c500a1b2c3d4 (SEAGATE ST1000" in refused(on(), "install --disk=naa.9")
    assert "No disk fits --firstdisk=usb." in refused(on(), "install --firstdisk=usb")
    assert "The machine has: no disk." in refused(made(), "install --firstdisk")
    for wrong in ({"boot_medium": True}, {"read_only": True}, {"size": GIB}, {"sector": 520}):
        machine = made(disks=(disk(**wrong),))
        assert "cannot be used" in refused(machine, "install --disk=naa.5000c500a1b2c3d4")
        assert "No disk fits" in refused(machine, "install --firstdisk")
    twins = support.machine("twins")
    assert "fits 2 disks: /dev/sda, /dev/sdb" in refused(twins, "install --disk=naa.5002538f12345134")


def cleared(
    machine: Machine, clearpart: str, install: str = "install --disk=naa.5000c500a1b2c3d4"
) -> list[str]:
    return [one.path for one in bound(machine, install, clearpart).clear]


def test_clearpart_spares_datastores() -> None:
    old = disk(path="/dev/sdc", id="naa.c", contents=VMFS)
    own = disk(path="/dev/sdd", id="naa.d", contents=STRAY)
    full = disk(path="/dev/sde", id="naa.e", contents=WINDOWS)
    machine = on((), SECOND, old, own, full)
    assert cleared(machine, "clearpart --alldrives") == ["/dev/sde"]
    assert cleared(machine, "clearpart --alldrives --overwritevmfs") == ["/dev/sdc", "/dev/sdd", "/dev/sde"]
    assert cleared(machine, "clearpart --ignoredrives=naa.e --overwritevmfs") == ["/dev/sdc", "/dev/sdd"]
    assert cleared(machine, "clearpart --drives=naa.c,naa.e") == ["/dev/sde"]
    assert cleared(machine, "clearpart --drives=naa.c --overwritevmfs") == ["/dev/sdc"]


def test_clearpart_never_touches_the_medium_or_what_is_write_protected() -> None:
    medium = disk(path="/dev/sdc", id="naa.c", contents=VMFS, boot_medium=True, location=Location.USB)
    locked = disk(path="/dev/sdd", id="naa.d", contents=WINDOWS, read_only=True)
    machine = on((), medium, locked)
    assert cleared(machine, "clearpart --alldrives --overwritevmfs") == []
    for name in ("naa.c", "naa.d"):
        assert "cannot be erased" in refused(machine, "install --firstdisk", f"clearpart --drives={name}")


def test_clearpart_names_disks_that_are_there() -> None:
    for option in ("--drives", "--ignoredrives"):
        assert "There is no disk naa.9" in refused(on(), "install --firstdisk", f"clearpart {option}=naa.9")


def test_clearpart_speaks_for_the_target_too() -> None:
    for line in ("--alldrives", "--firstdisk", "--drives=naa.5000c500a1b2c3d4"):
        spec = bound(on(VMFS), "install --firstdisk", f"clearpart {line} --overwritevmfs").spec
        assert isinstance(spec, InstallSpec) and spec.datastore is Datastore.CREATE and spec.erase
    assert "nothing says" in refused(on(VMFS), "install --firstdisk", "clearpart --alldrives")
    said = refused(on(OURS), "install --firstdisk --preservevmfs", "clearpart --alldrives --overwritevmfs")
    assert "clearpart --overwritevmfs erases" in said


def test_extra_datastores() -> None:
    machine = on(
        (), SECOND, disk(path="/dev/sdc", id="naa.c"), disk(path="/dev/sdd", id="naa.d", contents=WINDOWS)
    )
    found = bound(machine, "install --firstdisk", "part one --onfirstdisk", "part two --onfirstdisk=local")
    assert [(one.name, one.disk.path) for one in found.datastores] == [
        ("one", "/dev/sdb"),
        ("two", "/dev/sdc"),
    ]
    target = "naa.5000c500a1b2c3d4"
    assert "taken by the system" in refused(machine, "install --firstdisk", f"part one --ondisk={target}")
    twice = ("install --firstdisk", "part one --ondisk=naa.c", "part two --ondisk=naa.c")
    assert "taken by another datastore" in refused(machine, *twice)
    assert "is not empty: NTFS" in refused(machine, "install --firstdisk", "part one --ondisk=naa.d")
    lines = ("install --firstdisk", "clearpart --drives=naa.d", "part one --ondisk=naa.d")
    assert bound(machine, *lines).datastores[0].disk.path == "/dev/sdd"


def test_the_checks_of_the_machine_count() -> None:
    weak = on(cpu=Cpu(model="c", packages=1, cores=1, threads=1))
    said = refused(weak, "install --firstdisk")
    assert "ks.cfg:3: error: CPU_CORES" in said and "warning: HARDWARE_VIRTUALIZATION" in said
    found = binding(weak, "install --firstdisk --ignoreprereqerrors")
    assert found.bound is not None
    assert {one.severity for one in found.diagnostics} == {"warning"}
    assert binding(weak, "install --firstdisk --ignoreprereqerrors", "paranoid").bound is None
    both = "install --firstdisk --ignoreprereqerrors --ignoreprereqwarnings"
    assert binding(weak, both, "paranoid").bound is not None
    no_kvm = support.machine("no-virtualization")
    assert binding(no_kvm, "install --firstdisk", "paranoid").bound is None
    assert binding(no_kvm, "install --firstdisk --ignoreprereqwarnings", "paranoid").bound is not None


def test_warnings_of_the_machine_are_errors_under_paranoid() -> None:
    lines = ("install --disk=/dev/sda", "paranoid")
    assert "may be another disk" in refused(on(), *lines)
    assert bound(on(), *lines[:1]).disk.path == "/dev/sda"


def test_large_sectors_need_uefi() -> None:
    machine = made(disks=(disk(sector=4096),), firmware=Firmware.BIOS)
    assert "BIOS cannot start" in refused(machine, "install --firstdisk")


def test_a_script_that_is_not_complete_binds_nothing() -> None:
    found = bind(script("%include /tmp/all\n"), on())
    assert found.bound is None
    assert [one.severity for one in found.diagnostics] == ["note"]


def test_what_is_bound_can_be_planned_on_every_recorded_machine() -> None:
    tried = 0
    for path in sorted(support.MACHINES.glob("*.json")):
        machine = support.machine(path.stem)
        for options in ("", OVERWRITE, PRESERVE, NONE, f"{OVERWRITE} {NONE}"):
            found = binding(machine, f"install --firstdisk {options}").bound
            if found is None:
                continue
            tried += 1
            try:
                describe(machine, found.spec)
            except HostError as error:
                pytest.fail(f"{path.stem} {options}: {error}")
    assert tried > 10


def test_a_disk_in_use_is_never_erased() -> None:
    used = disk(path="/dev/sdc", id="naa.c", contents=WINDOWS, holders=("md127 (raid1)",))
    machine = on((), used)
    assert cleared(machine, "clearpart --alldrives --overwritevmfs") == []
    said = messages(binding(machine, "install --firstdisk", "clearpart --alldrives"))
    assert any("warning: naa.c is in use and is not erased: md127 (raid1)." in one for one in said)
    assert "error: naa.c is in use" in refused(machine, "install --firstdisk", "clearpart --drives=naa.c")


def test_the_engine_gets_the_other_disks_by_serial_and_size() -> None:
    full = disk(path="/dev/sdd", id="naa.d", serial="Z4", contents=WINDOWS)
    lines = ("install --firstdisk", "clearpart --drives=naa.d", "part bulk --ondisk=naa.d")
    spec = bound(on((), full), *lines).spec
    assert isinstance(spec, InstallSpec)
    assert spec.clear == (OtherDisk(id="naa.d", serial="Z4", size=100 * GIB),)
    assert spec.datastores == (ExtraDatastore(name="bulk", disk=spec.clear[0]),)


def test_an_unfinished_datastore_of_a_cut_off_installation_is_no_obstacle() -> None:
    left = (Content(kind="unfinished", path="/dev/sdd1", size=90 * GIB),)
    machine = on((), disk(path="/dev/sdd", id="naa.d", contents=left))
    assert bound(machine, "install --disk=naa.5000c500a1b2c3d4", "part bulk --ondisk=naa.d").datastores


def test_a_datastores_disk_may_be_smaller_than_a_systems_and_need_not_start() -> None:
    small = disk(path="/dev/sdd", id="naa.d", size=GIB)
    large = disk(path="/dev/sde", id="naa.e", sector=4096)
    machine = on((), small, large, disk(path="/dev/sdf", id="naa.f", size=GIB - 1), firmware=Firmware.BIOS)
    install = "install --disk=naa.5000c500a1b2c3d4"
    found = bound(machine, install, "part one --onfirstdisk", "part two --ondisk=naa.e")
    assert [one.disk.path for one in found.datastores] == ["/dev/sdd", "/dev/sde"]
    assert "too small for a datastore" in refused(machine, install, "part one --ondisk=naa.f")
