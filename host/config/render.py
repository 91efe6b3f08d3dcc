"""The configuration as files of the system.

``render`` reads and runs nothing: the same configuration always gives the same files. ``write_tree`` keeps
them on STATE with a stamp that says what they were made from; the initrd copies them over the root while
the stamp fits, and otherwise ``host.config.apply`` makes them anew.

Name servers are given to systemd-resolved by systemd-networkd, in vmk0's file, and not in resolved.conf: so
address and name servers change, and are taken back, together.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from host.config import store, tree
from host.config.files import GENERATED, File
from host.config.model import DEFAULT_KEYBOARD, HostConfig, Ipv4Mode, ServicePolicy
from host.errors import HostError
from host.network.units import DIRECTORY, is_named, live_units, units

SSH_KEYS = "/state/ssh"
"""Where the SSH host keys are kept, so that they survive restarts and upgrades."""

WANTS = "etc/systemd/system/multi-user.target.wants"

_SHELL = "bedplate-shell@tty2.service"

_PROFILE = "etc/profile.d/bedplate.sh"

OWNED = (f"{DIRECTORY}/*", f"{WANTS}/ssh.service", f"{WANTS}/{_SHELL}", _PROFILE)
"""Paths, as globs, that belong to rendering: what is there and not rendered is removed."""

STAMP = ".stamp"


def render(config: HostConfig, *, shadow: str) -> dict[str, File]:
    """All files for this configuration, by path below the root.

    ``shadow`` is the text of /etc/shadow to start from; only root's password in it is replaced.
    """
    return {
        "etc/hostname": File(f"{config.hostname}\n"),
        "etc/hosts": File(_hosts(config)),
        "etc/shadow": File(_shadow(shadow, config.password_hash), mode=0o640),
        "etc/vconsole.conf": File(f"{GENERATED}KEYMAP={_keymap(config.keyboard)}\n"),
        "etc/ssh/sshd_config.d/10-bedplate.conf": File(_sshd()),
        **_resolved(),
        **units(config),
        **_enabled(config),
        **_profile(config),
    }


def stamp_of(directory: Path, image: str) -> str:
    """What a rendered tree was made from: the document in ``directory`` and the image's root hash.

    Raises HostError when the document cannot be read.
    """
    try:
        document = (directory / store.CURRENT).read_bytes()
    except OSError as error:
        raise HostError(f"The configuration cannot be read: {error}") from error
    return f"{hashlib.sha256(document).hexdigest()}\n{image}\n"


def write_tree(config: HostConfig, root: Path, stamp: str, *, shadow: str | None = None) -> None:
    """Keep the rendered files below ``root`` (on STATE), for the next start.

    ``stamp`` is ``stamp_of(...)``, or empty to have the next start make the files anew. It is removed first
    and written last, so that a stamped tree is always a whole one. ``shadow`` is as for ``render``; by
    default the running system's. Raises HostError when the tree cannot be written.
    """
    try:
        remove_stamp(root)
        base = Path("/etc/shadow").read_text() if shadow is None else shadow
        tree.write(render(config, shadow=base), root, OWNED)
        if stamp:
            store.write_file(root / STAMP, stamp.encode())
    except OSError as error:
        raise HostError(
            f"The files for the next start could not be written: {error}",
            hint="See whether the STATE partition is mounted and has space: findmnt /state; df /state.",
        ) from error


def remove_stamp(root: Path) -> None:
    """Have the next start make the files anew, from the configuration. Raises OSError."""
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    store.remove_file(root / STAMP)


def live() -> dict[str, File]:
    """What a running installer needs, which has no configuration yet: the network, by DHCP on every
    adapter.
    """
    return {**_resolved(), **live_units()}


def _hosts(config: HostConfig) -> str:
    """The host's name must resolve without any DNS; 127.0.1.1 is Debian's choice for a host without a fixed
    address.
    """
    ipv4 = config.management.ipv4
    own = ipv4.address if ipv4.mode == Ipv4Mode.STATIC and ipv4.address else "127.0.1.1"
    short = config.hostname.partition(".")[0]
    names = config.hostname if short == config.hostname else f"{config.hostname} {short}"
    lines = ["127.0.0.1 localhost", "::1 localhost ip6-localhost ip6-loopback"]
    if is_named(config.hostname):
        lines.append(f"{own} {names}")
    return GENERATED + "\n".join(lines) + "\n"


def _shadow(base: str, password_hash: str) -> str:
    """crypt(5): no password matches ``*``."""
    lines = base.splitlines()
    root = next((line for line in lines if line.startswith("root:")), "root::::::::")
    _, _, rest = root.split(":", 2)
    others = [line for line in lines if line and not line.startswith("root:")]
    return "\n".join([f"root:{password_hash or '*'}:{rest}", *others]) + "\n"


def _keymap(name: str) -> str:
    """The keymap by its path, as loadkeys takes it. An unknown name must not stop a host from starting."""
    from host.keyboard import keymap_path

    try:
        return str(keymap_path(name))
    except HostError:
        return str(keymap_path(DEFAULT_KEYBOARD))


def _sshd() -> str:
    return GENERATED + "\n".join(
        [
            "PermitRootLogin yes",
            f"HostKey {SSH_KEYS}/ssh_host_ed25519_key",
            f"HostKey {SSH_KEYS}/ssh_host_ecdsa_key",
            "UseDNS no",
            "",
        ]
    )


def _profile(config: HostConfig) -> dict[str, File]:
    """What login shells read (bash(1)); whoever wants another time may still choose it."""
    idle = config.settings.shell_idle
    return {_PROFILE: File(f"{GENERATED}TMOUT={idle}\n")} if idle else {}


def _resolved() -> dict[str, File]:
    """No name server but the configured ones is ever asked, and no name by multicast."""
    lines = ["[Resolve]", "FallbackDNS=", "LLMNR=no", "MulticastDNS=no", ""]
    return {"etc/systemd/resolved.conf.d/bedplate.conf": File(GENERATED + "\n".join(lines))}


def _enabled(config: HostConfig) -> dict[str, File]:
    """systemd goes by the name of such a link; where it points is for people."""
    wanted = (
        ("ssh.service", "ssh.service", config.services.ssh),
        (_SHELL, "bedplate-shell@.service", config.services.shell),
    )
    return {
        f"{WANTS}/{unit}": File(f"/usr/lib/systemd/system/{file}", mode=0o777, symlink=True)
        for unit, file, policy in wanted
        if policy == ServicePolicy.ON
    }
