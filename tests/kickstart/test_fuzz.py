"""Whatever a file holds: an answer, never a crash, never a secret, never a disk that was to be kept."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host.errors import HostError
from host.machine.model import Machine
from installer.kickstart import Reading, bind, bootoptions, location
from installer.kickstart.commands import COMMANDS
from installer.kickstart.disks import holds_datastore
from installer.kickstart.report import script_lines
from installer.plan import describe
from installer.spec import Datastore, InstallSpec
from tests.bench.fuzz.__main__ import SEED, run
from tests.bench.fuzz.inputs import corpus, made
from tests.kickstart.support import machine, said_about, whole

RACK = machine("rack")
HOSTS = [RACK, *(machine(name) for name in ("crowded", "twins", "installed", "no-disk", "tiny-disk"))]

NAMES = [name for command in COMMANDS for name in (command.name, *command.aliases)]
OPTIONS = [option.name for command in COMMANDS for option in command.options]
VALUES = [
    *(
        "",
        "0",
        "1",
        "4096",
        "dhcp",
        "static",
        "vmnic0",
        "192.0.2.1",
        "255.255.255.0",
        "a,b",
        "local",
        "usb",
        "true",
    ),
    *(
        "busybox",
        "python",
        "naa.1",
        "mpx.vmhba2:C2:T1:L0",
        "'a b'",
        '"',
        "'",
        "\\",
        "#",
        "=",
        "--",
        "-",
        "%post",
    ),
    *(
        "US",
        "$6$a$b",
        "/tmp/x",
        "ks.cfg",
        "<<EOF",
        "EOF",
        "\u00a0",
        "\u201c",
        "\0",
        "\x1b[2J",
        "-part1",
        ":1",
    ),
]
word = st.one_of(
    st.sampled_from(NAMES),
    st.sampled_from(OPTIONS),
    st.sampled_from(VALUES),
    st.builds("{}={}".format, st.sampled_from(OPTIONS), st.sampled_from(VALUES)),
    st.text(max_size=8),
)
blank = st.sampled_from([" ", "\t", "  ", " \\\n", "\\\r\n", "\n", "\r\n", "\n\n"])
mixed = st.lists(st.tuples(word, blank), max_size=30).map(lambda pairs: "".join(a + b for a, b in pairs))


def check(text: str | bytes) -> Reading:
    reading = said_about(text)
    data = text if isinstance(text, bytes) else text.encode(errors="surrogatepass")
    last = data.count(b"\n") + data.count(b"\r") + 1
    for one in reading.diagnostics:
        assert one.file and 1 <= one.line <= last, one
        assert one.message and str(one).isprintable()
    if reading.script is not None:
        assert script_lines(reading.script)
        for host in HOSTS:
            bind(reading.script, host)
    return reading


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    check(data)


@settings(max_examples=300, deadline=None)
@given(mixed.map(lambda text: text.encode(errors="replace").decode()))
def test_any_words_of_the_language(text: str) -> None:
    check(text)
    check(whole("install --firstdisk --overwritevmfs", text.encode(errors="replace").decode()))


SECRET = "Zq7wTrail9x"


ROOTPW = (
    *("rootpw {}", "rootpw --iscrypted {}", "rootpw --iscrypted={}", "ROOTPW '{}", "rootpw \\\n{}"),
    *('rootpw "{} #', "rootpw -{}", "rootpw {}\\", "rootpw {}=", "rootpw #\n"),
)
around = st.one_of(st.sampled_from([*OPTIONS, *VALUES]), st.just(SECRET), st.just(f"--{SECRET}"))


@settings(deadline=None)
@given(st.lists(around, max_size=6), st.sampled_from(ROOTPW))
def test_no_password_is_repeated(words: list[str], line: str) -> None:
    text = f"vmaccepteula\n{line.format(SECRET)} {' '.join(words)}\ninstall --firstdisk\n"
    reading = check(text.replace("\0", ""))
    assert SECRET not in repr(reading)
    assert not any(SECRET in str(one) for one in reading.diagnostics)


names = st.sampled_from([one.id for one in RACK.disks] + [one.path for one in RACK.disks] + ["naa.9"])
wishes = st.sampled_from(["local", "remote", "usb", "esx", "nvme", "DELL", "megaraid_sas", "nothing"])
which = st.one_of(
    names.map("--disk={}".format),
    st.lists(wishes, max_size=3).map(lambda some: f"--firstdisk={','.join(some)}"),
)
keep = st.lists(
    st.sampled_from(["--overwritevmfs", "--preservevmfs", "--novmfsondisk"]), max_size=2, unique=True
)
clear = st.one_of(
    st.just(""),
    st.builds(
        "clearpart {} {}".format,
        st.one_of(
            st.just("--alldrives"),
            st.lists(names, min_size=1, max_size=3).map(lambda some: f"--drives={','.join(some)}"),
            names.map("--ignoredrives={}".format),
            wishes.map("--firstdisk={}".format),
        ),
        st.sampled_from(["", "--overwritevmfs"]),
    ),
)
part = st.one_of(
    st.just(""), names.map("part more --ondisk={}".format), wishes.map("part more --onfirstdisk={}".format)
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(HOSTS), which, keep, clear, part)
def test_no_datastore_is_lost_that_nobody_gave_up(
    host: Machine, target: str, options: list[str], clearing: str, more: str
) -> None:
    reading = said_about(whole(f"install {target} {' '.join(options)}", clearing, more))
    found = bind(reading.script, host).bound if reading.script is not None else None
    if found is None:
        return
    disks = {one.id: one for one in host.disks}
    given_up = {one.id for one in found.clear} | {found.disk.id}
    assert describe(host, found.spec) and isinstance(found.spec, InstallSpec)
    for disk in (disks[one] for one in (*given_up, *(store.disk.id for store in found.datastores))):
        assert not disk.boot_medium and not disk.read_only
    assert found.disk.id not in {one.id for one in found.clear}
    assert len({found.disk.id, *(store.disk.id for store in found.datastores)}) == 1 + len(found.datastores)
    for one in found.clear:
        assert not holds_datastore(disks[one.id]) or "--overwritevmfs" in clearing
    if holds_datastore(disks[found.disk.id]) and found.spec.datastore is not Datastore.PRESERVE:
        assert "--overwritevmfs" in options or "--overwritevmfs" in clearing


@pytest.mark.parametrize("first", range(0, 1000, 250))
def test_inputs_nobody_would_write(first: int) -> None:
    """The beginning of the million of ``python -m tests.bench.fuzz``."""
    count = run(first, 250, SEED)
    assert count["failed"] == 0
    assert {"bound", "read", "refused"} <= count.keys()


def test_an_input_can_be_made_again() -> None:
    texts = corpus()
    assert [made(number, texts, "x") for number in range(50)] == [
        made(number, texts, "x") for number in range(50)
    ]
    assert made(1, texts, "x") != made(1, texts, "y")


piece = st.one_of(
    st.sampled_from(
        [
            *("ks=", "ksdevice=", "BOOTIF=", "ip=", "netmask=", "gateway=", "nameserver=", "vlanid=", "usb:"),
            *(
                "cdrom:",
                "volume:",
                "file://",
                "http://",
                "https://",
                "ftp://",
                "nfs://",
                "[",
                "]",
                "::1",
                "@",
            ),
            *(
                "user:pw@",
                "192.0.2.1",
                ":",
                "/",
                "//",
                "..",
                "?",
                "#",
                "%2e",
                "%",
                '"',
                " ",
                "vmnic0",
                "link",
            ),
            *(
                "255.255.255.0",
                "24",
                ",",
                "01-52-54-00-12-34-56",
                "runweasel",
                "systemMediaSize=",
                "min",
                ":80",
            ),
        ]
    ),
    st.text(max_size=5),
)
line = st.lists(piece, max_size=12).map("".join)


@settings(max_examples=500, deadline=None)
@given(line)
def test_any_boot_options(text: str) -> None:
    options = bootoptions.parse(text)
    assert all(one.message for one in (*options.problems, *options.notes))
    assert 0 <= options.vlan <= 4094


@settings(max_examples=500, deadline=None)
@given(line, line)
def test_any_place(text: str, name: str) -> None:
    """It is one, and spelled as it was; or HostError says why not. What it includes likewise."""
    try:
        place = location.parse(text)
    except HostError as error:
        assert error.message and error.hint
        return
    assert location.parse(location.spell(place)) == place
    assert location.describe(place)
    try:
        beside = location.beside(place, name)
    except HostError:
        return
    assert location.describe(beside)
