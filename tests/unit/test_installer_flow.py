"""The wizard as data, and the words for disks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from host.errors import HostError
from host.machine.model import Content, Disk, Location, Machine, load
from installer import backend, flow, words
from installer.flow import Answers, Page
from installer.prechecks import Finding
from installer.screens.licence import reflow
from installer.spec import Datastore, InstallSpec

MACHINES = Path(__file__).parents[1] / "machines"


def machine(name: str = "twins") -> Machine:
    return load(MACHINES / f"{name}.json")


def chosen(name: str = "twins", index: int = 0) -> Answers:
    found = machine(name)
    return flow.choose_disk(Answers(machine=found), found.disks[index])


FINDING = Finding("CPU_CORES", "error", "too few")


class TestOrder:
    def test_the_reference_order(self) -> None:
        answers = replace(chosen("installed", 1), findings=(FINDING,))
        walked = [Page.WELCOME]
        while flow.after(walked[-1], answers) is not walked[-1]:
            walked.append(flow.after(walked[-1], answers))
        assert walked == [step.page for step in flow.ORDER]

    def test_pages_without_reason_are_passed_over_both_ways(self) -> None:
        answers = chosen("twins")
        assert flow.after(Page.DISKS, answers) is Page.KEYBOARD
        assert flow.before(Page.KEYBOARD, answers) is Page.DISKS
        assert flow.after(Page.PASSWORD, answers) is Page.CONFIRM
        assert flow.before(Page.CONFIRM, answers) is Page.PASSWORD

    @pytest.mark.parametrize("page", Page)
    def test_back_undoes_forward(self, page: Page) -> None:
        for answers in (chosen("twins"), replace(chosen("installed", 1), findings=(FINDING,))):
            following = flow.after(page, answers)
            if following is not page and page in {step.page for step in flow.ORDER if step.needed(answers)}:
                assert flow.before(following, answers) is page

    def test_the_first_page_leads_back_to_itself(self) -> None:
        assert flow.before(Page.WELCOME, Answers()) is Page.WELCOME


class TestDisk:
    def test_consent_goes_with_another_disk(self) -> None:
        answers = replace(chosen(), consent=True, datastore=Datastore.PRESERVE)
        other = flow.choose_disk(answers, machine().disks[1])
        assert not other.consent and other.datastore is Datastore.CREATE

    def test_consent_stays_with_the_same_disk_elsewhere(self) -> None:
        answers = replace(chosen(), consent=True)
        assert answers.disk is not None
        moved = msgspec.structs.replace(answers.disk, path="/dev/sdx")
        again = flow.choose_disk(answers, moved)
        assert again.consent and again.disk == moved

    def test_consent_goes_when_the_content_changes(self) -> None:
        answers = replace(chosen(), consent=True)
        assert answers.disk is not None
        written = msgspec.structs.replace(answers.disk, contents=(Content(kind="xfs", path="/dev/sda1"),))
        assert not flow.choose_disk(answers, written).consent

    @pytest.mark.parametrize("field", ["id", "serial", "size"])
    def test_a_disk_that_differs_in_any_way_is_another(self, field: str) -> None:
        answers = replace(chosen(), consent=True)
        disk = answers.disk
        assert disk is not None
        value: object = disk.size + 1 if field == "size" else "other"
        others = (msgspec.structs.replace(disk, **{field: value}),)
        after = flow.seen(answers, msgspec.structs.replace(machine(), disks=others))
        assert after.disk is None and not after.consent

    def test_a_look_at_the_machine_keeps_what_is_still_there(self) -> None:
        answers = chosen()
        assert flow.seen(answers, machine()) == replace(answers, machine=machine())
        assert flow.seen(Answers(), machine()).disk is None


class TestSpec:
    def test_nothing_without_a_disk_or_consent(self) -> None:
        for answers in (Answers(), chosen("installed", 1)):
            assert not flow.is_ready(answers)
            with pytest.raises(ValueError):
                flow.spec(answers)

    def test_everything_answered_is_in_it(self) -> None:
        answers = replace(
            chosen("installed", 1), consent=True, datastore=Datastore.PRESERVE, keyboard="German"
        )
        made = flow.spec(replace(answers, password_hash="hash"))
        assert isinstance(made, InstallSpec)
        assert (made.disk_id, made.disk_serial, made.disk_size) == (
            "t10.VirtIO__BP-0001",
            "BP-0001",
            100 << 30,
        )
        assert (made.erase, made.datastore, made.keyboard) == (True, Datastore.PRESERVE, "German")
        assert made.password_hash == "hash"

    def test_passwords_do_not_show_in_the_answers(self) -> None:
        assert "secret" not in repr(Answers(password="secret", repeated="secret"))


@pytest.mark.parametrize(
    ("password", "repeated", "problem"),
    [("", "", "Enter"), ("bad", "bad", "weak"), ("good", "", "Repeat"), ("good", "go", "Repeat"),
     ("good", "gold", "not the same"), ("good", "good", ""), ("", "good", "weak")],
)  # fmt: skip
def test_password_problem(password: str, repeated: str, problem: str) -> None:
    answers = Answers(password=password, repeated=repeated)
    said = flow.password_problem(answers, lambda word: "" if word == "good" else "weak")
    assert said.startswith(problem) or problem in said
    assert bool(said) == bool(problem)


class TestWords:
    def disk(self, vendor: str = "", model: str = "", **more: object) -> Disk:
        plain = machine().disks[0]
        return msgspec.structs.replace(plain, vendor=vendor, model=model, **more)

    @pytest.mark.parametrize(
        ("vendor", "model", "name"),
        [("ATA", "WDC WD40", "ATA WDC WD40"), ("Samsung", "Samsung 980", "Samsung 980"), ("", "SSD", "SSD"),
         ("HPE", "", "HPE"), ("", "", "Unknown disk")],
    )  # fmt: skip
    def test_names(self, vendor: str, model: str, name: str) -> None:
        assert words.name(self.disk(vendor, model)) == name

    @pytest.mark.parametrize(
        ("kinds", "mark"), [((), " "), (("xfs",), "+"), (("VMFS",), "*"), (("datastore", "bedplate"), "@")]
    )
    def test_marks(self, kinds: tuple[str, ...], mark: str) -> None:
        contents = tuple(Content(kind=kind, path="/dev/x") for kind in kinds)
        assert words.mark(self.disk(contents=contents)) == mark

    def test_a_disk_in_use_is_marked_too(self) -> None:
        used = self.disk(holders=("md0",))
        assert words.mark(used) == "+" and words.brief(used) == "in use: md0"

    def test_the_most_telling_content_comes_first(self) -> None:
        crowd = {disk.serial: disk for disk in machine("crowded").disks}
        assert words.brief(crowd["S69ENF0R100001"]) == 'NTFS file system "Windows", 1.76 TiB and 1 more'
        assert words.contents(crowd["PDNMF0ARH8X1Y2"]) == ('VMFS datastore "datastore1", 1.05 TiB',)

    def test_every_location_has_its_group(self) -> None:
        assert {location for location, _ in words.GROUPS} == set(Location)

    def test_unknown_content_is_named_as_blkid_does(self) -> None:
        assert (
            words.content(Content(kind="hfsplus", path="/dev/x", size=3 << 20))
            == "hfsplus file system, 3 MiB"
        )


class TestPreservable:
    def test_the_plan_itself_is_asked(self) -> None:
        asked: list[InstallSpec] = []
        installed = machine("installed")
        assert backend.can_preserve(lambda _, spec: asked.append(spec), installed, installed.disks[1])
        assert asked[0].datastore is Datastore.PRESERVE

    def test_a_plan_that_refuses_decides(self) -> None:
        def refuse(found: Machine, spec: InstallSpec) -> None:
            raise HostError(f"no: {found.product} {spec.disk_id}")

        installed = machine("installed")
        assert not backend.can_preserve(refuse, installed, installed.disks[1])

    def test_a_disk_without_datastore_is_not_even_planned(self) -> None:
        twins = machine("twins")
        assert not backend.can_preserve(lambda _, __: pytest.fail("asked"), twins, twins.disks[0])


def test_the_licence_text_is_found_and_reflowed() -> None:
    text = reflow(backend.licence())
    assert "GNU GENERAL PUBLIC LICENSE" in text
    assert any(len(line) > 200 for line in text.split("\n"))
    assert reflow("    HEAD\n    LINE\n\none\ntwo\n\nthree") == "    HEAD\n    LINE\n\none two\n\nthree"


@pytest.mark.processes
def test_a_recorded_machine_gets_a_dry_run() -> None:
    dry = backend.recorded(MACHINES / "plain-vm.json")
    found = dry.machine()
    disk = found.disks[1]
    answers = flow.choose_disk(Answers(machine=found), disk)
    dry.start(flow.spec(answers))
    events, offset = dry.follow(0)
    assert [type(event).__name__ for event in events][-1] == "Done"
    assert dry.follow(offset) == ([], offset)


@pytest.mark.processes
def test_a_dry_run_that_fails_says_so() -> None:
    dry = backend.recorded(MACHINES / "plain-vm.json")
    found = dry.machine()
    gone = msgspec.structs.replace(found.disks[1], serial="OTHER")
    dry.start(flow.spec(flow.choose_disk(Answers(machine=found), gone)))
    events, _ = dry.follow(0)
    assert type(events[-1]).__name__ == "Error"
