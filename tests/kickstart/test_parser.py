"""The table, and commands held against it."""

from __future__ import annotations

import pytest

from installer.kickstart.commands import BY_NAME, COMMANDS, MODES, SECTIONS
from installer.kickstart.diagnostics import Report
from installer.kickstart.language import Effect, Kind, Status
from installer.kickstart.lexer import Line, lex
from installer.kickstart.parser import Parsed, parse
from installer.kickstart.values import CONVERTERS

SHELL = "warning: A command for a shell stands among the installer's and is ignored."
OTHER = "warning: This {} is another product's and is ignored as a whole."


def parsed(line: str) -> tuple[Parsed | None, list[str]]:
    report = Report()
    (item,) = lex(line, "ks.cfg", report)
    found = parse(item if isinstance(item, Line) else item.header, report)
    return found, [f"{one.severity}: {one.message}" for one in report.diagnostics()]


def options(line: str) -> dict[str, str]:
    found, _ = parsed(line)
    assert found is not None
    return found.options


def test_names_are_there_once() -> None:
    names = [name for command in COMMANDS for name in (command.name, *command.aliases)]
    assert sorted(names) == sorted(BY_NAME)
    for command in COMMANDS:
        spelt = [name.lower() for option in command.options for name in (option.name, *option.aliases)]
        assert len(set(spelt)) == len(spelt), command.name


def test_what_the_table_refers_to_is_in_it() -> None:
    for command in COMMANDS:
        groups = {name for group in (command.one_of, *command.exclusive) for name in group}
        assert groups <= {option.name for option in command.options}, command.name
        assert set(command.needs) <= set(BY_NAME)
        for option in command.options:
            assert option.kind is Kind.FLAG or option.kind in CONVERTERS
    assert set(MODES) <= set(BY_NAME)
    assert {"%pre", "%post", "%firstboot"} < set(SECTIONS)


def test_what_decides_about_disks_is_never_guessed() -> None:
    for command in COMMANDS:
        if any(option.kind in (Kind.DISK, Kind.DISKS, Kind.FILTERS) for option in command.options):
            assert not command.guesses, command.name


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("install --FIRSTDISK", {"--firstdisk": ""}),
        ("install --firstdisk=", {"--firstdisk": ""}),
        ("install --firstdisk='a b,c'", {"--firstdisk": "a b,c"}),
        ("install --firstdisk usb --overwritevmfs", {"--firstdisk": "usb", "--overwritevmfs": ""}),
        ("install --firstdisk=a, b, c", {"--firstdisk": "a,b,c"}),
        ("install --drive=naa.1", {"--disk": "naa.1"}),
        ("install '--disk=naa.1'", {"--disk": "naa.1"}),
        ("install -disk naa.1", {"--disk": "naa.1"}),
        ("part a --onfirstdisk", {"--onfirstdisk": ""}),
        ("part --onfirstdisk a", {"--onfirstdisk": ""}),
        ("part --onfirstdisk= local a", {"--onfirstdisk": "local"}),
        ("network --nameserver=1.1.1.1 --nameserver=8.8.8.8", {"--nameserver": "1.1.1.1,8.8.8.8"}),
        ("network --bootproto dhcp --ip", {"--bootproto": "dhcp"}),
        ("network --vlandid=7", {"--vlanid": "7"}),
        ("network --mtu 9000 --vlanid=1", {"--mtu": "", "--vlanid": "1"}),
        ("serialnum --esx=A B C", {"--esx": "A"}),
    ],
)
def test_options(line: str, found: dict[str, str]) -> None:
    assert options(line) == found


@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        ("part 'a b' --onfirstdisk", ("a b",)),
        ("part --onfirstdisk a", ("a",)),
        ("rootpw '--iscrypted'", ("--iscrypted",)),
        ("rootpw -", ("-",)),
        ("rootpw a=b", ("a=b",)),
        ("install cdrom --firstdisk", ()),
        ("keyboard US Default", ("US", "Default")),
    ],
)
def test_arguments(line: str, arguments: tuple[str, ...]) -> None:
    found, _ = parsed(line)
    assert found is not None and found.arguments == arguments


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("install --createvmfs", 'error: install has no option "--createvmfs".'),
        ("install --preservevmf", 'error: install has no option "--preservevmf".'),
        ("install --overwritevmfs=true", "error: --overwritevmfs takes no value."),
        ("install --firstdisk x y", "error: install takes only options."),
        ("network --vlanid", "warning: --vlanid is empty; there is no VLAN."),
        ("network --zone=x", 'error: network has no option "--zone".'),
        ("reboot now", "error: reboot takes only options."),
        ("accepteula yes", "warning: accepteula takes only options."),
        ("dryrn", 'error: There is no command "dryrn".'),
        ("Dryrun", 'warning: The command "Dryrun" is written "dryrun".'),
        ("esxcli system shutdown", SHELL),
        ("bootloader --what=ever it is", "warning: bootloader has no meaning here and is ignored."),
        ("clearpart --all --initlabel", OTHER.format("clearpart")),
        ("part None --fstype=x --ondisk=y", OTHER.format("part")),
    ],
)
def test_said(line: str, said: str) -> None:
    assert said in parsed(line)[1]


@pytest.mark.parametrize(
    "line",
    [
        "install --firstdisk --overwritevmfs",
        "clearpart --alldrives",
        "serialnum --esx=1",
        "part a --ondisk=naa.1",
    ],
)
def test_good_lines_need_no_remark(line: str) -> None:
    assert [one for one in parsed(line)[1] if not one.startswith("note")] == []


def test_red_hats_options_leave_ours_standing() -> None:
    found, said = parsed("clearpart --firstdisk --initlabel")
    assert found is not None and not found.foreign
    assert said == ["warning: --initlabel has no meaning here and is ignored."]


def test_options_that_do_nothing_say_so() -> None:
    for command in COMMANDS:
        for option in command.options:
            if command.secret or option.effect in (Effect.USED, Effect.FOREIGN, Effect.ALIEN):
                continue
            word = option.name if option.kind is Kind.FLAG else f"{option.name}=naa.1"
            named = command.name if command.status is Status.UNNEEDED else option.name
            assert any(named in one for one in parsed(f"{command.name} {word}")[1]), option.name
