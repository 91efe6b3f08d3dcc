"""Command lines of virtual machines."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from host.errors import HostError
from tools import keys
from tools.qemu import Accel, Bus, Disk, Firmware, Forward, Machine, Nic, command, create_disk

CD = Path("/x/a.iso")
DISK = Disk(Path("/x/d.img"))


def options(argv: list[str], name: str) -> list[str]:
    return [value for option, value in pairwise(argv) if option == f"-{name}"]


def device(argv: list[str], part: str) -> str:
    (found,) = [value for value in options(argv, "device") if part in value]
    return found


def test_the_disk_first_then_the_cd(tmp_path: Path) -> None:
    argv = command(Machine(iso=CD, disks=(DISK,)), tmp_path)
    assert "bootindex=0" in device(argv, "scsi-hd") and "bootindex=1" in device(argv, "ide-cd")


def test_no_boot_order_with_a_kernel(tmp_path: Path) -> None:
    argv = command(Machine(kernel=Path("/k"), append="console=ttyS0", disks=(DISK,)), tmp_path)
    assert "bootindex" not in " ".join(argv)
    assert options(argv, "append") == ["console=ttyS0"]


@pytest.mark.parametrize("bus", Bus)
def test_every_bus_names_its_disk(tmp_path: Path, bus: Bus) -> None:
    argv = command(Machine(disks=(Disk(Path("/x/d.img"), serial="S1", bus=bus),)), tmp_path)
    assert "serial=S1" in device(argv, "drive=disk0")


def test_sectors_of_4096_bytes(tmp_path: Path) -> None:
    argv = command(Machine(disks=(Disk(Path("/x/d.img"), sector=4096),)), tmp_path)
    assert "logical_block_size=4096,physical_block_size=4096" in device(argv, "scsi-hd")


def test_a_comma_in_a_path_is_not_an_option(tmp_path: Path) -> None:
    argv = command(Machine(disks=(Disk(Path("/x/a,b.img")),)), tmp_path)
    assert any("file=/x/a,,b.img" in value for value in options(argv, "drive"))


def test_kvm_or_an_emulated_processor_with_svm(tmp_path: Path) -> None:
    assert options(command(Machine(accel=Accel.KVM), tmp_path), "cpu") == ["host"]
    assert options(command(Machine(accel=Accel.TCG), tmp_path), "cpu") == ["EPYC,+svm"]


def test_ports_lead_into_the_guest(tmp_path: Path) -> None:
    nic = Nic(forwards=(Forward(2222, 22), Forward(8443, 443, "10.0.2.50")), isolated=True)
    (network,) = options(command(Machine(nics=(nic,)), tmp_path), "netdev")
    assert "hostfwd=tcp:127.0.0.1:2222-:22" in network
    assert "hostfwd=tcp:127.0.0.1:8443-10.0.2.50:443" in network
    assert "restrict=on" in network


def test_secure_boot_has_keys_and_keeps_its_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OVMF_CODE_4M.secboot.fd", "OVMF_VARS_4M.ms.fd"):
        (tmp_path / name).write_text(name)
    monkeypatch.setattr("tools.qemu.FIRMWARE", tmp_path)
    folder = tmp_path / "machine"
    folder.mkdir()
    argv = command(Machine(firmware=Firmware.SECUREBOOT), folder)
    assert options(argv, "machine") == ["q35,smm=on"]
    assert "driver=cfi.pflash01,property=secure,value=on" in options(argv, "global")
    kept = folder / "secureboot-vars.fd"
    assert kept.read_text() == "OVMF_VARS_4M.ms.fd"
    kept.write_text("changed by the firmware")
    command(Machine(firmware=Firmware.SECUREBOOT), folder)
    assert kept.read_text() == "changed by the firmware"


def test_missing_firmware_names_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.qemu.FIRMWARE", tmp_path)
    with pytest.raises(HostError, match="ovmf"):
        command(Machine(firmware=Firmware.UEFI), tmp_path)


def test_a_disk_is_sparse(tmp_path: Path) -> None:
    disk = create_disk(tmp_path / "sub/d.img", 32 << 30)
    assert disk.stat().st_size == 32 << 30
    assert disk.stat().st_blocks == 0


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("enter", ("ret",)), ("f11", ("f11",)), ("alt-f1", ("alt", "f1")), ("A", ("shift", "a")),
        ("a", ("a",)),         ("-", ("minus",)), ("_", ("shift", "minus")), ("$", ("shift", "4")),
        (" ", ("spc",)), (">", ("shift", "dot")),
    ],
)  # fmt: skip
def test_keys_of_the_keyboard(name: str, codes: tuple[str, ...]) -> None:
    assert keys.monitor(name) == codes


def test_keys_of_a_terminal() -> None:
    assert keys.serial("f2") == b"\x1bOQ" and keys.serial("f11") == b"\x1b[23~" and keys.serial("y") == b"y"
    with pytest.raises(HostError, match="no key named"):
        keys.serial("f99")


def test_a_bios_boots_over_the_network_by_the_rom_of_its_adapter(tmp_path: Path) -> None:
    nic = Nic(tftp=Path("/srv/a,b"), bootfile="http://10.0.2.2:1/boot.ipxe")
    argv = command(Machine(nics=(nic,), boot=("disk0", "net0")), tmp_path)
    (network,) = options(argv, "netdev")
    assert network.endswith(",tftp=/srv/a,,b,bootfile=http://10.0.2.2:1/boot.ipxe")
    assert "romfile=" not in device(argv, "nic0") and "bootindex=1" in device(argv, "nic0")
    plain = device(command(Machine(), tmp_path), "nic0")
    assert "romfile=" in plain and "bootindex" not in plain


def test_another_dhcp_server_on_the_same_hub(tmp_path: Path) -> None:
    argv = command(Machine(nics=(Nic(answers=(7001, 7002)),)), tmp_path)
    assert "netdev=hub0" in device(argv, "nic0")
    wired = options(argv, "netdev")
    assert "socket,id=wire0,udp=127.0.0.1:7001,localaddr=127.0.0.1:7002" in wired
    ports = {value.rpartition("=")[2] for value in wired if value.startswith("hubport,id=port")}
    assert ports == {"net0", "wire0"}
