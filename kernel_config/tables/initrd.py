"""The modules the initrd carries, by name (as lsmod shows them), with the reason.

The initrd has to find one file system among the disks and media of any machine, so it carries every
controller a host may start from, and nothing for the network: what fetches the system from a server is a
table of its own (netboot.py).
"""

from __future__ import annotations

import msgspec


class Carried(msgspec.Struct, frozen=True):
    """Modules the initrd carries. ``at_once``: loaded before any device is looked at."""

    reason: str
    names: tuple[str, ...]
    at_once: bool = False


def _carried(reason: str, names: str) -> Carried:
    return Carried(reason, tuple(names.split()))


def _at_once(reason: str, names: str) -> Carried:
    return Carried(reason, tuple(names.split()), at_once=True)


CARRIED = (
    _at_once(
        "the system image: a squashfs with its hash tree, in a file", "loop squashfs overlay dm_mod dm_verity"
    ),
    _at_once("its checksums, by the CPU's own instructions where it has them", "sha256_ssse3"),
    _at_once("media, banks, ESP and STATE", "isofs ext4 vfat nls_cp437 nls_ascii nls_iso8859_1 nls_utf8"),
    _at_once("checksums of ext4", "crc32c_generic crc32c_intel"),
    _at_once("checksums of SCSI disks, which sd_mod asks for", "crct10dif_pclmul"),
    _at_once("disks and CDs behind any SCSI, SATA or USB controller", "sd_mod sr_mod"),
    _at_once("keyboards: somebody may have to answer a message", "usbhid hid_generic"),
    _carried("SATA and IDE", "ahci ata_piix ata_generic sata_mv sata_sil24"),
    _carried("NVMe, also behind Intel VMD", "nvme vmd"),
    _carried(
        "hypervisors",
        "virtio_blk virtio_scsi vmw_pvscsi mptspi mptsas hv_vmbus hv_storvsc pci_hyperv hyperv_keyboard",
    ),
    _carried(
        "SAS and RAID",
        "megaraid_sas mpt3sas mpi3mr smartpqi hpsa aacraid mvsas isci arcmsr 3w_9xxx 3w_sas pm80xx",
    ),
    _carried("boot from SAN (QLogic cards would want firmware that is not free)", "lpfc"),
    _carried(
        "USB: sticks, keyboards, and the virtual CD of a BMC",
        "xhci_pci ehci_pci ohci_pci uhci_hcd usb_storage uas",
    ),
    _carried("keyboards with quirks", "hid_logitech_dj hid_logitech_hidpp hid_apple hid_microsoft"),
    _carried("SD cards and eMMC", "mmc_block sdhci_pci sdhci_acpi"),
)
