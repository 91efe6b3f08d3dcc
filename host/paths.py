"""Where things are on a running system. The only place that spells these paths."""

from pathlib import Path

RUN = Path("/run/bedplate")
"""What this boot knows; gone at power-off."""

BOOT = RUN / "boot.json"
"""How this system was started, written by the initrd (see host.boot)."""

MEDIUM = RUN / "medium"
"""The file system the running image was found on, mounted read-only."""

PAYLOAD = MEDIUM / "bedplate"
"""On a medium or a bank: kernel, initrd, system image and manifest.json."""

CONFIRMED = RUN / "confirmed"
"""There once a version that was on trial is confirmed (host.healthy)."""

STATE = Path("/state")
"""The STATE partition: configuration, keys, logs."""

CONFIG = STATE / "config"
"""The configuration document and its previous version."""

RENDERED = STATE / "rendered"
"""The configuration as files of /etc, copied into place before the first service starts."""

INSTALL = RUN / "install"
"""The installation under way: lock, spec, events."""

VOLUMES = Path("/vmfs/volumes")
"""Where datastores are mounted."""

SHARE = Path("/usr/local/share/bedplate")
"""What belongs to the product and is no program: release.json, keymaps, licence."""

RELEASE = SHARE / "release.json"
"""Product, version and build of this image."""

KEYMAPS = SHARE / "keymaps"
"""Keymaps of the local console, one for each layout of host.keyboard."""

TLS = STATE / "tls"
"""The host's own certificate authority, its certificate and their keys."""

SERVING_TLS = RUN / "tls"
"""The agent's copy of the host's certificate and key."""

REACHED = RUN / "reached"
"""The agent puts a file here for each address of ours that somebody reached it at (host.reached)."""

ASKED = RUN / "asked"
"""The agent puts a file here to ask root for something: ``certificate`` for a new one."""

INSTALL_LOG = STATE / "log" / "install.log"
"""What the installation of this host did."""

INSTALL_KICKSTART = STATE / "log" / "ks.cfg"
"""A kickstart file that repeats the installation of this host. Root's alone: it holds a password's hash."""

UPGRADE_LOG = PAYLOAD / "install.log"
"""What the upgrade did that wrote the running bank; not there on a bank that was installed."""

LOADERS = SHARE / "boot"
"""Boot loader files that the installer copies to a disk (see host.bootloader.FILES)."""

LICENCE = SHARE / "LICENSE"
"""The licence text that the installer shows."""

EJECT = RUN / "eject"
"""Names the drive (``/dev/sr0``) to open at the end of a restart, when nothing is read from it any more."""

SCRIPTS = RUN / "scripts"
"""Bodies of scripts while they run: a folder and files that are root's alone."""

APPLETS = RUN / "applets"
"""Links to busybox under the names of its tools, the last place where scripts look for a program."""

FIRST_BOOT = STATE / "firstboot"
"""The scripts of %firstboot that wait, and what became of the others (host.scripts.firstboot)."""

FIRST_BOOT_LOG = Path("/var/log/firstboot.log")
"""What those scripts said; /var/log is on STATE."""

INITRD_FILES = RUN / "initrd"
"""What the boot loader brought along for ``ks=file:``, kept by the initrd under its own path."""

KICKSTART = RUN / "kickstart"
"""Where volumes are mounted while a kickstart file is looked for."""
