"""The commands of the reference, version 5 to 8, and what we make of them. Data only.

From the public manual of scripted installation (vSphere 5.5 to 8.0) and from files in use, in our words.
"""

from __future__ import annotations

from installer.kickstart.language import Argument, Command, Effect, Kind, Option, Repeat, Status
from installer.kickstart.legacy import FOREIGN_NETWORK, FOREIGN_SECTION, LEGACY

MODES = ("install", "upgrade", "installorupgrade")
"""Exactly one of these says what is to happen."""

DEFAULT_FILTERS = ("local", "remote", "usb")
"""What ``--firstdisk`` without a value means."""

_SOURCES = ("url", "cdrom", "usb", "nfs", "http", "https", "ftp", "remote", "harddrive")
"""Where ESXi 4 was told to get its packages from. Ours come from the medium that was started."""

_DISK = Option(
    name="--disk",
    aliases=("--drive",),
    kind=Kind.DISK,
    help="The disk, by any of its names: `naa.`, `eui.`, `t10.`, `mpx.`, `vml.`, `/vmfs/devices/disks/…`, "
    "`/dev/disk/by-id/…`, `/dev/…`.",
)
_FIRST_DISK = Option(
    name="--firstdisk",
    kind=Kind.FILTERS,
    optional=True,
    help="The first disk that fits, tried filter by filter: `local`, `remote`, `usb`, `esx`, `localesx`, "
    "`remoteesx`, part of vendor and model, or a driver. Without filters: `local,remote,usb`.",
)
_OVERWRITE_VSAN = Option(
    name="--overwritevsan",
    effect=Effect.IGNORED,
    versions="5.5",
    help="Allowed a vSAN disk to be overwritten. There is no vSAN here.",
)
_OVERWRITE_VMFS = Option(name="--overwritevmfs", help="A datastore on the disk may be lost.")
_PRESERVE_VMFS = Option(name="--preservevmfs", help="A datastore on the disk is kept.")
_NO_VMFS = Option(name="--novmfsondisk", help="No datastore is created on this disk.")
_SYSTEM_DISK = (
    Option(
        name="--systemDisk",
        kind=Kind.DISK,
        effect=Effect.IGNORED,
        versions="8.0",
        help="A second disk for system data. Here the system is on one disk.",
    ),
    Option(
        name="--repartitionSystemDisk",
        effect=Effect.IGNORED,
        versions="8.0",
        help="Goes with `--systemDisk`.",
    ),
)
_CHECKS = (
    Option(
        name="--forceunsupportedinstall",
        effect=Effect.UNNEEDED,
        versions="6.7",
        help="Installed on discontinued processors. Here none is refused for its age.",
    ),
    Option(
        name="--dpuPciSlots",
        kind=Kind.TEXT,
        effect=Effect.IGNORED,
        versions="8.0",
        help="Installed on data processing units, too.",
    ),
    Option(name="--ignoreprereqwarnings", help="Warnings of the checks do not count under `paranoid`."),
    Option(name="--ignoreprereqerrors", help="Errors of the checks become warnings."),
)
_SOURCE_OPTIONS = tuple(
    Option(name=name, kind=Kind.TEXT, effect=Effect.IGNORED, versions="4", help="Where the packages were.")
    for name in ("--server", "--dir", "--url")
)

_INTERPRETER = Option(
    name="--interpreter",
    kind=Kind.INTERPRETER,
    help="What runs the script; `busybox` when not given. `bash` is ours.",
)
_TIMEOUT = Option(
    name="--timeout", kind=Kind.SECONDS, help="After so many seconds the script is ended; 0 is never."
)
_IGNORE_FAILURE = Option(
    name="--ignorefailure",
    kind=Kind.BOOLEAN,
    optional=True,
    help="With `true`, a script that fails does not fail the installation.",
)
_UNSUPPORTED = Option(name="--unsupported", effect=Effect.IGNORED, versions="4", help="Unlocked the shell.")

COMMANDS: tuple[Command, ...] = (
    Command(
        name="accepteula",
        aliases=("vmaccepteula",),
        required=True,
        help="Accepts the licence terms.",
    ),
    Command(
        name="autopart",
        status=Status.LEGACY,
        repeat=Repeat.MANY,
        guesses=False,
        versions="4",
        help="It chose the disk in ESXi 4, and does here when `install` names none. Name it after `install`.",
        options=(_DISK, _FIRST_DISK, _OVERWRITE_VMFS),
    ),
    Command(
        name="clearpart",
        repeat=Repeat.ERROR,
        needs=("install",),
        one_of=("--drives", "--alldrives", "--ignoredrives", "--firstdisk"),
        exclusive=(("--drives", "--alldrives", "--ignoredrives", "--firstdisk"),),
        guesses=False,
        help="Erases disks before the installation. Disks with a datastore are left alone unless "
        "`--overwritevmfs` is given; the disk this system was started from always is.",
        options=(
            Option(name="--drives", aliases=("--drive",), kind=Kind.DISKS, help="These disks."),
            Option(name="--alldrives", help="Every disk of the machine, remote ones too."),
            Option(
                name="--ignoredrives",
                aliases=("--ignoredrive",),
                kind=Kind.DISKS,
                help="Every disk but these.",
            ),
            _FIRST_DISK,
            _OVERWRITE_VMFS,
            Option(name="--all", effect=Effect.FOREIGN, help="Red Hat's word for `--alldrives`."),
            Option(name="--initlabel", effect=Effect.FOREIGN, help="Red Hat's."),
            Option(name="--linux", effect=Effect.FOREIGN, help="Red Hat's."),
            Option(name="--none", effect=Effect.FOREIGN, help="Red Hat's."),
            Option(name="--exceptvmfs", effect=Effect.FOREIGN, help="ESX 3's."),
        ),
    ),
    Command(name="dryrun", help="Reads and checks everything, prints the plan and installs nothing."),
    Command(
        name="install",
        repeat=Repeat.ERROR,
        one_of=("--disk", "--firstdisk"),
        exclusive=(
            ("--disk", "--firstdisk"),
            ("--disk", "--ignoressd"),
            ("--overwritevmfs", "--preservevmfs"),
        ),
        sources=_SOURCES,
        guesses=False,
        help="A new installation. What the system leaves of the disk becomes a datastore.",
        options=(
            _DISK,
            _FIRST_DISK,
            Option(name="--ignoressd", help="`--firstdisk` passes solid state disks over."),
            _OVERWRITE_VMFS,
            _PRESERVE_VMFS,
            _NO_VMFS,
            _OVERWRITE_VSAN,
            *_SYSTEM_DISK,
            *_CHECKS,
            *_SOURCE_OPTIONS,
        ),
    ),
    Command(
        name="upgrade",
        repeat=Repeat.ERROR,
        one_of=("--disk", "--firstdisk"),
        exclusive=(("--disk", "--firstdisk"),),
        guesses=False,
        help="Upgrades the installation of Bedplate on the disk; settings and datastore stay.",
        options=(
            _DISK,
            _FIRST_DISK,
            Option(
                name="--deletecosvmdk",
                effect=Effect.UNNEEDED,
                versions="5",
                help="Removed what an upgrade from ESX 4 left.",
            ),
            Option(name="--forcemigrate", effect=Effect.UNNEEDED, versions="5", help="Upgraded from ESX 4."),
            Option(
                name="--preservevmfs", effect=Effect.UNNEEDED, help="An upgrade keeps every datastore anyway."
            ),
            Option(name="--overwritevmfs", effect=Effect.IGNORED, help="An upgrade keeps every datastore."),
            Option(name="--novmfsondisk", effect=Effect.IGNORED, help="An upgrade makes no datastore."),
            *_CHECKS,
        ),
    ),
    Command(
        name="installorupgrade",
        repeat=Repeat.ERROR,
        one_of=("--disk", "--firstdisk"),
        exclusive=(("--disk", "--firstdisk"), ("--overwritevmfs", "--preservevmfs")),
        guesses=False,
        help="Upgrades if there is an installation of Bedplate on the disk, else installs.",
        options=(
            _DISK,
            _FIRST_DISK,
            _OVERWRITE_VMFS,
            _PRESERVE_VMFS,
            _NO_VMFS,
            _OVERWRITE_VSAN,
            *_SYSTEM_DISK,
            *_CHECKS,
        ),
    ),
    Command(
        name="keyboard",
        help="The keyboard layout, by the reference's names or the short codes of Linux.",
        argument=Argument(name="LAYOUT", help="for example `'US Default'`", least=0, most=4),
        options=(
            Option(name="--vckeymap", kind=Kind.TEXT, effect=Effect.FOREIGN, help="Red Hat's."),
            Option(name="--xlayouts", kind=Kind.TEXT, effect=Effect.FOREIGN, help="Red Hat's."),
            Option(name="--switch", kind=Kind.TEXT, effect=Effect.FOREIGN, help="Red Hat's."),
        ),
    ),
    Command(
        name="serialnum",
        aliases=("vmserialnum",),
        status=Status.UNNEEDED,
        help="A licence key. None is needed here; it is not kept.",
        argument=Argument(name="", help="", least=0, most=20),
        options=(
            Option(
                name="--esx", aliases=("--esxi",), kind=Kind.TEXT, effect=Effect.UNNEEDED, help="The key."
            ),
        ),
    ),
    Command(
        name="network",
        repeat=Repeat.ERROR,
        help="The management network of the installed host. Without the command: DHCP on the first adapter "
        "that has a link.",
        options=(
            Option(
                name="--bootproto",
                kind=Kind.BOOTPROTO,
                help="Where the address comes from; `dhcp` when not given.",
            ),
            Option(
                name="--device",
                kind=Kind.ADAPTER,
                help="The adapter, by name or MAC address (capitals or not, `:`, `-` or nothing between). "
                "Without: the first that has a link.",
            ),
            Option(name="--ip", aliases=("--ipaddr",), kind=Kind.ADDRESS, help="With `static`: the address."),
            Option(name="--netmask", kind=Kind.NETMASK, help="With `static`: the subnet mask."),
            Option(name="--gateway", kind=Kind.ADDRESS, help="With `static`: the default gateway."),
            Option(name="--nameserver", kind=Kind.SERVERS, help="With `static`: up to two name servers."),
            Option(name="--hostname", kind=Kind.HOSTNAME, help="The host's name, with a domain or without."),
            Option(
                name="--vlanid",
                kind=Kind.VLAN,
                help="The VLAN of the management network, 1 to 4094; 0 is none.",
            ),
            Option(
                name="--addvmportgroup",
                kind=Kind.BOOLEAN,
                optional=True,
                help="Whether there is a port group `VM Network`; `true` (1) when not given.",
            ),
            *FOREIGN_NETWORK,
        ),
    ),
    Command(name="paranoid", help="Every warning is an error."),
    Command(
        name="part",
        aliases=("partition",),
        repeat=Repeat.MANY,
        needs=("install", "installorupgrade"),
        one_of=("--ondisk", "--onfirstdisk"),
        exclusive=(("--ondisk", "--onfirstdisk"),),
        guesses=False,
        help="One more datastore, on a disk of its own.",
        argument=Argument(name="DATASTORE", help="the datastore's name"),
        options=(
            Option(
                name="--ondisk",
                aliases=("--ondrive",),
                kind=Kind.DISK,
                help="The disk, spelled as for `install`.",
            ),
            Option(
                name="--onfirstdisk",
                kind=Kind.FILTERS,
                optional=True,
                help="The first disk that fits and is not taken, filters as for `install`.",
            ),
            *(
                Option(name=name, kind=kind, effect=Effect.ALIEN, help="ESX 4's and Red Hat's.")
                for name, kind in (
                    ("--fstype", Kind.TEXT),
                    ("--size", Kind.TEXT),
                    ("--maxsize", Kind.TEXT),
                    ("--grow", Kind.FLAG),
                    ("--asprimary", Kind.FLAG),
                    ("--onvirtualdisk", Kind.TEXT),
                    ("--onfirstvmfs", Kind.FLAG),
                    ("--onvmfs", Kind.TEXT),
                    ("--recommended", Kind.FLAG),
                )
            ),
        ),
    ),
    Command(
        name="reboot",
        help="Restarts when the installation is done; without it the last screen waits for a key.",
        options=(
            Option(name="--noeject", help="The CD is not ejected."),
            Option(
                name="--eject", effect=Effect.UNNEEDED, help="Red Hat's; ejecting is what happens anyway."
            ),
        ),
    ),
    Command(
        name="rootpw",
        required=True,
        repeat=Repeat.ERROR,
        secret=True,
        help="The password of root. One that breaks the rules for passwords is taken, with a warning.",
        argument=Argument(name="PASSWORD", help="the password, or its hash"),
        options=(
            Option(
                name="--iscrypted",
                help="What is given is a hash as crypt(5) has it: `$1$`, `$5$`, `$6$` or `$y$`.",
            ),
            Option(name="--plaintext", effect=Effect.UNNEEDED, help="Red Hat's; it is what happens anyway."),
            Option(name="--lock", effect=Effect.FOREIGN, help="Red Hat's; root has no lock here."),
        ),
    ),
    Command(
        name="%include",
        aliases=("include",),
        repeat=Repeat.MANY,
        help="Reads another file here, usually one that `%pre` has written. A path is relative to where this "
        "file came from.",
        argument=Argument(name="FILE", help="a path or an address"),
    ),
    Command(
        name="%pre",
        section=True,
        repeat=Repeat.MANY,
        help="A script that runs before the rest is looked at.",
        options=(_INTERPRETER, _TIMEOUT, _IGNORE_FAILURE, _UNSUPPORTED, *FOREIGN_SECTION),
    ),
    Command(
        name="%post",
        section=True,
        repeat=Repeat.MANY,
        help="A script that runs when the system is installed, before the restart.",
        options=(_INTERPRETER, _TIMEOUT, _IGNORE_FAILURE, _UNSUPPORTED, *FOREIGN_SECTION),
    ),
    Command(
        name="%firstboot",
        section=True,
        repeat=Repeat.MANY,
        help="A script that runs once, when the installed host starts for the first time.",
        options=(
            _INTERPRETER,
            _TIMEOUT,
            _IGNORE_FAILURE,
            Option(name="--level", kind=Kind.TEXT, effect=Effect.IGNORED, versions="4", help="A run level."),
            _UNSUPPORTED,
            *FOREIGN_SECTION,
        ),
    ),
    *LEGACY,
)

BY_NAME: dict[str, Command] = {name: one for one in COMMANDS for name in (one.name, *one.aliases)}
"""Every command by every one of its names."""

OPTIONS: dict[str, dict[str, Option]] = {
    command.name: {
        name.lower(): option for option in command.options for name in (option.name, *option.aliases)
    }
    for command in COMMANDS
}
"""By the name of a command, its options by every one of theirs, in lower case."""

SECTIONS: tuple[str, ...] = tuple(one.name for one in COMMANDS if one.section)
"""The headers after which a script or list follows instead of commands."""
