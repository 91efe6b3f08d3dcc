"""Virtual machines: what one consists of, QEMU's command line for it, and running it.

``make run``, the tests and the measurements all get their machines here, so they all see the same one.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from host.errors import HostError
from tools.places import FIRMWARE
from tools.qmp import Qmp


class Firmware(StrEnum):
    """What starts the machine. SECUREBOOT has Microsoft's keys enrolled and enforces them."""

    BIOS = "bios"
    UEFI = "uefi"
    SECUREBOOT = "secureboot"


class Bus(StrEnum):
    """How a disk is attached."""

    SCSI = "virtio-scsi"
    VIRTIO = "virtio-blk"
    NVME = "nvme"
    SATA = "sata"
    USB = "usb"


class Accel(StrEnum):
    """What executes the guest's instructions."""

    KVM = "kvm"
    TCG = "tcg"


@dataclass(frozen=True)
class Disk:
    """A disk image and how the guest sees it. ``sector`` is in bytes, 512 or 4096."""

    path: Path
    serial: str = "BEDPLATE0001"
    model: str = "TESTDISK"
    """What SCSI disks call themselves; those on other buses say what QEMU is."""

    bus: Bus = Bus.SCSI
    sector: int = 512
    image: str = "raw"
    read_only: bool = False


@dataclass(frozen=True)
class Forward:
    """A port of 127.0.0.1 that leads into the guest; an empty address is the guest's by DHCP."""

    host: int
    guest: int
    address: str = ""


@dataclass(frozen=True)
class Nic:
    """A network adapter on a network of its own: 10.0.2.0/24 with DHCP, gateway and name server."""

    mac: str = "52:54:00:be:d0:00"
    forwards: tuple[Forward, ...] = ()
    isolated: bool = False
    """Whether the guest reaches nothing outside; forwarded ports work either way."""

    model: str = "virtio-net-pci"
    tftp: Path | None = None
    """A folder that its TFTP server hands out."""

    bootfile: str = ""
    """What its DHCP names as the file to boot: a path below ``tftp``, or a URL for iPXE."""

    answers: tuple[int, int] | None = None
    """UDP ports of 127.0.0.1 where every frame goes to, and where frames come from: for a DHCP server beside
    QEMU's own."""


@dataclass(frozen=True)
class Machine:
    """A machine to run. ``memory`` is in MiB. ``boot`` names what is tried, in order: disk0, cd, net0 …

    The disk comes first by default: a blank one is passed over, and QEMU, unlike a real drive, closes the
    CD's tray when the machine resets, so that an ejected CD would start again.
    """

    firmware: Firmware = Firmware.BIOS
    accel: Accel = Accel.TCG
    iso: Path | None = None
    disks: tuple[Disk, ...] = ()
    nics: tuple[Nic, ...] = (Nic(),)
    memory: int = 4096
    cpus: int = 2
    boot: tuple[str, ...] = ("disk0", "cd")
    kernel: Path | None = None
    initrd: Path | None = None
    append: str = ""
    volatile: bool = False
    """Disk writes need not survive a power cut of the machine that runs QEMU; a test does not mind."""

    extra: tuple[str, ...] = field(default=())


def create_disk(path: Path, size: int, *, image: str = "raw") -> Path:
    """Create a sparse disk image of ``size`` bytes, replacing one that is there; needs qemu-img for qcow2."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    if image == "raw":
        with path.open("wb") as file:
            file.truncate(size)
    else:
        subprocess.run(["qemu-img", "create", "-q", "-f", image, str(path), str(size)], check=True)
    return path


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def firmware_files(firmware: Firmware) -> tuple[Path, Path]:
    """OVMF's code and its pristine variables. Raises HostError when the package is missing."""
    if firmware is Firmware.SECUREBOOT:
        code, variables = FIRMWARE / "OVMF_CODE_4M.secboot.fd", FIRMWARE / "OVMF_VARS_4M.ms.fd"
    else:
        code, variables = FIRMWARE / "OVMF_CODE_4M.fd", FIRMWARE / "OVMF_VARS_4M.fd"
    for file in (code, variables):
        if not file.exists():
            raise HostError(
                f"{file} is missing.", hint="It is in the package ovmf; `make setup` installs it."
            )
    return code, variables


def command(machine: Machine, folder: Path) -> list[str]:
    """QEMU's command line without consoles; ``folder`` keeps the firmware's variables from run to run."""
    argv = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-name", "bedplate"]
    argv += _processor(machine) + _firmware(machine, folder)
    argv += ["-m", str(machine.memory), "-smp", str(machine.cpus), "-vga", "std"]
    argv += ["-device", "qemu-xhci,id=xhci", "-device", "virtio-scsi-pci,id=scsi"]
    argv += _cd(machine)
    for number, disk in enumerate(machine.disks):
        argv += _disk(machine, number, disk)
    for number, nic in enumerate(machine.nics):
        argv += _nic(machine, number, nic)
    if machine.kernel:
        argv += ["-kernel", str(machine.kernel), "-append", machine.append]
    if machine.initrd:
        argv += ["-initrd", str(machine.initrd)]
    return [*argv, *machine.extra]


def _processor(machine: Machine) -> list[str]:
    if machine.accel is Accel.KVM:
        return ["-accel", "kvm", "-cpu", "host"]
    return ["-accel", "tcg,thread=multi", "-cpu", "EPYC,+svm"]


def _firmware(machine: Machine, folder: Path) -> list[str]:
    if machine.firmware is Firmware.BIOS:
        return ["-machine", "q35"]
    code, pristine = firmware_files(machine.firmware)
    variables = folder / f"{machine.firmware}-vars.fd"
    if not variables.exists():
        shutil.copyfile(pristine, variables)
    secure = machine.firmware is Firmware.SECUREBOOT
    argv = ["-machine", "q35,smm=on" if secure else "q35", "-global", "ICH9-LPC.disable_s3=1"]
    if secure:
        argv += ["-global", "driver=cfi.pflash01,property=secure,value=on"]
    argv += ["-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={_escape(code)}"]
    return [*argv, "-drive", f"if=pflash,format=raw,unit=1,file={_escape(variables)}"]


def _cd(machine: Machine) -> list[str]:
    drive = "if=none,id=cd,media=cdrom,readonly=on"
    if machine.iso:
        drive += f",format=raw,file={_escape(machine.iso)}"
    return ["-drive", drive, "-device", "ide-cd,drive=cd,id=cdrom" + _order(machine, "cd")]


def _disk(machine: Machine, number: int, disk: Disk) -> list[str]:
    name = f"disk{number}"
    drive = f"if=none,id={name},format={disk.image},discard=unmap,file={_escape(disk.path)}"
    drive += ",readonly=on" if disk.read_only else ""
    drive += ",cache=unsafe" if machine.volatile else ",cache=writeback"
    sector = f",logical_block_size={disk.sector},physical_block_size={disk.sector}"
    device = {
        Bus.SCSI: f"scsi-hd,bus=scsi.0,vendor=ACME,product={disk.model}" + sector,
        Bus.VIRTIO: "virtio-blk-pci" + sector,
        Bus.NVME: "nvme" + sector,
        Bus.SATA: "ide-hd",
        Bus.USB: "usb-storage,bus=xhci.0,removable=on" + sector,
    }[disk.bus]
    device += f",drive={name},id={name}-device,serial={disk.serial}" + _order(machine, name)
    return ["-drive", drive, "-device", device]


def _nic(machine: Machine, number: int, nic: Nic) -> list[str]:
    network = f"user,id=net{number}" + (",restrict=on" if nic.isolated else "")
    for forward in nic.forwards:
        network += f",hostfwd=tcp:127.0.0.1:{forward.host}-{forward.address}:{forward.guest}"
    if nic.tftp:
        network += f",tftp={_escape(nic.tftp)}"
    if nic.bootfile:
        network += f",bootfile={nic.bootfile.replace(',', ',,')}"
    end, wires = f"net{number}", ["-netdev", network]
    if nic.answers:
        end = f"hub{number}"
        wires += _hub(number, nic.answers)
    device = f"{nic.model},netdev={end},id=nic{number},mac={nic.mac}" + _order(machine, f"net{number}")
    # UEFI has a driver of its own; a BIOS boots over the network by the iPXE in the adapter's ROM.
    rom = machine.firmware is Firmware.BIOS and f"net{number}" in machine.boot
    return [*wires, "-device", device if rom else f"{device},romfile="]


def _hub(number: int, ports: tuple[int, int]) -> list[str]:
    """The adapter, QEMU's network and a socket on one hub."""
    to, here = ports
    socket_ = f"socket,id=wire{number},udp=127.0.0.1:{to},localaddr=127.0.0.1:{here}"
    return [
        *("-netdev", socket_),
        *("-netdev", f"hubport,id=port{number}a,hubid={number},netdev=net{number}"),
        *("-netdev", f"hubport,id=port{number}b,hubid={number},netdev=wire{number}"),
        *("-netdev", f"hubport,id=hub{number},hubid={number}"),
    ]


def _order(machine: Machine, name: str) -> str:
    given = machine.kernel is None and name in machine.boot
    return f",bootindex={machine.boot.index(name)}" if given else ""


def _escape(path: Path) -> str:
    return str(path).replace(",", ",,")


class Qemu:
    """A running machine with its serial port, its monitor and its log in ``folder``.

    The serial port is the Unix socket ``folder/serial``. QEMU is not asked to log it: whenever the reader is
    slow its log has bytes twice. Keep ``folder`` short: a socket's path has at most 107 characters.
    """

    def __init__(self, machine: Machine, folder: Path) -> None:
        """Start the machine; raises HostError when QEMU does not come up."""
        self.machine = machine
        self.folder = folder
        self.started = time.monotonic()
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("serial", "qmp"):
            (folder / name).unlink(missing_ok=True)
        self.argv = command(machine, folder) + self._consoles()
        self._log = (folder / "qemu.log").open("wb")
        try:
            self.process = subprocess.Popen(
                self.argv,
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                start_new_session=True,
            )
        except FileNotFoundError as error:
            self._log.close()
            raise HostError("qemu-system-x86_64 is missing.", hint="`make setup` installs it.") from error
        try:
            self.qmp = Qmp(folder / "qmp")
        except HostError as error:
            self.kill()
            raise HostError(f"QEMU did not start: {self.last_words()}") from error

    def _consoles(self) -> list[str]:
        serial, qmp = (_escape(self.folder / name) for name in ("serial", "qmp"))
        return [
            *("-display", "none"),
            *("-chardev", f"socket,id=serial,path={serial},server=on,wait=off"),
            *("-serial", "chardev:serial"),
            *("-qmp", f"unix:{qmp},server=on,wait=off"),
        ]

    def running(self) -> bool:
        """Whether QEMU still runs."""
        return self.process.poll() is None

    def wait_off(self, timeout: float) -> None:
        """Wait until the guest has switched the machine off; raises HostError after ``timeout`` seconds."""
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired as error:
            raise HostError(f"The machine is still on after {timeout:g} s.") from error

    def stop(self) -> None:
        """Switch the machine off like its mains switch would, with QEMU's own buffers written out."""
        if self.running():
            with contextlib.suppress(HostError, OSError):
                self.qmp.command("quit")
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
        self.kill()

    def kill(self) -> None:
        """Cut the power: QEMU gets no chance to write anything."""
        if self.running():
            self.process.kill()
        self.process.wait()
        if hasattr(self, "qmp"):
            self.qmp.close()
        self._log.close()

    def reset(self) -> None:
        """Press the reset button; the firmware looks for what to boot from the start."""
        self.qmp.command("system_reset")

    def send_keys(self, codes: Sequence[str]) -> None:
        """Press keys of the PS/2 keyboard together, by QEMU's names, for a tenth of a second."""
        keys = [{"type": "qcode", "data": code} for code in codes]
        self.qmp.command("send-key", keys=keys, **{"hold-time": 100})

    def screendump(self, target: Path) -> Path:
        """Write what the screen shows as PNG (or as QEMU's PPM where ``target`` does not end in .png)."""
        raw = self.folder / "screen.ppm"
        self.qmp.command("screendump", filename=str(raw))
        if target.suffix != ".png":
            return raw.rename(target)
        from PIL import Image

        with Image.open(raw) as picture:
            picture.save(target)
        return target

    def set_link(self, number: int, up: bool) -> None:
        """Plug in or pull the cable of adapter ``number``."""
        self.qmp.command("set_link", name=f"nic{number}", up=up)

    def insert_cd(self, iso: Path | None) -> None:
        """Put another medium into the CD drive, or take it out with None."""
        if iso is None:
            self.qmp.command("eject", id="cdrom", force=True)
        else:
            self.qmp.command(
                "blockdev-change-medium", id="cdrom", filename=str(iso), format="raw", force=True
            )

    def has_ejected(self) -> bool:
        """Whether the guest has opened the tray of the CD drive since it was started."""
        self.qmp.command("query-status")
        moves = [event["data"] for event in self.qmp.events if event["event"] == "DEVICE_TRAY_MOVED"]
        return any(move["tray-open"] for move in moves)

    def last_words(self) -> str:
        """The end of what QEMU printed."""
        said = (self.folder / "qemu.log").read_text(errors="replace").splitlines()
        return "\n".join(line for line in said if "TCG doesn't support requested feature" not in line)[-600:]
