"""A medium that installs by itself, made from a small ISO that the same function wrote as the real one."""

from __future__ import annotations

import filecmp
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from host import bootloader
from host.errors import HostError
from installer.kickstart import reading
from installer.kickstart.location import Optical, parse
from installer.payload import Manifest, Payload, read_payload
from iso_build import grub, iso
from iso_build.remaster import medium, menu, options
from iso_build.remaster.__main__ import main
from iso_build.remaster.options import for_grub
from tools.places import ROOT

pytestmark = pytest.mark.processes

HASH = "$6$saltsalt$" + "a" * 86
KS = f"""vmaccepteula
rootpw --iscrypted {HASH}
install --firstdisk=usb,local --overwritevmfs
network --bootproto=static --ip=192.0.2.10 --netmask=255.255.255.0 --gateway=192.0.2.1 --vlanid=0
reboot
"""
WRONG = "vmaccepteula\nrootpw --iscrypted nohash\ninstall --firstdisk --overwritevmsf\nnosuchcommand\n"

Make = Callable[..., Path]


def noise(size: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(size)


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """An ISO as the build writes it, with noise for programs."""
    return build(tmp_path / "bedplate.iso", tmp_path / "parts")


def build(output: Path, folder: Path, *, product: str = "Bedplate", text: str | None = None) -> Path:
    contents, efi, hybrid = folder / "contents", folder / "efi.img", folder / "hybrid.img"
    files = {
        "bedplate/vmlinuz": noise(30_000, 1),
        "bedplate/initrd": noise(20_001, 2),
        "bedplate/system-0123456789abcdef.img": noise(300_000, 3),
        "boot/grub/bios.img": noise(9_000, 4),
        "boot/grub/grub.cfg": (grub.menu("0.1.0") if text is None else text).encode(),
        ".disk/info": b"Bedplate 0.1.0\n",
    }
    manifest = {
        "product": product,
        "version": "0.1.0",
        "build": "test",
        "root_hash": "0123456789abcdef" * 4,
        "hash_offset": 290_000,
        "files": {
            name.removeprefix("bedplate/"): {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in files.items()
            if name.startswith("bedplate/")
        },
    }
    for name, data in {**files, "bedplate/manifest.json": json.dumps(manifest).encode()}.items():
        (contents / name).parent.mkdir(parents=True, exist_ok=True)
        (contents / name).write_bytes(data)
    efi.write_bytes(noise(1024**2, 5))
    hybrid.write_bytes(noise(440, 6).ljust(512, b"\0"))
    argv = [str(word) for word in iso.command(contents, efi, hybrid, output)]
    subprocess.run(argv, check=True, capture_output=True, env={**os.environ, **iso.environment()})
    return output


@pytest.fixture
def ks(tmp_path: Path) -> Path:
    path = tmp_path / "lab.cfg"
    path.write_text(KS)
    return path


def remaster(built: Path, ks: Path, out: Path, *more: object) -> Path:
    assert main([str(built), "--ks", str(ks), "--out", str(out), *map(str, more)]) == 0
    return out


def opened(image: Path, folder: Path) -> Path:
    """Everything in an ISO, as another program than ours reads it."""
    subprocess.run(
        ["xorriso", "-osirrox", "on", "-indev", image, "-extract", "/", folder],
        check=True,
        capture_output=True,
    )
    subprocess.run(["chmod", "-R", "u+w", folder], check=True)
    return folder


def default_line(text: str) -> str:
    """What the default entry starts the kernel with."""
    entry = re.findall(r"^set default=(\w+)$", text, re.MULTILINE)[-1]
    found = re.search(rf"--id {entry} \{{\n(?:.*\n)*?\s+linux (.*)\n", text)
    assert found
    return found[1]


def left_over(folder: Path) -> list[str]:
    return sorted(
        path.name for path in folder.iterdir() if path.name not in ("bedplate.iso", "parts", "lab.cfg")
    )


# the ISO


def test_taken_apart_and_put_together_it_is_the_same(built: Path, tmp_path: Path) -> None:
    parts = medium.take_apart(medium.look(built), tmp_path / "again")
    argv = iso.command(parts.contents, parts.efi, parts.hybrid, tmp_path / "again.iso")
    subprocess.run(
        [str(word) for word in argv], check=True, capture_output=True, env={**os.environ, **iso.environment()}
    )
    assert filecmp.cmp(built, tmp_path / "again.iso", shallow=False)


def test_the_kickstart_file_and_the_options_are_in_it(built: Path, ks: Path, tmp_path: Path) -> None:
    out = remaster(built, ks, tmp_path / "out.iso", "--option", "ksdevice=vmnic1", "noverifyssl")
    tree = opened(out, tmp_path / "tree")
    assert (tree / "KS.CFG").read_text() == KS
    text = (tree / "boot/grub/grub.cfg").read_text()
    line = default_line(text)
    assert line.startswith(default_line(grub.menu("0.1.0"))), "what the entry had stays"
    assert line.split()[-3:] == ["ks=cdrom:/KS.CFG", "ksdevice=vmnic1", "noverifyssl"]
    assert text.count(" ks=") == 1, "the other entries install by hand"
    assert re.search(r"^set timeout=[1-9]$", text, re.MULTILINE), "time to stop it"
    assert out.stat().st_mode & 0o777 == 0o600


def test_it_starts_in_every_way_the_first_one_does(built: Path, ks: Path, tmp_path: Path) -> None:
    out = remaster(built, ks, tmp_path / "out.iso")
    before, after = medium.look(built), medium.look(out)
    assert medium.ways_to_start(out) == medium.ways_to_start(built)
    assert (
        "No problems found"
        in subprocess.run(["sgdisk", "--verify", out], check=True, capture_output=True, text=True).stdout
    )
    with built.open("rb") as one, out.open("rb") as other:
        assert one.read(432) == other.read(432), "the code for sticks"
        assert medium._read(one, before.efi) == medium._read(other, after.efi)
    files = {path: extent.start for path, extent in after.files.items()}
    assert max(files, key=lambda path: files[path]).startswith("/bedplate/system-"), "cut short, it says so"


def test_the_same_inputs_are_the_same_bytes(
    built: Path, ks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts = tmp_path / "parts/scripts"
    scripts.mkdir()
    for name in ("b.sh", "a.sh"):
        (scripts / name).write_text("true\n")
    first = remaster(built, ks, tmp_path / "one.iso", "--add", scripts)
    os.utime(ks, (1, 1))
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    before = os.umask(0o077)
    try:
        second = remaster(built, ks, tmp_path / "two.iso", "--add", scripts)
    finally:
        os.umask(before)
    assert filecmp.cmp(first, second, shallow=False)


def test_a_second_time_replaces_the_first(built: Path, ks: Path, tmp_path: Path) -> None:
    extra = tmp_path / "parts/extra.txt"
    extra.write_text("x")
    first = remaster(built, ks, tmp_path / "first.iso", "--option", "vlanid=7", "--add", extra)
    ks.write_text(KS.replace("192.0.2.10", "192.0.2.20"))
    again = remaster(first, ks, tmp_path / "again.iso", "--option", "ksdevice=link")
    at_once = remaster(built, ks, tmp_path / "at-once.iso", "--option", "ksdevice=link")
    assert filecmp.cmp(again, at_once, shallow=False)
    assert "/extra.txt" in medium.look(first).files and "/extra.txt" not in medium.look(again).files


def test_what_was_read_back_from_a_larger_stick_will_do(built: Path, ks: Path, tmp_path: Path) -> None:
    first = remaster(built, ks, tmp_path / "first.iso")
    os.truncate(built, built.stat().st_size + 10_000_000)
    assert filecmp.cmp(remaster(built, ks, tmp_path / "second.iso"), first, shallow=False)


def test_without_out_it_is_named_after_the_iso(built: Path, ks: Path, tmp_path: Path) -> None:
    assert main([str(built), "--ks", str(ks)]) == 0
    assert left_over(tmp_path) == ["bedplate-ks.iso"]


def test_the_password_is_mentioned_and_not_shown(
    built: Path, ks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ks.write_text(KS.replace(f"--iscrypted {HASH}", "gnu7.Trail"))
    remaster(built, ks, tmp_path / "out.iso")
    said = capsys.readouterr()
    assert f"{ks}:2: The password stands here as it is." in said.out and "--iscrypted" in said.out
    assert "only you can read it" in said.out
    assert "gnu7.Trail" not in said.out + said.err


# the mark of the medium


def test_what_it_installs_bears_its_mark(built: Path, ks: Path, tmp_path: Path) -> None:
    tree = opened(remaster(built, ks, tmp_path / "out.iso"), tmp_path / "tree")
    payload = read_payload(tree / "bedplate")
    text = (tree / "boot/grub/grub.cfg").read_text()
    name = bootloader.mark_path(payload.mark)
    assert f"bedplate.medium={payload.mark} " in default_line(text)
    assert f'"($disk,gpt2)/{name}"' in text
    assert name.count(".") == 1 and len(Path(name).stem) == 8, "a name that host.storage.fat finds"
    assert read_payload(tmp_path / "parts/contents/bedplate").mark == ""


def test_the_mark_is_that_of_the_contents(built: Path, ks: Path, tmp_path: Path) -> None:
    def mark(*more: str) -> str:
        out = remaster(built, ks, tmp_path / "out.iso", "--overwrite", *more)
        return default_line(medium.look(out).menu).partition("bedplate.medium=")[2][:8]

    first = mark()
    assert mark() == first and mark("--option", "noverifyssl") != first
    ks.write_text(f"{KS}\n")
    assert mark() != first


def test_a_damaged_mark_is_none(tmp_path: Path) -> None:
    manifest = Manifest(product="Bedplate", version="1", build="", root_hash="", hash_offset=0, files={})
    import msgspec

    (tmp_path / "manifest.json").write_bytes(msgspec.json.encode(manifest))
    for text, wanted in {"0123abcd\n/KS.CFG\n": "0123abcd", "../../x\n": "", "": "", "0123ABCD": ""}.items():
        (tmp_path / "medium").write_text(text)
        assert read_payload(tmp_path) == Payload(tmp_path, manifest, wanted)


MENU_IN_BASH = r"""
set() { declare -g "$1"; }
serial() { return 1; }
linux() { printf 'linux'; printf ' <%s>' "$@"; echo; }
initrd() { :; }
chainloader() { echo "chainloader $1 of $root"; }
root=hd0
grub_platform=PLATFORM
"""


def start(text: str, folder: Path, platform: str = "pc") -> str:
    """What the default entry does. GRUB's language is near enough to bash for the menu to run there."""
    runnable = re.sub(r"^( *)(?:menuentry|submenu) .* --id (\w+) \{", r"\1\2() {", text, flags=re.MULTILINE)
    runnable = re.sub(r'^( *)menuentry "[^"]*" \{', r"\1other() {", runnable, flags=re.MULTILINE)
    script = folder / "menu.sh"
    script.write_text(MENU_IN_BASH.replace("PLATFORM", platform) + runnable + '\n"$default"\n')
    done = subprocess.run(["bash", script], capture_output=True, text=True, cwd=folder, check=True)
    assert not done.stderr
    return done.stdout.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("platform", "wanted"),
    [("pc", "chainloader +1 of hd2"), ("efi", "chainloader /EFI/BOOT/BOOTX64.EFI of hd2,gpt2")],
)
def test_left_in_the_machine_it_starts_what_it_has_installed(
    built: Path, ks: Path, tmp_path: Path, platform: str, wanted: str
) -> None:
    text = medium.look(remaster(built, ks, tmp_path / "out.iso")).menu
    mark = text.partition("bedplate.medium=")[2][:8]
    assert "ks=cdrom:/KS.CFG" in start(text, tmp_path, platform)
    others = tmp_path / "(hd1,gpt2)/bedplate"
    others.mkdir(parents=True)
    (others / "01234567.ks").touch()
    assert "ks=cdrom:/KS.CFG" in start(text, tmp_path, platform), "another medium's host is installed over"
    ours = tmp_path / "(hd2,gpt2)/bedplate"
    ours.mkdir(parents=True)
    (ours / f"{mark}.ks").touch()
    assert start(text, tmp_path, platform) == wanted
    every = medium.look(remaster(built, ks, tmp_path / "every.iso", "--every-start")).menu
    assert "ks=cdrom:/KS.CFG" in start(every, tmp_path, platform)


def test_the_initrd_takes_the_medium_that_was_meant(tmp_path: Path) -> None:
    text = (ROOT / "iso_build/initrd/init").read_text()
    function = re.search(r"^is_meant\(\) \{\n(?:.*\n)*?\}\n", text, re.MULTILINE)
    assert function
    (tmp_path / "bedplate").mkdir()

    def meant(word: str) -> bool:
        script = f"medium={tmp_path}\nmeant={word}\n{function[0]}is_meant"
        return subprocess.run(["busybox", "sh", "-c", script], check=False).returncode == 0

    assert meant("") and not meant("0123abcd")
    (tmp_path / "bedplate/medium").write_text("0123abcd\n/KS.CFG\n")
    assert meant("") and meant("0123abcd") and not meant("abcd0123")


# the boot menu and its options


@pytest.mark.parametrize(
    "option",
    [
        *("ip=192.0.2.10/24", "x=$root", "x=${root}$(reboot)", "x={a;b}", "x=a;reboot", "x=a|b&c", "x=`id`"),
        *("x=#hash", "x=*?[a]~!", 'x="two words"', "x=a<b>c", "x=@MARK@@LINE@", "u=http://h/k?a=1&b=%27"),
    ],
)
def test_options_arrive_as_they_were_given(option: str, tmp_path: Path) -> None:
    checked = options.check([option], "vmlinuz")
    assert not checked.errors
    text = menu.scripted(grub.menu("1"), file="KS.CFG", words=checked.words, mark="01234567", once=True)
    (tmp_path / "grub.cfg").write_text(text)
    subprocess.run(["grub-script-check", tmp_path / "grub.cfg"], check=True)
    assert start(text, tmp_path).endswith(f" <{option.replace(chr(34), '')}>")


def test_a_text_may_hold_several_options() -> None:
    checked = options.check(['ip=192.0.2.10 netmask=255.255.255.0 console="a b"', "noverifyssl"], "vmlinuz")
    assert checked.words == ("ip=192.0.2.10", "netmask=255.255.255.0", "console=a b", "noverifyssl")
    assert not checked.errors and not checked.warnings


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("ks=http://h/ks.cfg", "--ks gives the file"),
        ("KS=usb", "--ks gives the file"),
        ("bedplate.mode=host", "The menu decides"),
        ("x=it's", "single quotes"),
        ("x=a\\b", "backslashes"),
        ("x=a\nreboot", "printable"),
        ("x=a\treboot", "printable"),
        ("x=\x1b[2J", "printable"),
        ("x=ü", "ASCII"),
        ('x="a', "double quote is missing"),
        ("--", "is no option"),
        ("=x", "is no option"),
        ("$x=1", "is no option"),
        ("ip=192.0.2.300", "no IPv4 address"),
        ("vlanid=4095", "vlanid"),
        ("ksdevice=", "no value"),
        ("netmask=255.255.255.0", "no use without ip="),
        ("x=" + "a" * 3000, "too long"),
    ],
)
def test_options_that_cannot_be_are_errors(option: str, said: str) -> None:
    assert re.search(said, " ".join(options.check([option], "vmlinuz").errors))


def test_options_are_all_judged_before_anything_is_written(
    built: Path, ks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [str(built), "--ks", str(ks), "--out", str(tmp_path / "out.iso")]
    assert main([*command, "--option", "x=it's", "ip=192.0.2.300", "--option", "KS=usb"]) == 1
    errors = capsys.readouterr().err
    assert all(word in errors for word in ("single quotes", "no IPv4 address", "--ks gives"))
    assert left_over(tmp_path) == []


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("vlandid=5", "vlandid is no option of the installer.*Did you mean vlanid"),
        ("something", "something is no option of the installer"),
        ("logPort=none", "no effect"),
        ("ksdevice=vmnic0 ksdevice=vmnic1", "given twice"),
    ],
)
def test_options_that_do_nothing_are_warned_of(option: str, said: str) -> None:
    checked = options.check([option], "vmlinuz")
    assert not checked.errors
    assert re.search(said, " ".join(checked.warnings))


@pytest.mark.parametrize(
    "option",
    ["noverifyssl", "runweasel", "console=ttyS1,115200n8", "intel_iommu=off", "BOOTIF=01-52-54-00-12-34-56"],
)
def test_known_options_are_taken_in_silence(option: str) -> None:
    assert options.check([option], "vmlinuz") == options.Checked(words=(option,))


def test_the_words_of_grub() -> None:
    assert for_grub("ip=192.0.2.10/24") == "ip=192.0.2.10/24"
    assert for_grub("x=$a") == "'x=$a'"


def test_a_menu_of_another_kind_is_refused(built: Path, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "parts")
    build(built.with_name("other.iso"), tmp_path / "parts", text='menuentry "Linux" {\n  linux /vmlinuz\n}\n')
    with pytest.raises(HostError, match="boot menu"):
        menu.command_line(medium.look(built.with_name("other.iso")).menu)
    assert menu.as_built(grub.menu("1")) == grub.menu("1")


# the kickstart file and what goes along


def test_errors_of_the_file_stop_all_at_once(
    built: Path, ks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ks.write_text(WRONG)
    out = tmp_path / "out.iso"
    assert main([str(built), "--ks", str(ks), "--out", str(out)]) == 1
    said = capsys.readouterr()
    assert [f"{ks}:{line}: error" in said.out for line in (2, 3, 4)] == [True] * 3
    assert "No ISO was made" in said.err and left_over(tmp_path) == []
    assert main([str(built), "--ks", str(ks), "--out", str(out), "--force"]) == 0
    assert (opened(out, tmp_path / "tree") / "KS.CFG").read_text() == WRONG


def test_what_is_included_goes_along(built: Path, tmp_path: Path) -> None:
    """The installer, to which all paths are on the medium, finds every file, and the same commands."""
    lab = tmp_path / "parts/site/lab"
    (lab / "net").mkdir(parents=True)
    files = {
        "site/lab/ks.cfg": "vmaccepteula\n%include net/static.cfg\n%include ../common.cfg\n"
        "%include /tmp/disk\nreboot\n"
        "%pre --interpreter=busybox\necho install --firstdisk > /tmp/disk\n",
        "site/lab/net/static.cfg": "network --bootproto=dhcp\n%include more.cfg\n",
        "site/lab/net/more.cfg": "keyboard German\n",
        "site/common.cfg": f"rootpw --iscrypted {HASH}\n",
    }
    for name, text in files.items():
        (tmp_path / "parts" / name).write_text(text)
    source = lab / "ks.cfg"
    tree = opened(remaster(built, source, tmp_path / "out.iso"), tmp_path / "tree")
    added = (tree / "bedplate/medium").read_text().splitlines()[1:]
    assert added == ["/KS.CFG", "/common.cfg", "/net/more.cfg", "/net/static.cfg"]

    def on_the_medium(spelling: str) -> bytes:
        place = parse(spelling)
        assert isinstance(place, Optical)
        return (tree / place.path[1:]).read_bytes()

    there = reading.read("cdrom:/KS.CFG", reader=on_the_medium)
    here = reading.read(str(source), reader=reading.from_disk)
    assert there.script and here.script
    assert [one.command.name for one in there.commands] == [one.command.name for one in here.commands]
    assert there.script.keyboard == "German" and there.script.unread == ("/tmp/disk",)


def test_a_missing_include_is_an_error(built: Path, ks: Path, tmp_path: Path) -> None:
    ks.write_text(f"{KS}%include parts/none.cfg\n")
    assert main([str(built), "--ks", str(ks), "--out", str(tmp_path / "out.iso")]) == 1


def test_an_include_by_the_mediums_own_address(
    built: Path, ks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = tmp_path / "parts/MORE.CFG"
    more.write_text("keyboard German\n")
    ks.write_text(f"{KS}%include cdrom:/more.cfg\n")
    out = remaster(built, ks, tmp_path / "out.iso")
    assert "cdrom:/more.cfg is included and is not on the medium" in capsys.readouterr().out
    remaster(built, ks, out, "--add", more, "--overwrite")
    assert "not on the medium" not in capsys.readouterr().out


def test_files_and_folders_go_along(built: Path, ks: Path, tmp_path: Path) -> None:
    folder = tmp_path / "parts/tools"
    (folder / "deep er").mkdir(parents=True)
    (folder / "run.sh").write_text("#!/bin/sh\n")
    (folder / "run.sh").chmod(0o755)
    (folder / "deep er/it's ü.txt").write_text("x")
    (folder / "empty").touch()
    key = tmp_path / "parts/key.pub"
    key.write_text("ssh-ed25519 AAAA\n")
    out = remaster(built, ks, tmp_path / "out.iso", "--add", folder, key)
    tree = opened(out, tmp_path / "tree")
    assert (tree / "key.pub").read_text() == "ssh-ed25519 AAAA\n"
    assert (tree / "tools/deep er/it's ü.txt").read_text() == "x" and (tree / "tools/empty").exists()
    assert os.access(tree / "tools/run.sh", os.X_OK)
    assert filecmp.cmp(
        remaster(out, ks, tmp_path / "plain.iso"), remaster(built, ks, tmp_path / "first.iso"), shallow=False
    )


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["bedplate/x"], "holds the system"),
        (["Boot"], "holds the system"),
        (["EFI"], "holds the system"),
        (["ks.cfg"], "would both be"),
        (["one/a", "two/A"], "would both be"),
        (["one/a", "two/a/b:folder"], "would both be"),
        (["missing"], "does not exist"),
        (["pipe"], "no plain file"),
        (["a\nb"], "is no name"),
        (["linked:link"], "no plain file"),
    ],
)
def test_files_that_cannot_go_along(
    names: list[str], said: str, built: Path, ks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = []
    for name in names:
        path = tmp_path / "parts/given" / name.partition(":")[0]
        path.parent.mkdir(parents=True, exist_ok=True)
        if name == "pipe":
            os.mkfifo(path)
        elif name.endswith(":link"):
            path.mkdir()
            (path / "folder").symlink_to("/usr/share")
            given.append(str(path))
            continue
        elif name != "missing":
            path.write_text(name)
        given.append(str(path.parent if "bedplate" in name or ":folder" in name else path))
    assert main([str(built), "--ks", str(ks), "--out", str(tmp_path / "out.iso"), "--add", *given]) == 1
    assert said in capsys.readouterr().err
    assert left_over(tmp_path) == []


def test_a_file_the_installer_would_not_read(built: Path, ks: Path, tmp_path: Path) -> None:
    ks.write_text(f"{KS}%firstboot\n# {'x' * 1024**2}\n")
    assert main([str(built), "--ks", str(ks), "--out", str(tmp_path / "out.iso")]) == 1


# what can go wrong


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 4096)


def _overwrite(path: Path, at: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)


def _spoil_system(path: Path) -> None:
    (place,) = (extent for name, extent in medium.look(path).files.items() if "/system-" in name)
    _overwrite(path, place.start + 5000, b"spoilt")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: path.write_bytes(b""), "no ISO image"),
        (lambda path: path.write_text("not an ISO" * 9000), "no ISO image"),
        (lambda path: _overwrite(path, 32768 + 40, b"Debian 13.1  "), "its label is 'Debian 13.1'"),
        (lambda path: _overwrite(path, 512, b"nothing "), "no partition table"),
        (_cut, r"damaged: it has only \d+ of its \d+ bytes"),
        (lambda path: os.truncate(path, 100_000), "damaged: it has only"),
        (_spoil_system, r"/bedplate/system-0123456789abcdef\.img is not what its manifest says"),
        (lambda path: path.unlink(), "does not exist"),
        (lambda path: (path.unlink(), path.mkdir()), "is no file"),
    ],
)
def test_what_is_no_whole_iso_is_refused(
    spoil: Callable[[Path], object],
    said: str,
    built: Path,
    ks: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    spoil(built)
    assert main([str(built), "--ks", str(ks), "--out", str(tmp_path / "out.iso")]) == 1
    assert re.search(said, capsys.readouterr().err)
    assert left_over(tmp_path) == []


def test_another_product(ks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = build(tmp_path / "bedplate.iso", tmp_path / "parts", product="Other")
    assert main([str(other), "--ks", str(ks), "--out", str(tmp_path / "out.iso")]) == 1
    assert "it holds Other" in capsys.readouterr().err


def test_what_is_there_is_not_lost(
    built: Path, ks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.iso"
    out.write_text("precious")
    command = [str(built), "--ks", str(ks), "--out", str(out)]
    assert main(command) == 1 and out.read_text() == "precious"
    assert "--overwrite" in capsys.readouterr().err
    ks.write_text(WRONG)
    assert main([*command, "--overwrite"]) == 1 and out.read_text() == "precious"
    ks.write_text(KS)
    assert main([*command, "--overwrite"]) == 0 and medium.look(out).added == ("/KS.CFG",)


@pytest.mark.parametrize("target", ["bedplate.iso", "lab.cfg", "link", "hard"])
def test_inputs_are_never_written(target: str, built: Path, ks: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(built)
    (tmp_path / "hard").hardlink_to(ks)
    before = built.read_bytes(), ks.read_bytes()
    assert main([str(built), "--ks", str(ks), "--out", str(tmp_path / target), "--overwrite"]) == 1
    assert (built.read_bytes(), ks.read_bytes()) == before


@pytest.mark.parametrize("target", ["none/out.iso", "parts", "/dev/null", "lab.cfg/out.iso"])
def test_places_where_no_iso_can_be(target: str, built: Path, ks: Path, tmp_path: Path) -> None:
    assert main([str(built), "--ks", str(ks), "--out", str(tmp_path / target), "--overwrite"]) == 1
    assert left_over(tmp_path) == []


def test_without_xorriso(
    built: Path, ks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "parts"))
    assert main([str(built), "--ks", str(ks), "--out", str(tmp_path / "out.iso")]) == 1
    assert "apt install xorriso" in capsys.readouterr().err


def test_a_kickstart_file_that_is_not_there(built: Path, tmp_path: Path) -> None:
    assert main([str(built), "--ks", str(tmp_path / "none.cfg"), "--out", str(tmp_path / "out.iso")]) == 1


def program(built: Path, ks: Path, out: Path) -> list[str]:
    return [sys.executable, "-m", "iso_build.remaster", str(built), "--ks", str(ks), "--out", str(out)]


@pytest.mark.parametrize("room", [500_000, 1_300_000], ids=["while taking apart", "while putting together"])
def test_a_full_disk_leaves_nothing(room: int, built: Path, ks: Path, tmp_path: Path) -> None:
    """A limit on the size of files stands for the end of the disk."""
    command = ["prlimit", f"--fsize={room}", *program(built, ks, tmp_path / "out.iso")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 1 and "Traceback" not in done.stderr and done.stderr
    assert left_over(tmp_path) == []


def test_a_disk_without_room_is_named_before_anything_is_written(
    built: Path, ks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.truncate(built, shutil.disk_usage(tmp_path).free)  # with a hole at its end
    assert main([str(built), "--ks", str(ks), "--out", str(tmp_path / "out.iso")]) == 1
    assert re.search(r"has \d+ MiB free, and \d+ MiB are needed", capsys.readouterr().err)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_it_leaves_nothing(number: signal.Signals, built: Path, ks: Path, tmp_path: Path) -> None:
    """xorriso is held up by a program of its name, so that there is something to interrupt."""
    folder, begun = tmp_path / "parts/bin", tmp_path / "parts/begun"
    folder.mkdir()
    slow = folder / "xorriso"
    slow.write_text(
        f'#!/bin/sh\n[ "$1" = -as ] && {{ : >{begun}; exec sleep 600; }}\n'
        f'exec {shutil.which("xorriso")} "$@"\n'
    )
    slow.chmod(0o755)
    with subprocess.Popen(
        program(built, ks, tmp_path / "out.iso"),
        cwd=ROOT,
        env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        while not begun.exists():
            assert running.poll() is None
            time.sleep(0.01)
        assert left_over(tmp_path), "it works beside the place of the ISO"
        running.send_signal(number)
        _, errors = running.communicate()
    assert running.returncode == 130 and "Nothing was written" in errors
    assert left_over(tmp_path) == []
