"""``make kernel``: our own kernel package from Debian's linux-source.

Everything happens in a Debian root that mmdebstrap makes and throws away, so the build machine needs nothing
but mmdebstrap, and the compiler is the one Debian's kernel was built with. It works for root and, in
mmdebstrap's user namespace, for anybody else; that is why files go in and out by mmdebstrap's own hooks and
not by paths that such a user could not read.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import shutil
import time
from pathlib import Path

import msgspec

from host.errors import HostError
from host.run import CommandError, run
from kernel_config import bootstrap
from kernel_config.check import check
from kernel_config.own import LOCALVERSION, fragment

SUITE = "trixie"
SOURCE_PACKAGE = "linux-source-6.12"
TOOLS = (
    "gcc",
    "libc6-dev",
    "make",
    "bc",
    "flex",
    "bison",
    "libelf-dev",
    "libssl-dev",
    "openssl",
    "kmod",
    "zstd",
    "xz-utils",
    "perl",
    "dpkg-dev",
)
SCRIPT = Path(__file__).with_name("make_kernel.sh")

SPACE = 8 * 2**30
"""Bytes the compiled kernel and the tools take at most."""


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """What a build left behind; written beside the package as built.json.

    ``inputs`` is a hash over all that went in, ``seconds`` the wall time, sizes are bytes.
    """

    inputs: str
    package: str
    version: str
    seconds: int
    package_size: int


def build(out: Path, *, jobs: int, force: bool = False) -> Path:
    """Build the package into ``out`` and return its path; when one from the same inputs is there, do nothing.

    ``out`` also gets the configuration, the log, and the key that signs the modules, which later builds use
    again. Raises HostError when a tool or room is missing, when a command fails (naming the log), or when
    the kernel that came out lacks what the appliance needs.
    """
    out = out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    present = _present(out)
    if present and not force:
        print(f"{present} is up to date; --force builds it anew.")
        return present
    _demand_tools()
    started = time.monotonic()
    print(f"Building our own kernel with {jobs} compilers at once; this takes from 20 minutes to hours.")
    print(f"To watch: tail -f {out / 'build.log'}")
    _compile(out, jobs)
    _demand_options(out / "config")
    package = _name_package(out)
    seconds = round(time.monotonic() - started)
    _write_built(out, package, seconds)
    print(f"{package}: {package.stat().st_size / 2**20:.1f} MiB, {seconds // 60} minutes")
    return package


def inputs() -> str:
    """A hash over everything that decides what comes out, but for which version of the source is current."""
    texts = (SUITE, SOURCE_PACKAGE, *TOOLS, fragment(), SCRIPT.read_text(encoding="utf-8"))
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def command(exchange: Path, jobs: int, mirror: str = "") -> list[str]:
    """The mmdebstrap command. ``exchange`` holds what goes in and gets what comes out, see make_kernel.sh."""
    key = exchange / "signing-key.pem"
    into = [SCRIPT, exchange / "fragment.config", *([key] if key.exists() else [])]
    back = {
        "/build/out/config": exchange / "config",
        "/build/out/linux-image.deb": exchange / "linux-image.deb",
        "/build/signing-key.pem": key,
    }
    hooks = [
        '--customize-hook=mkdir "$1/build"',
        *(f"--customize-hook=upload {shlex.quote(str(path))} /build/{path.name}" for path in into),
        f"--chrooted-customize-hook=JOBS={jobs} NAME={LOCALVERSION} sh /build/{SCRIPT.name}",
        *(f"--customize-hook=download {inside} {shlex.quote(str(path))}" for inside, path in back.items()),
    ]
    return [
        "mmdebstrap",
        "--variant=apt",
        "--format=null",
        "--components=main",
        "--aptopt=APT::Install-Recommends false",
        "--dpkgopt=force-unsafe-io",
        f"--include={','.join((*TOOLS, SOURCE_PACKAGE))}",
        f"--logfile={exchange / 'build.log'}",
        *hooks,
        SUITE,
        "/dev/null",
        *([mirror] if mirror else []),
    ]


def _present(out: Path) -> Path | None:
    try:
        built = msgspec.json.decode((out / "built.json").read_bytes(), type=Built)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    package = out / built.package
    return package if built.inputs == inputs() and package.exists() else None


def _demand_tools() -> None:
    if shutil.which("mmdebstrap") is None:
        raise HostError(
            "mmdebstrap is missing.", hint="Install it: apt-get install mmdebstrap debian-archive-keyring"
        )
    free = shutil.disk_usage(_scratch()).free
    if free < SPACE:
        raise HostError(
            f"{_scratch()} has {free / 2**30:.1f} GiB free; building a kernel takes {SPACE / 2**30:.0f} GiB.",
            hint="Make room there, or name another directory in TMPDIR.",
        )


def _scratch() -> Path:
    """Not /tmp by default: it is memory on many systems, and the build takes gigabytes."""
    return Path(os.environ.get("TMPDIR") or "/var/tmp")


def _compile(out: Path, jobs: int) -> None:
    (out / "fragment.config").write_text(fragment(), encoding="utf-8")
    mirror = os.environ.get("MIRROR", "")
    try:
        run(command(out, jobs, mirror), env={"TMPDIR": str(_scratch())}, inherit=bootstrap.INHERITED)
    except CommandError as error:
        raise HostError(
            f"The kernel could not be built: {error.message}", hint=f"See {out / 'build.log'}"
        ) from error
    bootstrap.demand_mounts((out / "build.log").read_text(errors="replace"))
    (out / "signing-key.pem").chmod(0o600)


def _demand_options(config: Path) -> None:
    missing = check(config.read_text(encoding="utf-8"))
    if missing:
        raise HostError(
            "The kernel that was built lacks what the appliance needs:\n" + "\n".join(map(str, missing)),
            hint="Add what these options depend on to kernel_config/own.config.",
        )


def _name_package(out: Path) -> Path:
    """Give the package the name its own fields say, in place of any older one."""
    arrived = out / "linux-image.deb"
    name, version, machine = run(
        ["dpkg-deb", "--show", "--showformat", "${Package} ${Version} ${Architecture}", arrived],
        reads_only=True,
    ).stdout.split()
    for old in out.glob("linux-image-*.deb"):
        old.unlink()
    return arrived.rename(out / f"{name}_{version}_{machine}.deb")


def _write_built(out: Path, package: Path, seconds: int) -> None:
    version = re.sub(r"^linux-image-", "", package.name.partition("_")[0])
    built = Built(
        inputs=inputs(),
        package=package.name,
        version=version,
        seconds=seconds,
        package_size=package.stat().st_size,
    )
    fresh = out / "built.json.new"
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(built)))
    fresh.rename(out / "built.json")
