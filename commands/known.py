"""Commands of ESXi that this host does not have: known by name, so that a script is told why.

``LATER`` are those whose subject exists here and that are not there yet, ``NEVER`` those without a meaning
here, with the reason. Nothing in here pretends to have worked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NOT_YET = "is not there yet."

LATER: dict[str, tuple[str, ...]] = {
    "esxcli": (
        "hardware cpu global get",
        "hardware memory get",
        "hardware pci list",
        "hardware platform get",
        "iscsi adapter auth chap set",
        "iscsi adapter discovery rediscover",
        "iscsi adapter discovery sendtarget add",
        "iscsi adapter list",
        "iscsi adapter set",
        "iscsi networkportal add",
        "iscsi software set",
        "network ip interface add",
        "network ip interface ipv4 address list",
        "network ip interface ipv4 get",
        "network ip interface ipv4 set",
        "network ip interface ipv6 address add",
        "network ip interface ipv6 address list",
        "network ip interface ipv6 set",
        "network ip interface list",
        "network ip interface remove",
        "network ip interface set",
        "network ip interface tag add",
        "network ip netstack add",
        "network ip route ipv4 add",
        "network ip route ipv4 list",
        "network nic get",
        "network nic list",
        "network vswitch standard add",
        "network vswitch standard list",
        "network vswitch standard policy failover set",
        "network vswitch standard policy security set",
        "network vswitch standard policy shaping set",
        "network vswitch standard portgroup add",
        "network vswitch standard portgroup list",
        "network vswitch standard portgroup policy failover set",
        "network vswitch standard portgroup policy security set",
        "network vswitch standard portgroup remove",
        "network vswitch standard portgroup set",
        "network vswitch standard remove",
        "network vswitch standard set",
        "network vswitch standard uplink add",
        "network vswitch standard uplink remove",
        "storage core adapter list",
        "storage core adapter rescan",
        "storage core device capacity list",
        "storage core device list",
        "storage filesystem list",
        "storage nfs add",
        "storage nfs list",
        "storage nfs remove",
        "storage vmfs extent list",
        "system account add",
        "system account list",
        "system account remove",
        "system account set",
        "system coredump file set",
        "system coredump partition set",
        "system module list",
        "system module parameters set",
        "system module set",
        "system ntp get",
        "system ntp set",
        "system ntp start",
        "system permission list",
        "system permission set",
        "system permission unset",
        "system settings kernel list",
        "system settings kernel set",
        "system snmp get",
        "system snmp set",
        "system syslog config get",
        "system syslog config logger set",
        "system syslog config set",
        "system syslog reload",
        "vm process kill",
        "vm process list",
    ),
    "vim-cmd": (
        "hostsvc/autostartmanager/enable_autostart",
        "hostsvc/autostartmanager/update_autostartentry",
        "hostsvc/datastore/listsummary",
        "hostsvc/firmware/backup_config",
        "hostsvc/firmware/restore_config",
        "hostsvc/hosthardware",
        "hostsvc/hostsummary",
        "hostsvc/net/dns_set",
        "hostsvc/net/portgroup_set",
        "solo/registervm",
        "vmsvc/getallvms",
        "vmsvc/power.getstate",
        "vmsvc/power.off",
        "vmsvc/power.on",
        "vmsvc/power.shutdown",
        "vmsvc/unregister",
    ),
    "esxcfg-nics": ("",),
    "esxcfg-route": ("",),
    "esxcfg-vmknic": ("",),
    "esxcfg-vswitch": ("",),
}

_PACKAGES = "means nothing here: the system is one image, and its medium upgrades it."
_VSAN = "means nothing here: there is no vSAN."
_PATHS = "means nothing here: Linux chooses the paths to a disk."
_DPU = "means nothing here: there is no system on data processing units."

NEVER: dict[str, tuple[tuple[str, str], ...]] = {
    "esxcli": (
        ("network firewall ruleset allowedip", "means nothing here: there is no firewall on this host."),
        ("software", _PACKAGES),
        ("storage hpp", _PATHS),
        ("storage nmp", _PATHS),
        ("system tierdevice", "means nothing here: memory is not extended onto disks."),
        ("vsan", _VSAN),
    ),
    "vim-cmd": (
        ("combinersvc", _DPU),
        ("hostsvc/vmotion", "means nothing here: virtual machines do not move while they run."),
        ("proxysvc", "means nothing here: the management agent is no proxy for other services."),
    ),
    "esxcfg-firewall": (("", "means nothing here: there is no firewall on this host."),),
}
"""By program, the beginnings of commands, and why there is no such thing."""


def reason(program: str, words: Sequence[str]) -> str:
    """Why the command that these words begin with is not here, as a sentence with its name.

    The beginning of a command alone will do, too: ``esxcli iscsi``. '' for what is not known at all.
    """
    line = _parts(words)
    table = "esxcli" if program == "localcli" else program
    for path in LATER.get(table, ()):
        parts = _parts((path,))
        if line[: len(parts)] == parts:
            return f"{program} {path}".strip() + f" {NOT_YET}"
    for path, why in NEVER.get(table, ()):
        parts = _parts((path,))
        if line[: len(parts)] == parts:
            return " ".join((program, *(words if parts else ()))) + f" {why}"
    if line and any(_parts((path,))[: len(line)] == line for path in LATER.get(table, ())):
        return " ".join((program, *words)) + f" {NOT_YET}"
    return ""


def _parts(words: Iterable[str]) -> tuple[str, ...]:
    """esxcli's names are words, those of vim-cmd are one with slashes."""
    return tuple(part for word in words for part in word.replace("/", " ").split())
