"""Kernel settings of the running system, each with its reason, for /etc/sysctl.d.

What systemd's own 50-default.conf sets (links and FIFOs of others, queue discipline, reverse path filter) is
not repeated.
"""

from __future__ import annotations

import msgspec


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One kernel setting. ``optional``: not every kernel has it, so its absence is no error."""

    name: str
    value: str
    reason: str
    optional: bool = False


def _set(name: str, value: str | int, reason: str) -> Setting:
    return Setting(name=name, value=str(value), reason=reason)


def _set_if_known(name: str, value: str | int, reason: str) -> Setting:
    return Setting(name=name, value=str(value), reason=reason, optional=True)


BRIDGE = tuple(
    _set_if_known(
        f"net.bridge.bridge-nf-call-{family}", 0, "the host's firewall does not filter guests' frames"
    )
    for family in ("iptables", "ip6tables", "arptables")
)
"""They exist once br_netfilter is loaded; render_udev_rules() applies them then."""

SETTINGS = (
    # Consoles
    _set("kernel.sysrq", 0, "no key at a console may kill, dump or restart anything"),
    _set(
        "kernel.printk", "3 4 1 3", "no message across the screens, also after the command line is forgotten"
    ),
    _set("dev.tty.ldisc_autoload", 0, "opening a terminal loads no driver"),
    # Secrets of the kernel
    _set("kernel.dmesg_restrict", 1, "kernel messages hold addresses that help an attacker"),
    _set("kernel.kptr_restrict", 1, "the same for /proc"),
    _set("kernel.unprivileged_bpf_disabled", 1, "a confined QEMU must not load programs into the kernel"),
    _set_if_known("kernel.unprivileged_userns_clone", 0, "nor become root of a namespace of its own"),
    _set_if_known("kernel.yama.ptrace_scope", 1, "nor look into another guest's QEMU"),
    # Crashes
    _set(
        "kernel.panic_on_oops",
        1,
        "after an oops locks stay taken and data may be wrong; a restart is the safe way",
    ),
    _set(
        "kernel.core_pattern", "|/bin/false", "a core dump of a QEMU would fill the memory the root lives in"
    ),
    _set("fs.suid_dumpable", 0, "no dumps of privileged programs"),
    # Network of the host
    _set("net.ipv4.conf.all.forwarding", 0, "no router; libvirt switches it on for a NAT network it starts"),
    _set("net.ipv4.conf.default.forwarding", 0, "the same"),
    _set("net.ipv6.conf.all.forwarding", 0, "the same"),
    _set("net.ipv6.conf.default.forwarding", 0, "the same"),
    _set(
        "net.ipv6.conf.default.disable_ipv6",
        1,
        "no address of the host on guests' ports; networkd enables vmk0",
    ),
    _set("net.ipv4.conf.all.accept_redirects", 0, "nobody on the network changes our routes"),
    _set("net.ipv4.conf.default.accept_redirects", 0, "the same"),
    _set("net.ipv6.conf.all.accept_redirects", 0, "the same"),
    _set("net.ipv6.conf.default.accept_redirects", 0, "the same"),
    _set("net.ipv4.conf.all.send_redirects", 0, "the host gives no routes away"),
    _set("net.ipv4.conf.default.send_redirects", 0, "the same"),
    _set("net.ipv4.conf.all.accept_source_route", 0, "no sender chooses the way of its answers"),
    _set("net.ipv4.conf.default.accept_source_route", 0, "the same"),
    _set(
        "net.ipv4.conf.all.arp_ignore", 1, "an address answers only on its own interface (vmk0, not a bridge)"
    ),
    _set("net.ipv4.conf.all.arp_announce", 2, "the same for the questions the host asks"),
    *BRIDGE,
    # Virtual machines
    _set("fs.aio-max-nr", 1048576, "the default is too little for some hundred disks with native I/O"),
    _set(
        "fs.inotify.max_user_instances", 1024, "the default is too little for some hundred guests of one user"
    ),
    _set(
        "vm.dirty_background_ratio", 5, "a large host writes early, and guests do not wait for one long flush"
    ),
)


def render_sysctl() -> str:
    """The text of a file for /etc/sysctl.d, see sysctl.d(5)."""
    return "".join(
        f"# {setting.reason}\n{'-' if setting.optional else ''}{setting.name} = {setting.value}\n"
        for setting in SETTINGS
    )


def render_udev_rules() -> str:
    """The text of a file for /etc/udev/rules.d: settings of a module that is loaded later."""
    return (
        "# Bridge settings exist only from the moment br_netfilter is loaded, see sysctl.d(5).\n"
        'ACTION=="add", SUBSYSTEM=="module", KERNEL=="br_netfilter", '
        'RUN+="/usr/lib/systemd/systemd-sysctl --prefix=/net/bridge"\n'
    )
