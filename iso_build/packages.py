"""The Debian packages of the image, each with the reason it is there. Nothing else is installed by hand."""

from __future__ import annotations

SUITE = "trixie"

PACKAGES: dict[str, str] = {
    # The system
    "systemd": "starts and watches everything; networkd configures the network",
    "systemd-sysv": "systemd as init, with shutdown and reboot",
    "systemd-resolved": "name resolution from DHCP or the configured servers",
    "udev": "devices and their names",
    "dbus-broker": "the bus that networkctl, resolvectl and hostnamectl speak on, with less memory than dbus",
    "kmod": "kernel modules",
    "util-linux": "blkid, wipefs, lsblk, agetty",
    "fdisk": "sfdisk for looking at partition tables by hand",
    "busybox": "the initrd's shell and tools, and ash for scripts",
    "dmsetup": "opens the system image through dm-verity",
    "less": "reading logs in the shell",
    "procps": "ps, top, sysctl",
    "login": "the shell's login",
    "passwd": "accounts",
    # Our own programs
    "python3": "the language of everything here",
    "python3-urwid": "installer and direct console",
    "python3-pyudev": "finding disks and noticing new ones",
    "python3-netifaces": "addresses of interfaces",
    "python3-parted": "partition tables",
    "python3-msgspec": "configuration, events and recorded machines as typed data",
    "python3-libvirt": "the virtual machine engine's interface",
    "python3-fastapi": "the management agent",
    "python3-uvicorn": "the management agent's server",
    "python3-cryptography": "the host's certificate",
    # Virtual machines
    "libvirt-daemon": "the virtual machine engine's daemon",
    "libvirt-daemon-driver-qemu": "QEMU and KVM under libvirt",
    "libvirt-daemon-system": "libvirt's units and users",
    "libvirt-clients": "virsh",
    "qemu-system-x86": "runs the virtual machines",
    "qemu-utils": "disk images",
    "ovmf": "UEFI for virtual machines",
    "seabios": "BIOS for virtual machines",
    "swtpm": "TPM 2.0 for virtual machines",
    # Disks
    "dosfstools": "the EFI system partition",
    "mtools": "the files of the EFI system partition, put there before it is written",
    "e2fsprogs": "banks and STATE",
    "xfsprogs": "datastores",
    "mdadm": "taking down foreign RAID before a disk is written",
    "lvm2": "taking down foreign LVM before a disk is written",
    "eject": "ejecting the medium after the installation",
    # Boot loaders: the build takes them out of their packages, the installer copies them to the disk
    "grub-pc-bin": "GRUB for BIOS",
    "grub-common": "grub-mkimage, for the build",
    "grub-efi-amd64-signed": "GRUB signed by Debian, for Secure Boot",
    "shim-signed": "the first loader, signed for Secure Boot",
    "efibootmgr": "the firmware's boot entry",
    # Network and services
    "iproute2": "ip and bridge",
    "iputils-ping": "Test Management Network",
    "iputils-arping": "finding a duplicate address before it is used",
    "ethtool": "adapter details",
    "pciutils": "names of adapters and controllers",
    "nftables": "the firewall",
    "openssh-server": "SSH, off by default",
    "chrony": "time",
    "ca-certificates": "trust for outgoing HTTPS",
    "kbd": "console keymaps",
}
