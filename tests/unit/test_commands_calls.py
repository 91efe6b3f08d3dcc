"""How commands are called: options, help, wrong calls, other formats, names that are known and not here."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from commands import calls, known, main, manual, output, parse, programs
from commands.language import Call, Kind, Layout, Option, Unmet, Usage, Verb
from commands.table import VERBS
from host import settings
from host.config.model import Settings
from tests.unit.commands_host import Answer, CommandHost, make_host
from tools.places import ROOT

VERB = Verb(
    program="esxcli",
    path="a b",
    help="Does it.",
    does="x:y",
    options=(
        Option("name", "n", Kind.TEXT, "A name.", required=True),
        Option("on", "e", Kind.BOOLEAN, "Whether."),
        Option("size", "s", Kind.NUMBER, "How much."),
        Option("all", "a", Kind.FLAG, "All."),
        Option("many", "", Kind.TEXT, "Several.", many=True),
    ),
)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandHost:
    return make_host(tmp_path, monkeypatch, capsys)


class TestOptions:
    @pytest.mark.parametrize(
        ("words", "given"),
        [
            (["--name=x"], {"name": "x"}),
            (["--name", "x"], {"name": "x"}),
            (["-n", "x"], {"name": "x"}),
            (["-nx"], {"name": "x"}),
            (["-n=x"], {"name": "x"}),
            (["--name="], {"name": ""}),
            (["--name", ""], {"name": ""}),
            (["--name=a=b c"], {"name": "a=b c"}),
            (["-n", "x", "-e", "On"], {"name": "x", "on": True}),
            (["-n", "x", "-e1"], {"name": "x", "on": True}),
            (["-n", "x", "--on=NO"], {"name": "x", "on": False}),
            (["-n", "x", "-s", "-5"], {"name": "x", "size": -5}),
            (["-n", "x", "-s", "0x10"], {"name": "x", "size": 16}),
            (["-a", "-n", "x"], {"name": "x", "all": True}),
            (["-n", "x", "-n", "y"], {"name": "y"}),
            (["-n", "x", "--many=1", "--many", "2"], {"name": "x", "many": ("1", "2")}),
            (["-n", "--strange"], {"name": "--strange"}),
        ],
    )
    def test_spellings(self, words: list[str], given: dict[str, object]) -> None:
        assert parse.options(VERB, words).given == given

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ([], "-n|--name is missing."),
            (["-n"], "-n|--name needs a value."),
            (["-n", "--all"], "-n|--name needs a value."),
            (["-n", "x", "--any"], "There is no option --any."),
            (["-n", "x", "-z"], "There is no option -z."),
            (["-n", "x", "y"], '"y" is no option.'),
            (["-n", "x", "-"], '"-" is no option.'),
            (["-n", "x", "--on=maybe"], '-e|--on is true or false, not "maybe".'),
            (["-n", "x", "-s", "big"], '-s|--size is a number, not "big".'),
            (["-n", "x", "--all=1"], "-a|--all takes no value."),
            (["--NAME=x"], "There is no option --NAME."),
        ],
    )
    def test_wrong_ones(self, words: list[str], said: str) -> None:
        with pytest.raises(Usage) as error:
            parse.options(VERB, words)
        assert (error.value.message, error.value.verb) == (said, VERB)


class TestCalls:
    def test_a_wrong_call_shows_how_it_is_done(self, host: CommandHost) -> None:
        assert host.call("esxcli", "network", "ip", "set", "--ipv6") == Answer(
            1,
            "",
            "Error: There is no option --ipv6.\n"
            "\n"
            "Usage: esxcli network ip set [options]\n"
            "\n"
            "  Switches IPv6 on the management network on or off, at once and for every\n"
            "  start.\n"
            "\n"
            "Options:\n"
            "  -e | --ipv6-enabled=BOOLEAN\n"
            "      Whether IPv6 is used. Required.\n",
        )

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["esxcli", "nonsense"], "There is no command esxcli nonsense."),
            (["esxcli", "network", "ip", "set", "more", "-e", "1"], '"more" is no option.'),
            (["esxcli", "--formatter=yaml", "system", "uuid", "get"], "--formatter is one of json"),
            (["vim-cmd", "hostsvc/enable_ssh", "now"], "hostsvc/enable_ssh takes no arguments, not 1."),
            (["vim-cmd", "hostsvc/datastore/rename", "a"], "rename takes 2 arguments, not 1."),
            (["vim-cmd", "hostsvc/nonsense"], "There is no command vim-cmd hostsvc/nonsense."),
            (["vim-cmd"], "Which command?"),
            (["esxcli", "system"], "Which command?"),
        ],
    )
    def test_no_such_call(self, host: CommandHost, words: list[str], said: str) -> None:
        answer = host.call(*words)
        assert (answer.code, answer.out) == (1, "")
        assert answer.err.startswith("Error: ")
        assert said in answer.err.splitlines()[0]

    def test_a_namespace_lists_what_it_has(self, host: CommandHost) -> None:
        answer = host.call("esxcli", "system", "shutdown")
        assert "  system shutdown reboot\n" in answer.err
        assert "hostname" not in answer.err

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["esxcli", "--help"], "  network ip set\n"),
            (["esxcli", "system", "hostname", "--help"], "  system hostname set\n"),
            (["localcli", "system", "hostname", "set", "-?"], "  -f | --fqdn=TEXT\n"),
            (
                ["vim-cmd", "help", "hostsvc/datastore/rename"],
                "Usage: vim-cmd hostsvc/datastore/rename OLD NEW\n",
            ),
            (["vim-cmd", "--help"], "  hostsvc/enable_ssh\n"),
            (["vim-cmd", "help", "hostsvc"], "  hostsvc/enable_ssh\n"),
        ],
    )
    def test_help(self, host: CommandHost, words: list[str], said: str) -> None:
        answer = host.call(*words)
        assert (answer.code, answer.err) == (0, "")
        assert said in answer.out

    def test_a_reader_that_has_seen_enough(self, host: CommandHost, monkeypatch: pytest.MonkeyPatch) -> None:
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "w") as pipe:
            monkeypatch.setattr(sys, "stdout", pipe)
            assert main.main(["/bin/esxcli", "system", "uuid", "get"]) == 0
        assert host.capture.readouterr().err == ""

    def test_the_installer_is_no_host(self, host: CommandHost, monkeypatch: pytest.MonkeyPatch) -> None:
        (host.folder / "boot.json").write_text('{"mode": "install"}')
        said = "vim-cmd hostsvc/enable_ssh works on the installed host only: put it into %firstboot.\n"
        assert host.call("vim-cmd", "hostsvc/enable_ssh") == Answer(1, "", f"Error: {said}")
        monkeypatch.setenv("BEDPLATE_SCRIPT", "%post")
        assert host.call("vim-cmd", "hostsvc/enable_ssh") == Answer(0, "", f"Warning: {said}")
        assert host.call("esxcli", "system", "version", "get").code == 0


class TestKnown:
    @pytest.mark.parametrize(
        ("line", "said"),
        [
            (
                "esxcli network vswitch standard add --vswitch-name=vSwitch1",
                "esxcli network vswitch standard add is not there yet.",
            ),
            ("esxcli iscsi", "esxcli iscsi is not there yet."),
            (
                "localcli vsan storage add -d x",
                "localcli vsan storage add means nothing here: there is no vSAN.",
            ),
            ("vim-cmd vmsvc/power.on 1", "vim-cmd vmsvc/power.on is not there yet."),
            (
                "vim-cmd hostsvc/vmotion/vnic_set vmk1",
                "vim-cmd hostsvc/vmotion/vnic_set means nothing here: virtual machines do not move while "
                "they run.",
            ),
            ("esxcfg-vswitch -a vSwitch1", "esxcfg-vswitch is not there yet."),
            (
                "esxcfg-firewall -o 22,tcp,in,ssh",
                "esxcfg-firewall means nothing here: there is no firewall on this host.",
            ),
        ],
    )
    def test_one_line_and_no_pretence(
        self, host: CommandHost, monkeypatch: pytest.MonkeyPatch, line: str, said: str
    ) -> None:
        assert host.call(*line.split()) == Answer(1, "", f"Error: {said}\n")
        monkeypatch.setenv("BEDPLATE_SCRIPT", "%firstboot")
        assert host.call(*line.split()) == Answer(0, "", f"Warning: {said}\n")

    def test_what_is_here_is_not_said_to_be_missing(self) -> None:
        for verb in VERBS:
            assert known.reason(verb.program, verb.path.split()) == ""

    def test_every_known_name_is_found_by_itself(self) -> None:
        paths = [(program, path) for program, names in known.LATER.items() for path in names]
        paths += [(program, path) for program, names in known.NEVER.items() for path, _ in names]
        for program, path in paths:
            with pytest.raises(Unmet):
                calls.understand(program, path.split())


class TestOutput:
    VERB = Verb(
        program="esxcli",
        path="x list",
        help="",
        does="",
        layout=Layout.TABLE,
        fields=("Name", "Link Speed", "Up"),
        structure="Thing",
    )
    ROWS = (("vmnic0", 1000, True), ('a, "b"', 0, False))

    @pytest.mark.parametrize(
        ("formatter", "text"),
        [
            (
                "",
                "Name    Link Speed  Up\n"
                "------  ----------  -----\n"
                "vmnic0        1000  true\n"
                'a, "b"           0  false\n',
            ),
            (
                "json",
                '[{"Name": "vmnic0", "LinkSpeed": 1000, "Up": true}, '
                '{"Name": "a, \\"b\\"", "LinkSpeed": 0, "Up": false}]\n',
            ),
            ("csv", 'Name,LinkSpeed,Up,\nvmnic0,1000,true,\n"a, ""b""",0,false,\n'),
            (
                "keyvalue",
                "Thing[0].Name.string=vmnic0\nThing[0].LinkSpeed.integer=1000\nThing[0].Up.boolean=true\n"
                'Thing[1].Name.string=a, "b"\nThing[1].LinkSpeed.integer=0\nThing[1].Up.boolean=false\n',
            ),
        ],
    )
    def test_forms(self, formatter: str, text: str) -> None:
        assert output.text(self.VERB, self.ROWS, formatter) == text

    def test_chosen_columns(self) -> None:
        assert output.text(self.VERB, self.ROWS, "csv", ["Up", "LinkSpeed"]) == (
            "Up,LinkSpeed,\ntrue,1000,\nfalse,0,\n"
        )

    def test_xml_can_be_read(self) -> None:
        from xml.etree import ElementTree

        tree = ElementTree.fromstring(output.text(self.VERB, self.ROWS, "xml").encode())
        found = [(field.get("name"), field[0].tag, field[0].text) for field in tree.iter("field")]
        assert found[1:4] == [
            ("LinkSpeed", "integer", "1000"),
            ("Up", "boolean", "true"),
            ("Name", "string", 'a, "b"'),
        ]

    def test_an_empty_table_is_no_text(self) -> None:
        assert output.text(self.VERB, ()) == ""


class TestTable:
    def test_every_verb_is_done_by_somebody(self) -> None:
        from importlib import import_module

        for verb in VERBS:
            module, _, function = verb.does.partition(":")
            assert callable(getattr(import_module(f"commands.verbs.{module}"), function)), verb.path

    def test_names_are_unique(self) -> None:
        names = [(verb.program, verb.path) for verb in VERBS]
        assert len(set(names)) == len(names)
        for verb in VERBS:
            spelled = [name for option in verb.options for name in (option.long, option.short) if name]
            assert len(set(spelled)) == len(spelled), verb.path

    def test_what_prints_says_what(self) -> None:
        for verb in VERBS:
            assert (verb.layout is Layout.NOTHING) == (not verb.fields) == (not verb.structure), verb.path

    def test_settings_are_fields_of_the_configuration(self) -> None:
        assert {each.field for each in settings.SETTINGS} == set(Settings.__struct_fields__)

    def test_the_manual_is_up_to_date(self) -> None:
        text = manual.PAGE.read_text(encoding="utf-8")
        assert manual.filled(text) == text, "run: python3 -m commands.manual --write"
        assert manual.page_part() in text

    def test_every_program_is_in_the_image_under_its_usual_paths(self) -> None:
        links = (ROOT / "iso_build/hooks/customize.sh").read_text()
        looped = links.partition("for program in ")[2].partition(";")[0].split()
        assert tuple(looped) == programs.PROGRAMS
        for name in programs.PROGRAMS:
            program = ROOT / "system/bin" / name
            assert program.read_text().startswith("#!/usr/bin/python3 -I\n")
            assert program.stat().st_mode & 0o111
        assert {*calls.ESXCLI, "vim-cmd", *known.LATER, *known.NEVER} == set(programs.PROGRAMS)


def test_a_call_tells_its_notes() -> None:
    call = Call({"a": "b", "n": 3, "f": True}, [])
    call.note("Something.")
    assert (call.notes, call.number("n"), call.number("f"), call.flag("n")) == (["Something."], 3, None, None)
    assert (call.text("a"), call.text("n"), call.text("none", "x")) == ("b", "", "x")
