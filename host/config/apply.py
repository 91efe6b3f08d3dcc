"""Makes the running system what the configuration says, and keeps that for the next start.

Applying twice is the same as applying once: only files that differ are written, and only what they concern is
told. ``python3 -m host.config.apply`` applies everything; with ``--boot`` it runs before udev and
systemd-networkd, takes back a network change that nobody confirmed before the power went, writes the files
and tells nobody, because nobody has read them yet.
"""

from __future__ import annotations

import logging
import socket
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from host import boot, paths
from host.config import render, store, tree
from host.config.files import File
from host.config.model import HostConfig
from host.errors import HostError
from host.run import run

log = logging.getLogger(__name__)

ROOT = Path("/")

_SYSTEMCTL_TIMEOUT = 90.0

_LOCK = "apply.lock"

_VCONSOLE, _KEYMAP = "etc/vconsole.conf", "bedplate-keymap.service"
"""The file with the keyboard layout, and who reads it during a start."""


def apply(config: HostConfig) -> None:
    """Make the running system, and what the next start uses, follow the configuration.

    Raises HostError when a file cannot be written or a service does not take its new configuration; the files
    are complete then and the next start uses them.
    """
    with _alone():
        changed = write_root(config)
        try:
            if socket.gethostname() != config.hostname:
                socket.sethostname(config.hostname)
            _tell(changed, config)
        finally:
            _keep(config)


def keep(config: HostConfig) -> None:
    """Have the next start use the files of this configuration. Raises HostError when they cannot be written.

    While a network change waits to be confirmed, or when the configuration that was read is not the one on
    the disk (it was damaged, or somebody else has changed it since), the tree gets no stamp: the next start
    then comes by ``--boot``.
    """
    with _alone():
        _keep(config)


def _keep(config: HostConfig) -> None:
    from host.network import pending

    settled = not pending.exists(paths.CONFIG) and store.is_current(config, paths.CONFIG)
    image = boot.load().image
    stamp = render.stamp_of(paths.CONFIG, image) if settled and image else ""
    render.write_tree(config, paths.RENDERED, stamp)


@contextmanager
def _alone() -> Iterator[None]:
    """Nobody else writes these files meanwhile: scripts change several settings at the same time."""
    try:
        with store.locked(paths.CONFIG / _LOCK):
            yield
    except OSError as error:
        raise HostError(f"The system's files could not be written: {error}") from error


def write_root(config: HostConfig, root: Path = ROOT) -> frozenset[str]:
    """Write the files below ``root``; returns the paths that changed. Raises HostError when that fails."""
    try:
        shadow = (root / "etc/shadow").read_text()
    except OSError as error:
        raise HostError(f"/etc/shadow cannot be read: {error}") from error
    return _write(render.render(config, shadow=shadow), root)


def at_boot() -> None:
    """Configure a system that is starting, before udev and systemd-networkd.

    Without a usable configuration the network comes up by DHCP, so that help can come that way, and HostError
    is raised.
    """
    if boot.load().mode == "install":
        _write(render.live(), ROOT)
        return
    try:
        config = _settled()
    except HostError:
        _write(render.live(), ROOT)
        raise
    changed = write_root(config)
    socket.sethostname(config.hostname)
    for unit in _wanted(changed):
        run(["systemctl", "--no-block", "start", unit], timeout=_SYSTEMCTL_TIMEOUT)
    if _VCONSOLE in changed:
        run(["systemctl", "--no-block", "restart", _KEYMAP], timeout=_SYSTEMCTL_TIMEOUT)
    keep(config)


def _settled() -> HostConfig:
    """The configuration, without a network change that nobody confirmed."""
    from host.network import pending

    loaded = store.load()
    for warning in loaded.warnings:
        log.warning("%s", warning)
    return pending.take_back(paths.CONFIG) or loaded.config


def _write(files: dict[str, File], root: Path) -> frozenset[str]:
    try:
        return tree.write(files, root, render.OWNED)
    except OSError as error:
        raise HostError(f"The system's files could not be written: {error}") from error


def _wanted(changed: Collection[str]) -> list[str]:
    """Units that start with the host by what was written; too late for systemd to find out by itself."""
    links = [Path(path) for path in changed if path.startswith(f"{render.WANTS}/")]
    return [link.name for link in links if (ROOT / link).is_symlink()]


def _tell(changed: Collection[str], config: HostConfig) -> None:
    """Tell whoever reads the changed files; all of them, even if one does not take it."""
    failures = []
    for concerned, tell in _CONCERNED:
        if any(path.startswith(concerned) for path in changed):
            try:
                tell(changed, config)
            except (HostError, OSError) as error:
                log.warning("applying %s: %s", concerned, error)
                failures.append(error)
    if failures:
        first = failures[0]
        raise HostError(f"Not everything took the configuration: {first}") from first


def _load_keymap(_: Collection[str], config: HostConfig) -> None:
    from host import keyboard

    keyboard.activate(config.keyboard)


def _reload_network(changed: Collection[str], config: HostConfig) -> None:
    from host.network import links

    links.reload(changed, config)


def _restart_resolver(_: Collection[str], __: HostConfig) -> None:
    run(["systemctl", "try-restart", "systemd-resolved.service"], timeout=_SYSTEMCTL_TIMEOUT)


def _reload_ssh(_: Collection[str], __: HostConfig) -> None:
    run(["systemctl", "try-reload-or-restart", "ssh.service"], timeout=_SYSTEMCTL_TIMEOUT)


_CONCERNED: tuple[tuple[str, Callable[[Collection[str], HostConfig], None]], ...] = (
    (_VCONSOLE, _load_keymap),
    ("etc/systemd/network/", _reload_network),
    ("etc/systemd/resolved.conf.d/", _restart_resolver),
    ("etc/ssh/sshd_config.d/", _reload_ssh),
)


def main(arguments: list[str]) -> int:
    """The command; returns its exit code."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        if arguments == ["--boot"]:
            at_boot()
        elif not arguments:
            apply(store.load().config)
        else:
            raise HostError("Unknown arguments.", hint="Use: python3 -m host.config.apply [--boot]")
    except HostError as error:
        log.error("%s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
