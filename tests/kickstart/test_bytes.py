"""Files as they come from editors, shells and bad copies: bytes, not text."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from installer.kickstart.diagnostics import MOST
from installer.kickstart.reading import from_disk, read
from installer.kickstart.text import LARGEST
from tests.bench.fuzz.hostile import HEAD, HOSTILE
from tests.kickstart.support import messages, quick, said_about

FILE = (
    "vmaccepteula\nrootpw Kiosk!Lamp42x\ninstall --firstdisk --overwritevmfs\nreboot\n%post\necho 'Küche'\n"
)
PLAIN = said_about(FILE).script


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (FILE.encode(), []),
        (codecs.BOM_UTF8 + FILE.encode(), []),
        (FILE.replace("\n", "\r\n").encode(), []),
        (FILE.replace("\n", "\r").encode(), []),
        (codecs.BOM_UTF8 + FILE.replace("\n", "\r\n").encode(), []),
        (FILE.encode() + b"\x1a", []),
        (FILE.encode("utf-16"), ["ks.cfg:1: warning: The file is encoded in UTF-16. Save it as UTF-8."]),
        (
            codecs.BOM_UTF16_LE + FILE.replace("\n", "\r\n").encode("utf-16-le"),
            ["ks.cfg:1: warning: The file is encoded in UTF-16. Save it as UTF-8."],
        ),
        (
            codecs.BOM_UTF16_BE + FILE.encode("utf-16-be"),
            ["ks.cfg:1: warning: The file is encoded in UTF-16. Save it as UTF-8."],
        ),
        (
            FILE.encode("latin-1"),
            ["ks.cfg:6: warning: This line is not UTF-8; the file is read as Latin-1. Save it as UTF-8."],
        ),
    ],
    ids=[
        "utf-8",
        "mark",
        "windows",
        "mac",
        "notepad",
        "dos",
        "utf-16",
        "powershell",
        "big-endian",
        "latin-1",
    ],
)
def test_every_encoding_of_a_text_is_the_same_file(data: bytes, said: list[str]) -> None:
    reading = said_about(data)
    assert messages(reading) == said
    assert reading.script == PLAIN


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (FILE.encode().replace(b"reboot", b"re\0boot"), 4),
        (FILE.encode() + b"\0", 7),
        (b"\0" * 100, 1),
        (FILE.encode("utf-16-le"), 1),
        (FILE.encode("utf-32"), 1),
        (b"\x7fELF\x02\x01\x01\0", 1),
    ],
    ids=["inside", "at-the-end", "nothing-else", "utf-16-without-a-mark", "utf-32", "a-program"],
)
def test_a_zero_byte_is_no_text(data: bytes, line: int) -> None:
    said = messages(said_about(data))
    assert (
        f"ks.cfg:{line}: error: There is a zero byte here: this is not a text file. Give another one." in said
    )
    assert [one for one in said if "The file has no" in one] == []


def test_a_continued_line_of_windows() -> None:
    text = FILE + "%pre\r\ntrue\r\n%end\r\nnetwork --bootproto=dhcp \\\r\n--vlanid=7\r\n"
    script = said_about(text.encode()).script
    assert script is not None and script.network.vlan == 7


def test_files_put_together_with_their_marks() -> None:
    """PowerShell and editors write one at the beginning of each."""
    data = b"".join(codecs.BOM_UTF8 + part.encode() for part in FILE.partition("%post"))
    reading = said_about(
        codecs.BOM_UTF8 + b"%pre\ntrue\n%end\n" + data.replace(b"%post" + codecs.BOM_UTF8, b"%post")
    )
    assert reading.script is not None
    assert [(one.kind.value, one.body) for one in reading.script.sections] == [
        ("%pre", "true\n"),
        ("%post", "echo 'Küche'\n"),
    ]


def test_lone_carriage_returns_are_blanks() -> None:
    reading = said_about(FILE.replace("reboot\n", "reboot\r\r\n").encode())
    (said,) = messages(reading)
    assert said.startswith("ks.cfg:4: warning: There is a blank that is none of the keyboard's.")


def test_a_file_without_an_end_of_line() -> None:
    assert said_about(FILE.encode().rstrip(b"\n") + b"\n%firstboot").script is not None


@pytest.mark.parametrize("data", [b"", b"\n", b"   ", b"\xef\xbb\xbf", b"\xff\xfe", b"#"], ids=repr)
def test_an_empty_file_says_what_is_missing(data: bytes) -> None:
    said = messages(said_about(data))
    assert [one for one in said if "The file has no" in one or "does not say what to do" in one] != []


def test_a_disk_image_is_refused_without_being_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "ks.cfg"
    with path.open("wb") as file:
        file.truncate(50 * 1024**2)
    reading = read(str(path), reader=from_disk, hasher=quick)
    assert messages(reading) == [f"{path}:1: error: The file has more than 16 MiB. Is it a kickstart file?"]
    assert LARGEST == 16 * 1024**2


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_answered(data: bytes) -> None:
    """How soon is measured by tests.bench.fuzz; what is quadratic would not end here."""
    reading = said_about(HEAD + data)
    assert len(reading.diagnostics) < 30_000
    assert all(len(str(one)) < 25_000 for one in reading.diagnostics)


def test_after_so_many_remarks_it_is_no_kickstart_file() -> None:
    reading = said_about(HEAD + b"some prose\n" * (MOST + 5))
    assert reading.script is None and len(reading.diagnostics) == MOST + 1
    assert "the rest of it is not looked at" in messages(reading)[-1]
    assert said_about(HEAD + b"some prose\n" * (MOST - 1)).diagnostics[-1].line == MOST + 2
