"""Our own part of the image: programs, units and settings, one folder below /opt/bedplate.

/usr/local of the image leads to /opt/bedplate/local, so everything lies where systemd, Python and PATH
look anyway, and a changed line of Python never touches the layer of Debian's packages.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from host import bootloader
from host.config import render
from iso_build import cache, target
from iso_build.release import PRODUCT, SOURCE, version
from iso_build.root import PackageRoot
from iso_build.steps import Steps
from kernel_config import modprobe, sysctl

PACKAGES = ("host", "tui", "installer", "dcui", "hostd", "commands")
PYTHON = "lib/python3.13/dist-packages"
SYSTEM = SOURCE / "system"

STARTED: dict[str, tuple[str, ...]] = {
    "multi-user.target": (
        "bedplate-dcui.service",
        "bedplate-datastores.service",
        "bedplate-certificate.service",
        "bedplate-certificate.path",
        "bedplate-hostd.service",
        "bedplate-firstboot.service",
        "bedplate-healthy.service",
        "chrony.service",
    ),
    "bedplate-installer.target": ("bedplate-installer.service", "bedplate-installer-shell.service"),
    "sysinit.target": (
        "bedplate-config.service",
        "bedplate-keymap.service",
        "systemd-networkd.service",
        "systemd-resolved.service",
    ),
    "sockets.target": (
        "dbus.socket",
        "systemd-networkd.socket",
        "libvirtd.socket",
        "virtlogd.socket",
        "virtlockd.socket",
    ),
    "paths.target": ("bedplate-reached.path",),
}
"""What starts with which target. Nothing else does: the packages' own enablement is left out."""

NEVER = ("ctrl-alt-del.target",)
"""Masked: three keys must not end virtual machines without a password."""


def build_id(root: PackageRoot, kernel_key: str) -> str:
    """Eight digits that name this build: a hash of everything that goes into it."""
    folders = [SOURCE / name for name in PACKAGES]
    return cache.key(
        [root.key, kernel_key, SYSTEM, SOURCE / "iso_build", SOURCE / "pyproject.toml", *folders]
    )[:8]


def layer(steps: Steps, root: PackageRoot, build: str, staging: Path) -> None:
    """Lay out the folder whose contents are appended to the root of the image."""
    shutil.rmtree(staging, ignore_errors=True)
    local = staging / "opt/bedplate/local"
    _copy_programs(local)
    _copy_system(local)
    _write_settings(local)
    _write_share(local / "share/bedplate", build)
    _keymaps(steps, local / "share/bedplate/keymaps")
    _loaders(steps, root.tree, local / "share/bedplate/boot")
    _live_settings(local / "share/bedplate/live")
    _compile(steps, root.tree, staging, local / PYTHON)
    _plain_modes(staging)


def _copy_programs(local: Path) -> None:
    for name in PACKAGES:
        shutil.copytree(
            SOURCE / name, local / PYTHON / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc")
        )


def _copy_system(local: Path) -> None:
    """``system/`` is laid out like /usr/local: bin, lib/systemd, lib/udev, lib/tmpfiles.d ..."""
    shutil.copytree(SYSTEM, local, dirs_exist_ok=True, ignore=shutil.ignore_patterns("units"))
    units = local / "lib/systemd/system"
    shutil.copytree(SYSTEM / "units", units, dirs_exist_ok=True)
    for unit in NEVER:
        (units / unit).symlink_to("/dev/null")
    for wanting, wanted in STARTED.items():
        folder = units / f"{wanting}.wants"
        folder.mkdir()
        for unit in wanted:
            ours = (units / unit).exists()
            (folder / unit).symlink_to(f"../{unit}" if ours else f"/usr/lib/systemd/system/{unit}")


def _write_settings(local: Path) -> None:
    for folder, name, text in (
        ("sysctl.d", "60-bedplate.conf", sysctl.render_sysctl()),
        ("udev/rules.d", "60-bedplate-sysctl.rules", sysctl.render_udev_rules()),
        ("modprobe.d", "bedplate.conf", modprobe.render_modprobe()),
    ):
        (local / "lib" / folder).mkdir(parents=True, exist_ok=True)
        (local / "lib" / folder / name).write_text(text)


def _write_share(share: Path, build: str) -> None:
    share.mkdir(parents=True, exist_ok=True)
    release = {"product": PRODUCT, "version": version(), "build": build}
    (share / "release.json").write_text(json.dumps(release) + "\n")
    shutil.copy(SOURCE / "LICENSE", share / "LICENSE")


def _keymaps(steps: Steps, folder: Path) -> None:
    content = cache.key([SOURCE / "host/keyboard.py"])
    kept = cache.slot("keymaps", content)
    if not kept.exists():
        partial = kept.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        steps.run([sys.executable, "-m", "host.keyboard", "generate", partial], cwd=SOURCE)
        partial.rename(kept)
    shutil.copytree(kept, folder)


def _loaders(steps: Steps, tree: Path, folder: Path) -> None:
    """The boot loaders that an installation copies to its disk."""
    folder.mkdir()
    for name, source in bootloader.FILES.items():
        shutil.copy(tree / source, folder / name)
    program, *arguments = bootloader.core_command(tree / "usr/lib/grub/i386-pc", folder / "core.img")
    steps.run(target.command(tree, f"usr/bin/{program}", *arguments))


def _live_settings(folder: Path) -> None:
    """The running installer's network; the initrd puts these files into place, so that no program has to."""
    for name, file in render.live().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text)


def _compile(steps: Steps, tree: Path, staging: Path, packages: Path) -> None:
    """Compile for the image's Python; the compiled files are trusted, since they lie behind dm-verity."""
    python = target.command(
        tree, "usr/bin/python3.13", "-I", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash",
        "-s", staging, "-p", "/", packages,
    )  # fmt: skip
    steps.run(python, env={"PYTHONHOME": str(tree / "usr")})


def _plain_modes(staging: Path) -> None:
    for path in (staging, *staging.rglob("*")):
        if not path.is_symlink():
            runnable = path.is_dir() or path.parent.name in ("bin", "system-shutdown")
            path.chmod(0o755 if runnable else 0o644)
