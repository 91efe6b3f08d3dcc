"""What GRUB is told on an installed host: its menus and the state of the two banks.

Pure functions; installer.tasks.loaders writes the files. All of them lie on the ESP:

* ``EFI/debian/grub.cfg`` - where Debian's signed GRUB looks; leads on to
* ``bedplate/grub.cfg`` - the menu. The BIOS core (whose prefix is ``(,gpt2)/bedplate``) reads it directly;
* ``bedplate/a.cfg``, ``bedplate/b.cfg`` - version and kernel arguments of each bank that is filled;
* ``bedplate/bankenv`` - a GRUB environment block, the only file that changes from boot to boot;
* ``bedplate/MARK.ks`` - empty, there when the medium of that mark has installed or upgraded the host. The
  medium's own menu looks for it.

Signed GRUB under Secure Boot loads no modules, so only commands built into Debian's image are used (loadenv,
search, regexp, test, serial, linux and the rest are). GRUB's script cannot count, so tries left are spelled
out.

Everything ``bankenv`` says is in its first 100 bytes, and so in one sector, which a disk writes as a whole or
not at all: the step from one state to the next cannot be cut in half.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

import msgspec

from host.errors import HostError

MENU_SECONDS = 2
TRIES = 3
"""How often an upgraded bank may be tried before the host goes back to the one that worked."""

TRIAL = "bedplate.trial"
"""The word on the kernel's command line of a bank that has yet to report healthy."""

GIVEN_UP = "bedplate.given-up"
"""The word that names the version an update was given up of: ``bedplate.given-up=0.2.0``."""

ENV_SIZE = 1024
"""Bytes of an environment block; GRUB never changes the size of the file it writes to."""

_ENV_HEAD = "# GRUB Environment Block\n"

BIOS_PREFIX = "(,gpt2)/bedplate"
"""Where the BIOS core finds its menu: partition 2, the ESP, of the disk the BIOS started."""

BIOS_MODULES = [
    "biosdisk",
    "part_gpt",
    "fat",
    "ext2",
    "normal",
    "configfile",
    "linux",
    "loadenv",
    "search",
    "search_fs_uuid",
    "search_label",
    "regexp",
    "test",
    "true",
    "echo",
    "sleep",
    "serial",
    "terminal",
    "terminfo",
    "minicmd",
    "reboot",
    "halt",
    "ls",
    "cat",
    "gzio",
]
"""What the BIOS core is made of; nothing is loaded later, so the menu works with a broken file system, too.
"""

FILES = {
    "boot.img": "usr/lib/grub/i386-pc/boot.img",
    "shimx64.efi": "usr/lib/shim/shimx64.efi.signed",
    "grubx64.efi": "usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed",
    "mmx64.efi": "usr/lib/shim/mmx64.efi.signed",
}
"""What the folder of boot loader files holds (host.paths.LOADERS) and where Debian's packages have it.

``core.img``, made by ``core_command`` when the image is built, lies there, too: making it on the machine
would take GRUB's tools and modules into the image.
"""


class Bank(StrEnum):
    """One of the two places for a system."""

    A = "a"
    B = "b"

    @property
    def other(self) -> Bank:
        """The other bank."""
        return Bank.B if self is Bank.A else Bank.A


class BankState(msgspec.Struct, frozen=True, kw_only=True):
    """Which bank starts.

    ``current`` is the bank that is known to work. ``trying`` is one that has yet to prove itself and is
    started instead as long as ``tries`` is above 0. ``good_a`` and ``good_b`` say which banks hold a whole
    system. ``failed`` is a bank that was given up without having reported healthy.
    """

    current: Bank = Bank.A
    trying: Bank | None = None
    tries: int = 0
    good_a: bool = False
    good_b: bool = False
    failed: Bank | None = None

    def good(self, bank: Bank) -> bool:
        """Whether a bank holds a whole system."""
        return self.good_a if bank is Bank.A else self.good_b

    @property
    def settled(self) -> Bank:
        """The bank that starts when none is on trial; the menu comes to the same."""
        if self.current is Bank.A:
            return Bank.B if self.good_b and not self.good_a else Bank.A
        return Bank.B if self.good_b else Bank.A


def fresh_state() -> BankState:
    """After an installation: bank A, nothing else."""
    return BankState(good_a=True)


def withdrawn(state: BankState, bank: Bank) -> BankState:
    """The state while ``bank`` is written: GRUB starts the other one, whatever was on trial."""
    return _with_good(state, bank, False, current=bank.other, trying=None, tries=0)


def on_trial(state: BankState, bank: Bank) -> BankState:
    """The state that starts a newly written bank on trial. What failed before is forgotten."""
    return _with_good(state, bank, True, trying=bank, tries=TRIES, failed=None)


def confirmed(state: BankState, bank: Bank) -> BankState:
    """The state once a host started from ``bank`` reports healthy."""
    return msgspec.structs.replace(state, current=bank, trying=None, tries=0, failed=None)


def _with_good(state: BankState, bank: Bank, good: bool, **more: object) -> BankState:
    flag = {"good_a": good} if bank is Bank.A else {"good_b": good}
    return msgspec.structs.replace(state, **flag, **more)


def render_env(state: BankState) -> bytes:
    """The state as an environment block, exactly ENV_SIZE bytes long."""
    lines = {
        "current": state.current,
        "trying": state.trying or "",
        "tries": str(state.tries),
        "good_a": "1" if state.good_a else "",
        "good_b": "1" if state.good_b else "",
        "failed": state.failed or "",
    }
    text = _ENV_HEAD + "".join(f"{key}={value}\n" for key, value in lines.items())
    return text.ljust(ENV_SIZE, "#").encode()


def parse_env(data: bytes) -> BankState:
    """The state an environment block holds. Raises HostError when it is not one, or names a bank there is
    not.
    """
    text = data.decode(errors="replace")
    if len(data) != ENV_SIZE or not text.startswith(_ENV_HEAD):
        raise _damaged()
    pairs = dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    try:
        return BankState(
            current=Bank(pairs.get("current", "a")),
            trying=Bank(pairs["trying"]) if pairs.get("trying") else None,
            tries=int(pairs.get("tries") or "0"),
            good_a=pairs.get("good_a") == "1",
            good_b=pairs.get("good_b") == "1",
            failed=Bank(pairs["failed"]) if pairs.get("failed") else None,
        )
    except ValueError as error:
        raise _damaged() from error


def mark_path(mark: str) -> str:
    """Where on the ESP a medium with a kickstart file finds that it was here; ``mark`` are 8 hex digits."""
    return f"bedplate/{mark}.ks"


def render_stub(esp_uuid: str) -> str:
    """``EFI/debian/grub.cfg``. ``esp_uuid`` is the FAT serial number as blkid spells it (``ABCD-1234``)."""
    return f"""\
search --no-floppy --fs-uuid --hint="$root" --set=root {_plain(esp_uuid)}
configfile ($root)/bedplate/grub.cfg
"""


def render_bank(bank: Bank, version: str, partition_uuid: str, cmdline: Sequence[str]) -> str:
    """``bedplate/a.cfg`` or ``b.cfg``: what is in a bank and how its kernel is started."""
    arguments = " ".join(_plain(word) for word in (*cmdline, f"bedplate.bank={partition_uuid}"))
    return f"""\
set version_{bank}="{_plain(version)}"
set cmdline_{bank}="{arguments}"
"""


def render_menu() -> str:
    """``bedplate/grub.cfg``. It is the same on every host; what differs is in the files beside it."""
    blanks = {"SECONDS": str(MENU_SECONDS), "COUNT_DOWN": _count_down(), "TRIAL": TRIAL, "GIVEN_UP": GIVEN_UP}
    text = _MENU
    for name, value in blanks.items():
        text = text.replace(f"@{name}@", value)
    return text


def _count_down() -> str:
    lines = []
    for tries in range(TRIES, 0, -1):
        word = "if" if tries == TRIES else "elif"
        lines.append(f'  {word} [ "$tries" = "{tries}" ]; then set tries={tries - 1}; set boot="$trying"')
    return "\n".join((*lines, '  else set failed="$trying"; set trying=""; set tries=0', "  fi"))


_MENU = """\
# The menu of an installed host. bankenv, beside this file, says which bank starts.

regexp --set=1:disk '^([^,]+)' "$root"
set esp="$root"
set prefix_dir="($esp)/bedplate"
set timeout=@SECONDS@
set default=0

# A machine without a serial port says so once and goes on with its screen.
if serial --unit=0 --speed=115200; then
  terminal_input console serial
  terminal_output console serial
fi

set current=a
set trying=""
set tries=0
set good_a=1
set good_b=""
set failed=""
if [ -f "$prefix_dir/bankenv" ]; then
  load_env --file "$prefix_dir/bankenv" current trying tries good_a good_b failed
fi

# An upgraded bank is started a few times on trial; if it never reports healthy, the one before starts again.
set boot="$current"
if [ -n "$trying" ]; then
@COUNT_DOWN@
  # A start that cannot be counted would be repeated for ever.
  if save_env --file "$prefix_dir/bankenv" trying tries failed; then set counted=1
  else set boot="$current"
  fi
fi

# A bank that holds no whole system is never started.
if [ "$boot" = "a" -a "$good_a" != "1" -a "$good_b" = "1" ]; then set boot=b; fi
if [ "$boot" = "b" -a "$good_b" != "1" ]; then set boot=a; fi

if [ "$good_a" = "1" -a -f "$prefix_dir/a.cfg" ]; then source "$prefix_dir/a.cfg"; fi
if [ "$good_b" = "1" -a -f "$prefix_dir/b.cfg" ]; then source "$prefix_dir/b.cfg"; fi

# The system learns from its command line that it is on trial, or that an update was given up.
function start_a {
  set root="$disk,gpt3"
  if [ "$trying" = "a" ]; then set cmdline_a="$cmdline_a @TRIAL@"; fi
  if [ "$failed" = "b" ]; then set cmdline_a="$cmdline_a @GIVEN_UP@=$version_b"; fi
  linux /bedplate/vmlinuz $cmdline_a
  initrd /bedplate/initrd
}

function start_b {
  set root="$disk,gpt4"
  if [ "$trying" = "b" ]; then set cmdline_b="$cmdline_b @TRIAL@"; fi
  if [ "$failed" = "a" ]; then set cmdline_b="$cmdline_b @GIVEN_UP@=$version_a"; fi
  linux /bedplate/vmlinuz $cmdline_b
  initrd /bedplate/initrd
}

# Going back stays, by hand or because GRUB could not load the other bank's kernel: this bank becomes the
# current one. A trial that ends this way has failed.
function keep {
  set failed=""
  if [ -n "$trying" ]; then set failed="$trying"; fi
  if [ "$failed" = "$1" ]; then set failed=""; fi
  set current="$1"
  set trying=""
  set tries=0
  save_env --file "$prefix_dir/bankenv" current trying tries failed
}

if [ "$boot" = "b" ]; then
  menuentry "Bedplate $version_b" { start_b }
  if [ "$good_a" = "1" ]; then
    menuentry "Other version: Bedplate $version_a (Shift+R)" --hotkey=R { keep a; start_a }
    set fallback=1
  fi
else
  menuentry "Bedplate $version_a" { start_a }
  if [ "$good_b" = "1" ]; then
    menuentry "Other version: Bedplate $version_b (Shift+R)" --hotkey=R { keep b; start_b }
    set fallback=1
  fi
fi
"""


def core_command(modules: Path, target: Path) -> list[str]:
    """The command that makes the BIOS core image from the directory of GRUB's i386-pc modules."""
    return [
        "grub-mkimage",
        "--format=i386-pc",
        f"--directory={modules}",
        f"--prefix={BIOS_PREFIX}",
        f"--output={target}",
        *BIOS_MODULES,
    ]


def place_core(core: bytes, start_sector: int) -> bytes:
    """The core image, told where on the disk it lies.

    Its first sector loads the rest and ends in a list of pieces: 8 bytes first sector, 2 bytes number of
    sectors, 2 bytes segment to load them to (GRUB, include/grub/i386/pc/boot.h and util/setup.c). We have
    one piece.
    """
    if len(core) < 1024:
        raise ValueError("this is no GRUB core image")
    count = -(-len(core) // 512) - 1
    piece = (start_sector + 1).to_bytes(8, "little") + count.to_bytes(2, "little") + core[510:512]
    return core[:500] + piece + core[512:]


def boot_code(boot: bytes, start_sector: int) -> bytes:
    """The code for the first sector of the disk: GRUB's boot.img, told where the core image starts.

    Offset 0x5c holds that sector; offset 0x66 a jump that GRUB's own setup replaces by two NOPs on hard
    disks, so that the drive number the BIOS hands over is checked (util/setup.c).
    """
    if len(boot) != 512:
        raise ValueError("this is no GRUB boot.img")
    code = bytearray(boot[:440])
    code[0x5C:0x64] = start_sector.to_bytes(8, "little")
    code[0x66:0x68] = b"\x90\x90"
    return bytes(code)


def core_sector(code: bytes) -> int:
    """The sector of the disk that boot code leads to, which ``boot_code`` made."""
    return int.from_bytes(code[0x5C:0x64], "little")


def stale_entries(listing: str, present: Sequence[str]) -> tuple[str, ...]:
    """The numbers of firmware boot entries of ours whose partition is gone.

    ``listing`` is what efibootmgr prints, ``present`` the ids of every partition there is.
    """
    import re

    here = {uuid.lower() for uuid in present}
    found = []
    for line in listing.splitlines():
        match = re.match(r"Boot([0-9A-Fa-f]{4})\*?\s+Bedplate\s+HD\(\d+,GPT,([0-9A-Fa-f-]{36})", line)
        if match and match[2].lower() not in here:
            found.append(match[1])
    return tuple(found)


def _plain(word: str) -> str:
    """A word that GRUB's script takes as it is. Raises HostError for signs with a meaning to GRUB."""
    if set(word) & set("\"'$\\`;|&<>{}\n\r\t"):
        raise HostError(
            f"{word!r} cannot stand in a boot menu.", hint="Leave out quotes, $ and control signs."
        )
    return word


def _damaged() -> HostError:
    return HostError(
        "The bank state on the ESP is damaged.", hint="The host starts bank A; an upgrade writes it anew."
    )
