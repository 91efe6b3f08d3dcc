"""``python3 -m iso_build.remaster ISO --ks FILE``: a medium that installs by itself.

Puts a kickstart file and boot options into a built ISO. Needs neither root nor a mount. Ends with 0 when the
new ISO is there, 1 when not: then there is nothing of it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from host.errors import HostError

if TYPE_CHECKING:
    from types import FrameType

    from installer.kickstart.reading import Reading
    from iso_build.remaster.carried import Load
    from iso_build.remaster.medium import Medium


def main(argv: Sequence[str] | None = None) -> int:
    """Make the ISO the command line asks for; returns the exit code."""
    options = _parser().parse_args(argv)
    try:
        with _stoppable():
            return remaster(options)
    except HostError as error:
        print(f"{error.message} {error.hint}".strip(), file=sys.stderr)
    except OSError as error:
        print(f"{error.filename or options.out}: {error.strerror}.", file=sys.stderr)
    except ModuleNotFoundError as error:
        print(
            f"The Python library {error.name} is missing. `make setup` installs what is needed; "
            "then use build/venv/bin/python for python3.",
            file=sys.stderr,
        )
    except KeyboardInterrupt:
        print("Stopped. Nothing was written.", file=sys.stderr)
        return 130
    return 1


def remaster(options: argparse.Namespace) -> int:
    """Check everything that was given, then write the new ISO and put it in place. Raises HostError."""
    from iso_build.remaster import carried, medium, writing

    out = _output(options)
    _demand_xorriso()
    reading = _check(options.ks)
    source = medium.look(options.iso)
    load = carried.gather(options.ks, options.add, source.own)
    words = _words(options.option, source, load)
    if reading.script is None and not options.force:
        print("The installation would stop at these errors. No ISO was made.", file=sys.stderr)
        return 1
    if words is None:
        return 1
    writing.write(out, source, load, words, once=not options.every_start)
    _tell(out, source, load, reading)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m iso_build.remaster",
        description="Make an ISO that installs by itself from a built ISO and a kickstart file. "
        "It starts from CD and USB stick, by BIOS and UEFI, with Secure Boot.",
    )
    parser.add_argument("iso", type=Path, metavar="ISO", help="the built ISO; it stays as it is")
    parser.add_argument("--ks", type=Path, required=True, metavar="FILE", help="the kickstart file")
    parser.add_argument(
        "--option", nargs="+", action="extend", default=[], metavar="WORD",
        help="boot options, such as ksdevice=vmnic1 or noverifyssl",
    )  # fmt: skip
    parser.add_argument(
        "--add", nargs="+", action="extend", default=[], type=Path, metavar="FILE",
        help="files and folders that go along, such as what scripts of the kickstart file read",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, help="the ISO to write; without: ISO's name with -ks")
    parser.add_argument("--overwrite", action="store_true", help="an ISO that is there may be lost")
    parser.add_argument(
        "--every-start", action="store_true",
        help="install at every start, even on a machine that this medium has installed already",
    )  # fmt: skip
    parser.add_argument("--force", action="store_true", help="make it with errors in the kickstart file, too")
    return parser


def _output(options: argparse.Namespace) -> Path:
    """Where the ISO goes. Raises HostError when it cannot go there."""
    iso: Path = options.iso
    out: Path = options.out or iso.with_name(f"{iso.stem}-ks.iso")
    if not iso.is_file():
        raise HostError(
            f"{iso} is no file." if iso.exists() else f"{iso} does not exist.",
            hint="Give the ISO that `make iso` has built.",
        )
    for given in (iso, options.ks, *options.add):
        if out.exists() and given.exists() and out.samefile(given):
            raise HostError(f"{out} is what the new ISO is made from.", hint="Give another name with --out.")
    if out.exists() and not out.is_file():
        raise HostError(
            f"{out} is no plain file.",
            hint="Write the ISO to a file; dd writes that to a stick.",
        )
    if out.exists() and not options.overwrite:
        raise HostError(f"{out} exists.", hint="Give another name with --out, or --overwrite.")
    if not out.parent.is_dir():
        raise HostError(f"The folder {out.parent} does not exist.", hint="Make it, or see --out.")
    if not os.access(out.parent, os.W_OK | os.X_OK):
        raise HostError(f"The folder {out.parent} cannot be written to.", hint="See --out.")
    return out


def _demand_xorriso() -> None:
    if shutil.which("xorriso") is None:
        raise HostError(
            "xorriso is missing.",
            hint="Install it: `sudo apt install xorriso` on Debian and Ubuntu; other systems have a package "
            "of that name, or libisoburn.",
        )


def _check(file: Path) -> Reading:
    """Read the kickstart file and print all there is to say about it. Raises HostError."""
    from installer.kickstart.reading import from_disk, read

    reading = read(str(file), reader=from_disk)
    for one in reading.diagnostics:
        print(one)
    for command in reading.commands:
        if command.command.name == "rootpw" and command.arguments and "--iscrypted" not in command.options:
            print(
                f"{command.place}: The password stands here as it is. Its hash serves as well: "
                "rootpw --iscrypted, made by `openssl passwd -6`."
            )
    return reading


def _words(given: Sequence[str], source: Medium, load: Load) -> tuple[str, ...] | None:
    """What is added to the kernel's command line; None, and all reasons printed, when that cannot be."""
    from iso_build.remaster import carried, menu, options

    ours = (f"bedplate.medium={'0' * 8}", f"ks=cdrom:{carried.NAME}")
    checked = options.check(given, " ".join(("BOOT_IMAGE=" + menu.command_line(source.menu), *ours)))
    for warning in (*load.warnings, *checked.warnings):
        print(f"warning: {warning}")
    for error in checked.errors:
        print(f"--option {error}", file=sys.stderr)
    return None if checked.errors else checked.words


def _tell(out: Path, source: Medium, load: Load, reading: Reading) -> None:
    from installer.kickstart.report import script_lines

    for line in script_lines(reading.script) if reading.script else ():
        print(f"  {line}")
    print(f"  On it:     {', '.join(one.target for one in load.files)}")
    made = out.stat()
    print(f"{out}: {made.st_size / 1e6:.0f} MB, {source.manifest.product} {source.manifest.version}.")
    readers = "others can read it where it is" if made.st_mode & 0o077 else "only you can read it (mode 0600)"
    print(f"It holds the password of root or its hash, and {readers}. Keep it like one.")
    print(f"On a CD, or on a stick: sudo dd if={out} of=/dev/sdX bs=4M conv=fsync")


@contextmanager
def _stoppable() -> Iterator[None]:
    """Other signals that end a program leave no half of an ISO either."""

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        raise KeyboardInterrupt

    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, stop) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


if __name__ == "__main__":
    sys.exit(main())
