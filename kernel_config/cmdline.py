"""The kernel's command lines, each word with its reason.

What is not here is left at the kernel's default on purpose: mitigations of CPU flaws (``mitigations=auto``),
the CPU's random numbers (trusted), lockdown (Secure Boot switches it on), the number of serial ports (4).
"""

from __future__ import annotations

import msgspec


class Parameter(msgspec.Struct, frozen=True):
    """One word of a command line."""

    text: str
    reason: str


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """A way to start that helps on an odd machine: without the words ``drop``, then with ``add``."""

    title: str
    reason: str
    add: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()


COMMON = (
    Parameter(
        "console=ttyS0,115200n8", "kernel messages on the first serial port; harmless where there is none"
    ),
    Parameter(
        "console=tty0", "and on the screen; the last one is where systemd writes, and a screen never stalls"
    ),
    Parameter("quiet", "a serial line takes seconds for the messages of a whole boot"),
    Parameter(
        "loglevel=3", "a driver's warning must not be written across the screens of installer and console"
    ),
    Parameter("systemd.show_status=no", "the same for systemd; what failed is shown by our programs"),
    Parameter("systemd.getty_auto=no", "no login prompt on serial ports: our programs are there"),
    Parameter(
        "transparent_hugepage=madvise", "QEMU asks for huge pages; small daemons would only waste memory"
    ),
    Parameter("usbcore.autosuspend=-1", "a BMC's virtual keyboard loses the first key when it was asleep"),
)

INSTALL = (Parameter("bedplate.mode=install", "start the installer"),)

HOST = (
    Parameter("panic=30", "a host that panics is back in service half a minute later, without anybody there"),
    Parameter(
        "intel_iommu=on",
        "Debian's kernel leaves it off for integrated graphics, which home labs pass through",
    ),
    Parameter("iommu=pt", "the host's own disks and network cards at full speed"),
)

VARIANTS = (
    Variant(
        title="show all messages",
        reason="to see where a start stops",
        drop=("quiet", "loglevel=3", "systemd.show_status=no"),
        add=("loglevel=7", "systemd.show_status=yes"),
    ),
    Variant(
        title="serial console on COM2",
        reason="many servers have serial over LAN on the second port",
        drop=("console=ttyS0,115200n8", "console=tty0"),
        add=("console=ttyS1,115200n8", "console=tty0"),
    ),
    Variant(
        title="without IOMMU",
        reason="firmware that describes its IOMMU wrongly: disks or network cards time out",
        drop=("intel_iommu=on", "iommu=pt"),
        add=("intel_iommu=off", "amd_iommu=off"),
    ),
)


def install(variant: Variant | None = None) -> tuple[str, ...]:
    """The words of the installation medium's command line."""
    return _words((*COMMON, *INSTALL), variant)


def host(variant: Variant | None = None) -> tuple[str, ...]:
    """The words of an installed host's command line; its boot loader adds ``bedplate.bank=<PARTUUID>``."""
    return _words((*COMMON, *HOST), variant)


def _words(parameters: tuple[Parameter, ...], variant: Variant | None) -> tuple[str, ...]:
    words = tuple(parameter.text for parameter in parameters)
    if variant is None:
        return words
    return (*(word for word in words if word not in variant.drop), *variant.add)
