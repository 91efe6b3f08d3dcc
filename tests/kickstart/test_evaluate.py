"""%pre, includes, and what must be in the whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from host.errors import HostError
from installer.kickstart import Reading, Section, read
from installer.kickstart.evaluate import DEEPEST, MOST, resolve, shown
from installer.kickstart.reading import from_disk
from installer.kickstart.script import SectionKind
from tests.kickstart.support import messages, quick, said_about, whole

FIRST = "install --firstdisk --overwritevmfs"


class Machine:
    """A machine's files. Its %pre scripts are lines ``PATH: TEXT``, each of which writes a file."""

    def __init__(self, **files: str) -> None:
        self.files = {f"/{name}.cfg": text for name, text in files.items()}
        self.ran: list[str] = []

    def read(self, location: str) -> bytes:
        if location not in self.files:
            raise HostError(f"There is no {location}.")
        return self.files[location].encode()

    def run(self, section: Section) -> None:
        self.ran.append(section.body)
        for line in section.body.splitlines():
            path, _, text = line.partition(": ")
            if path == "fail":
                raise HostError("The script ended with 1.")
            self.files[path] = text + "\n"

    def evaluate(self) -> Reading:
        return read("/ks.cfg", reader=self.read, run_pre=self.run, hasher=quick)


def test_what_pre_writes_is_included() -> None:
    machine = Machine(ks=whole("%include /tmp/a", "%pre", f"/tmp/a: {FIRST}", "%pre", "/tmp/b: reboot"))
    script = machine.evaluate().script
    assert script is not None and script.target is not None
    assert script.target.place.file == "/tmp/a"
    assert script.unread == ()


def test_everything_may_come_from_an_include() -> None:
    machine = Machine(ks="%pre\n/tmp/a: x\n%include /all.cfg\n", all=whole(FIRST, "%post", "x"))
    script = machine.evaluate().script
    assert script is not None
    assert [section.kind for section in script.sections] == [SectionKind.PRE, SectionKind.POST]


def test_includes_may_have_a_pre_of_their_own() -> None:
    machine = Machine(
        ks=whole("%include /b.cfg", "%pre", "/x: y"),
        b=f"%include /tmp/c\n%pre\n/tmp/c: {FIRST}\n",
    )
    assert machine.evaluate().script is not None
    assert machine.ran == ["/x: y\n", f"/tmp/c: {FIRST}\n"]


def test_sections_stay_in_the_order_of_the_text() -> None:
    machine = Machine(
        ks=whole(FIRST, "%post", "1", "%include /b.cfg", "%post", "3"),
        b="%post\n2\n",
    )
    script = machine.evaluate().script
    assert script is not None
    assert [section.body for section in script.sections] == ["1\n", "2\n", "3\n"]


def test_nothing_runs_when_the_file_is_wrong_already() -> None:
    machine = Machine(ks=whole("install --nonsense", "%include /tmp/a", "%pre", f"/tmp/a: {FIRST}"))
    assert machine.evaluate().script is None
    assert machine.ran == []


def test_a_pre_that_fails_stops_the_next_one_and_the_installation() -> None:
    machine = Machine(ks=whole(FIRST, "%pre", "fail", "%pre", "/tmp/a: x"))
    reading = machine.evaluate()
    assert reading.script is None
    assert machine.ran == ["fail\n"]
    assert messages(reading) == ["/ks.cfg:4: error: %pre failed: The script ended with 1."]


def test_a_pre_may_fail_when_the_file_says_so() -> None:
    reading = Machine(ks=whole(FIRST, "%pre --ignorefailure=true", "fail")).evaluate()
    assert reading.script is not None
    assert messages(reading) == ["/ks.cfg:4: warning: %pre failed: The script ended with 1."]


def test_an_include_that_is_not_there_is_an_error_on_the_machine() -> None:
    reading = Machine(ks=whole(FIRST, "%include /tmp/a", "%pre", "/tmp/b: x")).evaluate()
    assert reading.script is None
    assert "/ks.cfg:4: error: Nothing is included here. There is no /tmp/a." in messages(reading)[0]


def test_at_a_desk_files_of_the_machine_are_not_demanded() -> None:
    reading = said_about("%include /tmp/a\n%include http://192.0.2.1/b.cfg\n")
    assert reading.script is not None
    assert reading.script.unread == ("/tmp/a", "http://192.0.2.1/b.cfg")
    assert reading.script.target is None
    assert {one.severity for one in reading.diagnostics} == {"note"}


def test_at_a_desk_files_beside_the_file_are_read(tmp_path: Path) -> None:
    (tmp_path / "ks.cfg").write_text(
        whole("%include more/a.cfg", "%include made.cfg", "%pre", "echo > made.cfg")
    )
    (tmp_path / "more").mkdir()
    (tmp_path / "more/a.cfg").write_text(f"{FIRST}\n%include ../b.cfg\n")
    (tmp_path / "b.cfg").write_text("reboot --noeject\n")
    script = read(str(tmp_path / "ks.cfg"), reader=from_disk, hasher=quick).script
    assert script is not None and script.target is not None and script.reboot == "keep"
    assert script.unread == (str(tmp_path / "made.cfg"),)


def test_files_that_include_each_other() -> None:
    reading = Machine(ks=whole(FIRST, "%include /a.cfg"), a="%include /b.cfg", b="%include /a.cfg").evaluate()
    assert messages(reading) == ['/b.cfg:1: error: "/a.cfg": The file includes itself. Remove this line.']


def test_too_deep() -> None:
    files = {f"n{number}": f"%include /n{number + 1}.cfg" for number in range(DEEPEST + 5)}
    reading = Machine(ks=whole(FIRST, "%include /n0.cfg"), **files).evaluate()
    assert [one.line for one in reading.diagnostics] == [1]
    assert f"More than {DEEPEST} files include each other." in messages(reading)[0]


def test_too_many() -> None:
    files = {f"n{number}": f"%include /n{number + 1}.cfg\n" * 2 for number in range(DEEPEST - 2)}
    last = {f"n{DEEPEST - 2}": ""}
    reading = Machine(ks=whole(FIRST, "%include /n0.cfg"), **files, **last).evaluate()
    assert any(f"More than {MOST} files are included." in one for one in messages(reading))


@pytest.mark.parametrize(
    ("base", "name", "location"),
    [
        ("/a/ks.cfg", "b.cfg", "/a/b.cfg"),
        ("/a/ks.cfg", "../b.cfg", "/b.cfg"),
        ("/a/ks.cfg", "/tmp/b", "/tmp/b"),
        ("ks.cfg", "b.cfg", "b.cfg"),
        ("http://h/x/ks.cfg", "b.cfg", "http://h/x/b.cfg"),
        ("http://h/x/ks.cfg?mac=00/11", "b.cfg", "http://h/x/b.cfg"),
        ("nfs://h/x/ks.cfg", "b/c.cfg", "nfs://h/x/b/c.cfg"),
        ("http://h/x/ks.cfg", "/tmp/b", "/tmp/b"),
        ("/a/ks.cfg", "https://h/b.cfg", "https://h/b.cfg"),
        ("cdrom:/KS.CFG", "B.CFG", "cdrom:/B.CFG"),
        ("usb:/x/ks.cfg", "b.cfg", "usb:/x/b.cfg"),
        ("volume:/ks.cfg", "volume:/b.cfg", "volume:/b.cfg"),
        ("volume:/ks.cfg", "b.cfg", "volume:/b.cfg"),
    ],
)
def test_where_an_include_is(base: str, name: str, location: str) -> None:
    assert resolve(base, name) == location


def test_an_address_is_shown_without_its_password() -> None:
    assert shown("https://me:Trail7x@host/ks.cfg") == "https://host/ks.cfg"
    text = whole(FIRST, "%include ftp://me:Trail7x@host/b.cfg")
    reading = read("http://me:Trail7x@host/ks.cfg", reader=lambda _: text.encode(), hasher=quick)
    assert "Trail7x" not in repr(reading)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("rootpw Kiosk!Lamp42x\ninstall --firstdisk\n", ["accepteula"]),
        ("vmaccepteula\ninstall --firstdisk\n", ["rootpw"]),
        ("vmaccepteula\nrootpw Kiosk!Lamp42x\n", ["install, upgrade or installorupgrade"]),
        ("", ["accepteula", "rootpw", "install, upgrade or installorupgrade"]),
        (whole("install"), ["which disk"]),
        (whole("upgrade --firstdisk", "clearpart --alldrives"), ["needs install"]),
        (whole(FIRST, "clearpart --overwritevmfs"), ["which disk"]),
        (whole(FIRST, "part x"), ["which disk"]),
    ],
)
def test_what_is_missing_is_said(text: str, missing: list[str]) -> None:
    reading = said_about(text)
    assert reading.script is None
    assert len(reading.diagnostics) == len(missing)
    for word, said in zip(missing, messages(reading), strict=True):
        assert word in said


@pytest.mark.parametrize(
    ("lines", "severity"),
    [
        (("accepteula",), "warning"),
        (("rootpw Other!Lamp42x",), "error"),
        (("install --firstdisk",), "error"),
        (("upgrade --firstdisk",), "error"),
        (("network", "network --vlanid=3"), "error"),
        (("network", "network"), "warning"),
        (("rootpw Kiosk!Lamp42x",), "warning"),
        (("clearpart --drives=naa.1", "clearpart --drives=naa.2"), "warning"),
        (("clearpart --drives=naa.1", "clearpart --drives=naa.2 --overwritevmfs"), "error"),
        (("clearpart --drives=naa.1", "clearpart --ignoredrives=naa.2"), "error"),
        (("reboot", "reboot"), "warning"),
        (("keyboard German", "keyboard German"), "warning"),
        (("clearpart --alldrives", "clearpart --firstdisk"), "error"),
    ],
)
def test_what_is_there_twice_is_said(lines: tuple[str, ...], severity: str) -> None:
    reading = said_about(whole(FIRST, *lines))
    assert [one.severity for one in reading.diagnostics] == [severity]
    assert reading.diagnostics[0].line == 3 + len(lines)


def test_everything_is_said_at_once_and_in_order() -> None:
    text = (
        "nonsense\ninstall --firstdisk --what\nnetwork --ip=x\nreboot\nkeyboard Klingon\n%post --timeout=x\n"
    )
    lines = [one.line for one in said_about(text).diagnostics]
    assert lines == sorted(lines)
    assert set(lines) == {1, 2, 3, 5, 6}


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for place in (tmp_path / "none", tmp_path, Path("a\0b")):
        with pytest.raises(HostError, match="cannot be read"):
            read(str(place), reader=from_disk)
