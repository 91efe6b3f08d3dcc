"""What the image leaves out of its packages, each with the reason.

Patterns are fnmatch patterns on paths relative to the root (no leading slash); a directory's pattern
takes everything below it along.
"""

from __future__ import annotations

import re
from fnmatch import translate

LEFT_OUT: dict[str, str] = {
    "usr/share/doc/*/[!c]*": "documentation; copyright files stay, as the licences ask",
    "usr/share/doc/*/c[!o]*": "documentation",
    "usr/share/man/*": "manual pages",
    "usr/share/info/*": "manual pages",
    "usr/share/locale/*": "messages are untranslated on the host",
    "usr/share/i18n/*": "sources of locales",
    "usr/share/zoneinfo/right/*": "time with leap seconds",
    "usr/share/bash-completion/*": "completion for programs few will type",
    "usr/share/zsh/*": "no zsh",
    "usr/share/fish/*": "no fish",
    "usr/share/lintian/*": "packaging only",
    "usr/share/bug/*": "packaging only",
    "usr/share/perl*": "no perl",
    "usr/lib/x86_64-linux-gnu/perl*": "no perl",
    "usr/bin/perl*": "no perl",
    "usr/share/consoletrans/*": "sources of keymaps; ours are compiled at build time",
    "usr/share/X11/*": "no X",
    "usr/bin/apt*": "the image is immutable: packages come with the next image",
    "usr/lib/apt/*": "the image is immutable",
    "usr/lib/x86_64-linux-gnu/libapt-*": "the image is immutable",
    "usr/bin/dpkg*": "the image is immutable",
    "usr/lib/dpkg/*": "the image is immutable",
    "usr/share/dpkg/*": "the image is immutable",
    "usr/share/debconf/*": "the image is immutable",
    "etc/apt/*": "the image is immutable",
    "etc/dpkg/*": "the image is immutable",
    "var/lib/apt/*": "the image is immutable",
    "var/lib/dpkg/*": "the software list holds names, versions and licences",
    "var/cache/*": "caches of the build",
    "var/log/*": "logs of the build",
    "usr/share/qemu/*.img": "firmware of other architectures' boards",
    "usr/share/qemu/edk2-*": "firmware of other architectures",
    "usr/share/qemu/hppa*": "firmware of other architectures",
    "usr/share/qemu/openbios*": "firmware of other architectures",
    "usr/share/qemu/opensbi*": "firmware of other architectures",
    "usr/share/qemu/palcode*": "firmware of other architectures",
    "usr/share/qemu/skiboot*": "firmware of other architectures",
    "usr/share/qemu/slof*": "firmware of other architectures",
    "usr/share/qemu/u-boot*": "firmware of other architectures",
    "usr/share/qemu/*.dtb": "firmware of other architectures",
    "usr/share/qemu/s390*": "firmware of other architectures",
    "usr/share/qemu/npcm*": "firmware of other architectures",
    "usr/share/qemu/*.svg": "icons",
    "usr/share/icons/*": "icons",
    "usr/bin/qemu-system-i386*": "qemu-system-x86_64 runs 32-bit guests too",
    "usr/bin/qemu-system-x86_64-microvm": "no microvm machines",
    "usr/bin/qemu-storage-daemon": "nothing here uses it",
    "usr/bin/qemu-io": "a test program",
    "usr/bin/sqv": "checks package archives; the image is immutable",
    "usr/lib/udev/hwdb.d/*": "sources of hwdb.bin",
    # mtools converts names from code page 850 (IBM850.so); nothing else here is not UTF-8.
    "usr/lib/x86_64-linux-gnu/gconv/[A-HJ-Zl]*": "everything is UTF-8",
    "usr/lib/x86_64-linux-gnu/gconv/I[!B]*": "everything is UTF-8",
    "usr/lib/x86_64-linux-gnu/gconv/IBM[!8]*": "everything is UTF-8",
    "usr/lib/x86_64-linux-gnu/gconv/IBM8[!5]*": "everything is UTF-8",
    "usr/lib/x86_64-linux-gnu/gconv/IBM85[!0]*": "everything is UTF-8",
    "usr/share/grub/*": "fonts and themes; the menu is plain text",
    "usr/lib/grub/*": "what an installation copies to the disk is in our own layer",
    "usr/lib/shim/*": "what an installation copies to the disk is in our own layer",
    "usr/*bin/grub-*": "boot loaders are made when the image is built",
    "etc/grub.d/*": "the menu of a host is written by the installer",
    "etc/default/grub*": "the menu of a host is written by the installer",
    "usr/lib/systemd/system-sleep/*": "a host does not sleep",
    "usr/share/OVMF/*strictnx*": "a variant no guest is given",
    "usr/share/alsa/*": "no sound",
    "usr/share/OVMF/*snakeoil*": "test keys",
    "usr/share/ovmf/*": "firmware in an older form",
    "usr/lib/python3/dist-packages/uvloop*": "the agent runs on asyncio's own loop",
    "usr/lib/python3/dist-packages/*/tests/*": "tests",
    "usr/lib/python3.13/test/*": "tests",
    "usr/lib/python3.13/idlelib/*": "an editor",
    "usr/lib/python3.13/pydoc_data/*": "documentation",
    "usr/lib/python3.13/ensurepip/*": "no pip on the host",
    "boot/*": "the kernel lies beside the image, not in it",
    "dev/*": "the kernel makes devices",
    "proc/*": "made by the kernel",
    "sys/*": "made by the kernel",
    "run/*": "made at start-up",
    "tmp/*": "made at start-up",
    "media": "our mounts are elsewhere",
    "srv": "nothing is served from here",
    "opt/*": "our own layer, added later",
    "etc/systemd/system/*.wants/*": "what starts is named by our own targets",
    "etc/rc?.d/*": "no SysV scripts",
    "etc/init.d/*": "no SysV scripts",
    "etc/cron*/*": "no cron",
    "etc/libvirt/qemu/networks/*": "networks are port groups of vSwitches",
    "usr/share/libvirt/networks/*": "networks are port groups of vSwitches",
}

_left_out = re.compile("|".join(translate(pattern) for pattern in LEFT_OUT))


def left_out(path: str) -> bool:
    """Whether a file of the packages stays out of the image. ``path`` has no leading slash."""
    return _left_out.match(path) is not None
