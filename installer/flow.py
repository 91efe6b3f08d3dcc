"""The wizard as data: what has been answered, which page follows which. No screens here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from host.config.model import DEFAULT_KEYBOARD
from host.machine.model import Disk, Machine
from installer.spec import Datastore, InstallSpec, Spec

if TYPE_CHECKING:
    from installer.prechecks import Finding
    from installer.upgrading import Examined


@dataclass(frozen=True)
class Answers:
    """Everything answered so far.

    ``disk`` is the chosen disk as it was when chosen. ``consent`` is the explicit choice to lose what that
    disk holds, ``upgrade`` the choice to upgrade the installation that was found there. ``password`` and
    ``repeated`` are what was typed, kept so that going back loses nothing; they are never shown, logged or
    written. ``password_hash`` is made of them when they were found good.
    """

    machine: Machine | None = None
    disk: Disk | None = None
    consent: bool = False
    upgrade: Examined | None = None
    datastore: Datastore = Datastore.CREATE
    keyboard: str = DEFAULT_KEYBOARD
    password: str = field(default="", repr=False)
    repeated: str = field(default="", repr=False)
    password_hash: str = field(default="", repr=False)
    findings: tuple[Finding, ...] = ()


class Page(StrEnum):
    """The pages of the wizard."""

    WELCOME = "welcome"
    LICENCE = "licence"
    DISKS = "disks"
    EXISTING = "existing"
    KEYBOARD = "keyboard"
    PASSWORD = "password"
    FINDINGS = "findings"
    CONFIRM = "confirm"


class Step(NamedTuple):
    """A page and whether the answers so far call for it."""

    page: Page
    needed: Callable[[Answers], bool]


def holds_data(answers: Answers) -> bool:
    """Whether there is anything to lose on the chosen disk."""
    disk = answers.disk
    return disk is not None and bool(disk.contents or disk.holders)


def _always(answers: Answers) -> bool:
    del answers
    return True


def _is_new(answers: Answers) -> bool:
    """An upgrade keeps the host's settings and asks for none."""
    return answers.upgrade is None


ORDER: tuple[Step, ...] = (
    Step(Page.WELCOME, _always),
    Step(Page.LICENCE, _always),
    Step(Page.DISKS, _always),
    Step(Page.EXISTING, holds_data),
    Step(Page.KEYBOARD, _is_new),
    Step(Page.PASSWORD, _is_new),
    Step(Page.FINDINGS, lambda answers: bool(answers.findings)),
    Step(Page.CONFIRM, _always),
)
"""The reference's order; the two scans in between are not pages one can go back to."""


def after(page: Page, answers: Answers) -> Page:
    """The page that follows; the last one follows itself."""
    pages = _pages(page, answers)
    return pages[min(pages.index(page) + 1, len(pages) - 1)]


def before(page: Page, answers: Answers) -> Page:
    """The page to go back to; the first one leads to itself."""
    pages = _pages(page, answers)
    return pages[max(pages.index(page) - 1, 0)]


def _pages(page: Page, answers: Answers) -> list[Page]:
    return [step.page for step in ORDER if step.page is page or step.needed(answers)]


def same_disk(one: Disk, other: Disk) -> bool:
    """Whether two descriptions are of one disk, whatever its device node is by now."""
    return (one.id, one.serial, one.size) == (other.id, other.serial, other.size)


def choose_disk(answers: Answers, disk: Disk) -> Answers:
    """Take a disk. What was decided about a disk holds only for that one, with the content it had then."""
    previous = answers.disk
    if previous is not None and same_disk(previous, disk) and previous.contents == disk.contents:
        return replace(answers, disk=disk)
    return _undecided(answers, disk)


def _undecided(answers: Answers, disk: Disk | None) -> Answers:
    return replace(answers, disk=disk, consent=False, upgrade=None, datastore=Datastore.CREATE)


def seen(answers: Answers, machine: Machine) -> Answers:
    """Take in a new look at the machine. A chosen disk that is gone or changed is not chosen any more."""
    chosen = answers.disk
    fresh = replace(answers, machine=machine)
    if chosen is None:
        return fresh
    same = next((disk for disk in machine.disks if same_disk(disk, chosen)), None)
    if same is None:
        return _undecided(fresh, None)
    return choose_disk(fresh, same)


def password_problem(answers: Answers, problem: Callable[[str], str]) -> str:
    """What is wrong with the two typed passwords; empty when they can be used."""
    if not answers.password and not answers.repeated:
        return "Enter a password for root."
    weak = problem(answers.password)
    if weak:
        return weak
    if answers.password != answers.repeated:
        if answers.password.startswith(answers.repeated):
            return "Repeat the password in the second field."
        return "The two passwords are not the same."
    return ""


def is_ready(answers: Answers) -> bool:
    """Whether everything needed for an installation was answered."""
    if answers.disk is None:
        return False
    return answers.consent or answers.upgrade is not None or not holds_data(answers)


def spec(answers: Answers) -> Spec:
    """The answers as what the engine carries out. Raises ValueError when a disk or consent is missing."""
    if answers.disk is None or not is_ready(answers):
        raise ValueError("no disk was chosen, or no consent to lose what it holds was given")
    if answers.upgrade is not None:
        from installer import upgrading

        return upgrading.spec(answers.disk, answers.upgrade)
    return InstallSpec(
        disk_id=answers.disk.id,
        disk_serial=answers.disk.serial,
        disk_size=answers.disk.size,
        password_hash=answers.password_hash,
        erase=answers.consent,
        datastore=answers.datastore,
        keyboard=answers.keyboard,
    )
