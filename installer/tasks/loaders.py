"""Write the boot loaders, last: before, the disk does not start; after, the host does.

The ESP is built as a file in memory and copied to its partition with its first sector last, so that
firmware finds either no file system or a whole one. For a BIOS the first sector of the disk, which holds
the code, is the last.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from host import bootloader
from host.bootloader import Bank
from host.errors import HostError
from host.run import CommandError, run
from host.storage import banks, partition, signatures
from host.storage.layout import Role
from installer.context import Context
from installer.payload import Payload
from installer.tasks.base import MIB

_EFI_FILES = {"mmx64.efi": "mmx64.efi", "grubx64.efi": "grubx64.efi", "shimx64.efi": "BOOTX64.EFI"}
"""Files of the loaders' folder and their names in EFI/BOOT: firmware looks for the last, which loads the one
before.
"""

_CLUSTER = {512: 4, 4096: 1}
"""Sectors a FAT cluster has, so that FAT32 gets the 65525 clusters it must have."""


@dataclass(frozen=True)
class WriteLoaders:
    """shim and GRUB for UEFI on the ESP, GRUB for BIOS in its partition and the first sector."""

    title: str = "Installing the boot loaders"

    def weight(self, context: Context) -> int:  # noqa: ARG002
        """About what is written."""
        return 12 * MIB

    def run(self, context: Context) -> None:
        """Raises HostError when a loader is missing or cannot be written."""
        image = context.work / "esp.img"
        context.at_end.callback(image.unlink, missing_ok=True)
        serial = os.urandom(4).hex().upper()
        make_esp(context, image, serial)
        context.advance(6 * MIB)
        _copy_image(image, context.nodes[Role.ESP], context.layout.sector)
        if context.layout.sector == 512:
            write_bios(context, context.layout.need(Role.BIOS).start // 512)
        context.changed = "The host is installed; what failed came after that."


@dataclass(frozen=True)
class RegisterWithFirmware:
    """An entry "Bedplate" in the boot menu of UEFI firmware, which also finds the loader by itself, so this
    may fail.
    """

    title: str = "Registering with the firmware"

    def weight(self, context: Context) -> int:  # noqa: ARG002
        """One or two commands."""
        return MIB

    def run(self, context: Context) -> None:
        """Never raises: a failure is a warning."""
        try:
            _register(context)
        except CommandError as error:
            context.warn(
                f"The firmware took no boot entry ({error.message}). If the host does not start by itself, "
                "choose the disk in the firmware's boot menu."
            )


def make_esp(context: Context, image: Path, serial: str) -> None:
    """Build the ESP in a file. ``serial`` is the FAT serial number, eight hex digits. Raises HostError."""
    sector = context.layout.sector
    image.unlink(missing_ok=True)
    with image.open("wb") as file:
        file.truncate(context.layout.need(Role.ESP).size)
    format_ = [
        "mkfs.fat",
        "-F",
        "32",
        "-S",
        str(sector),
        "-s",
        str(_CLUSTER[sector]),
        "-n",
        "BEDPLATE",
        "-i",
        serial,
    ]
    run([*format_, image])
    tree = context.work / "esp"
    shutil.rmtree(tree, ignore_errors=True)
    spelled = f"{serial[:4]}-{serial[4:]}"
    for name, data in esp_files(context.loaders, context.payload, spelled, context.nodes[Role.BANK_A]):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(data)
    run(["mcopy", "-i", image, "-s", *sorted(tree.iterdir()), "::/"], env={"MTOOLS_SKIP_CHECK": "1"})


def esp_files(loaders: Path, payload: Payload, serial: str, bank_a: str) -> Iterator[tuple[str, bytes]]:
    """The files of a new ESP, by path. Raises HostError when a boot loader is not in the image."""
    yield from loader_files(loaders, serial)
    yield bank_file(payload, Bank.A, bank_a)
    # There from the beginning, so that an upgrade only replaces files.
    yield bank_path(Bank.B), b""
    yield banks.BANKENV, bootloader.render_env(bootloader.fresh_state())
    if payload.mark:
        yield bootloader.mark_path(payload.mark), b""


def loader_files(loaders: Path, serial: str) -> Iterator[tuple[str, bytes]]:
    """What is the same for all banks, the loader that is started first last: each starts files before it.

    ``serial`` is the FAT serial number of the ESP (``ABCD-1234``). Raises HostError when a boot loader is not
    in the image.
    """
    yield "bedplate/grub.cfg", bootloader.render_menu().encode()
    yield "EFI/debian/grub.cfg", bootloader.render_stub(serial).encode()
    for source, target in _EFI_FILES.items():
        yield f"EFI/BOOT/{target}", loader(loaders, source)


def bank_file(payload: Payload, bank: Bank, node: str) -> tuple[str, bytes]:
    """Path and contents of the file that says how a bank is started, whose partition is ``node``."""
    manifest = payload.manifest
    uuid = partition.partition_uuid(node)
    return bank_path(bank), bootloader.render_bank(bank, manifest.version, uuid, manifest.cmdline).encode()


def bank_path(bank: Bank) -> str:
    """Where on the ESP that file is."""
    return f"bedplate/{bank}.cfg"


def _copy_image(image: Path, target: str, sector: int) -> None:
    """Copy the parts of an image that hold data; its first sector, without which it is no file system,
    last.
    """
    with image.open("rb") as source:
        for start, end in _extents(source.fileno()):
            source.seek(max(start, sector))
            signatures.write_at(target, max(start, sector), source.read(end - max(start, sector)))
        source.seek(0)
        signatures.write_at(target, 0, source.read(sector))


def _extents(descriptor: int) -> Iterator[tuple[int, int]]:
    """The ranges of a sparse file that hold data."""
    size = os.fstat(descriptor).st_size
    end = 0
    while end < size:
        try:
            start = os.lseek(descriptor, end, os.SEEK_DATA)
        except OSError:
            # ENXIO: nothing but a hole up to the end.
            return
        end = os.lseek(descriptor, start, os.SEEK_HOLE)
        yield start, end


def write_bios(context: Context, sector: int) -> None:
    """GRUB's core from that sector of the disk on, read back, and then the boot code that leads to it.

    Raises HostError when a file is missing, does not fit, or cannot be written.
    """
    slot = context.layout.need(Role.BIOS)
    core = bootloader.place_core(loader(context.loaders, "core.img"), sector)
    if len(core) > slot.size // 2:
        raise HostError(
            "GRUB's core image is larger than half its partition.", hint="Use another installation medium."
        )
    node, offset = context.nodes[Role.BIOS], sector * 512 - slot.start
    signatures.write_at(node, offset, core)
    if signatures.read_at(node, offset, len(core)) != core:
        raise HostError(
            f"GRUB was read back from {node} with other contents than were written.",
            hint="The disk, its cable, its controller or the machine's memory is failing.",
        )
    signatures.write_boot_code(
        context.disk.path, bootloader.boot_code(loader(context.loaders, "boot.img"), sector)
    )


def _register(context: Context) -> None:
    listing = run(["efibootmgr"], reads_only=True).stdout
    present = run(["lsblk", "--noheadings", "--output", "PARTUUID"], reads_only=True).stdout.split()
    present.append(partition.partition_uuid(context.nodes[Role.ESP]))
    for number in bootloader.stale_entries(listing, present):
        run(["efibootmgr", "--quiet", "--delete-bootnum", "--bootnum", number])
    run(
        [
            *("efibootmgr", "--quiet", "--create", "--disk", context.disk.path),
            *("--part", str(context.layout.need(Role.ESP).number)),
            *("--label", context.payload.manifest.product, "--loader", r"\EFI\BOOT\BOOTX64.EFI"),
        ]
    )


def loader(folder: Path, name: str) -> bytes:
    """A boot loader file of the image. Raises HostError when it is missing."""
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise HostError(
            f"The boot loader file {folder / name} is missing.", hint="Use another installation medium."
        ) from error
