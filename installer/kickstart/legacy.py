"""What other products' kickstart files say (ESX 4, Red Hat), which files for ESXi still carry along.

All of it is ignored with a warning, so that an old file installs and its owner knows; under ``paranoid`` that
stops the installation. Data only.
"""

from __future__ import annotations

from installer.kickstart.language import Command, Effect, Kind, Option, Repeat, Status

_ESX4: tuple[tuple[str, str], ...] = (
    ("auth", "How users are checked is not set here."),
    ("authconfig", "How users are checked is not set here."),
    ("bootloader", "The boot loader needs no settings."),
    ("cdrom", "The system comes from the medium that was started."),
    ("esxlocation", "The system comes from the medium that was started."),
    ("firewall", "Set it in `%firstboot`."),
    ("firewallport", "Set it in `%firstboot`."),
    ("lang", "There is one language."),
    ("langsupport", "There is one language."),
    ("mouse", "There is no mouse."),
    ("nfs", "The system comes from the medium that was started."),
    ("selinux", "There is no SELinux."),
    ("skipx", "There is no X server."),
    ("text", "The installer is text anyway."),
    ("timezone", "A host's clock is UTC."),
    ("url", "The system comes from the medium that was started."),
    ("virtualdisk", "ESX 4 kept its console on one; there is none here."),
    ("vmlicense", "No licence is needed."),
    ("vmnetswitch", "Make switches in `%firstboot`."),
    ("vmpcidivy", "Devices are not divided."),
    ("vmservconmem", "There is no service console."),
    ("vmswap", "There is no swap file to be made."),
    ("xconfig", "There is no X server."),
    ("zerombr", "`install` writes a new partition table anyway."),
)

_RED_HAT = (
    *("autostep", "btrfs", "cmdline", "device", "dmraid", "driverdisk", "eula", "fcoe", "firstboot"),
    *("graphical", "group", "halt", "harddrive", "ignoredisk", "interactive", "iscsi", "iscsiname", "key"),
    *("logging", "logvol", "mediacheck", "method", "module", "monitor", "mount", "multipath", "nvdimm"),
    *("ostreesetup", "poweroff", "raid", "realm", "repo", "reqpart", "rescue", "rhsm", "services"),
    *("shutdown", "snapshot", "sshkey", "sshpw", "syspurpose", "timesource", "unsupported_hardware"),
    *("updates", "upgradeany", "user", "vnc", "volgroup", "zfcp", "zipl"),
)

_SECTIONS = ("%packages", "%addon", "%anaconda", "%onerror", "%traceback", "%pre-install")

LEGACY: tuple[Command, ...] = (
    *(
        Command(name=name, help=help_, status=Status.LEGACY, repeat=Repeat.MANY, versions="4")
        for name, help_ in _ESX4
    ),
    *(
        Command(name=name, help="Red Hat's.", status=Status.LEGACY, repeat=Repeat.MANY, secret=True)
        for name in _RED_HAT
    ),
    *(
        Command(
            name=name,
            help="Red Hat's; its text is skipped.",
            status=Status.LEGACY,
            repeat=Repeat.MANY,
            section=True,
        )
        for name in _SECTIONS
    ),
)
"""Commands that mean nothing here."""

FOREIGN_NETWORK: tuple[Option, ...] = tuple(
    Option(name=name, kind=kind, optional=True, effect=Effect.IGNORED, help="Red Hat's.")
    for name, kind in (
        ("--onboot", Kind.TEXT),
        ("--activate", Kind.FLAG),
        ("--noipv6", Kind.FLAG),
        ("--noipv4", Kind.FLAG),
        ("--ipv6", Kind.TEXT),
        ("--ipv6gateway", Kind.TEXT),
        ("--nodns", Kind.FLAG),
        ("--nodefroute", Kind.FLAG),
        ("--mtu", Kind.TEXT),
        ("--ethtool", Kind.TEXT),
        ("--essid", Kind.TEXT),
        ("--class", Kind.TEXT),
        ("--teamslaves", Kind.TEXT),
        ("--bondslaves", Kind.TEXT),
        ("--bondopts", Kind.TEXT),
    )
)
"""Options of Red Hat's ``network``."""

FOREIGN_SECTION: tuple[Option, ...] = tuple(
    Option(name=name, kind=kind, effect=Effect.IGNORED, help="Red Hat's.")
    for name, kind in (
        ("--log", Kind.TEXT),
        ("--logfile", Kind.TEXT),
        ("--nochroot", Kind.FLAG),
        ("--erroronfail", Kind.FLAG),
    )
)
"""Options of Red Hat's sections."""
