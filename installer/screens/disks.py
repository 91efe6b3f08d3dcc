"""The page where the disk is chosen."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import urwid

from host.errors import HostError
from host.machine.model import Disk, Machine
from installer import flow, words
from installer.flow import Answers, Page
from installer.screens.page import BACK, CANCEL, ENTER, WizardPage
from tui.dialog import Message
from tui.frame import Hint
from tui.layout import Stack
from tui.lists import Gap, Header, Item, Row, SelectList

if TYPE_CHECKING:
    from installer.screens.wizard import Wizard

RESCAN = Hint("F5", "Rescan")
DETAILS = Hint("F1", "Details")

_LEGEND = "@ installation   * datastore   + other data"

_NONE = (
    "No disk was found that {product} could be installed on.\n\n"
    "Check that a disk is plugged in and has power, that its controller is switched on in the firmware, "
    "and that RAID controllers have a volume. A disk plugged in now appears by itself; "
    "F5 looks again."
)


class Disks(WizardPage):
    """All disks in their groups, the chosen one's serial number, id and content below.

    The medium the installer runs from is not in the list at all. Disks that cannot be the target are
    there, dim, with the reason. Disks that come and go change the list while it is shown.
    """

    page = Page.DISKS
    title = "Select a Disk to Install or Upgrade"

    def __init__(self, wizard: Wizard) -> None:
        self._list = SelectList([], right=(2,), ends=(3,), on_move=lambda _: self._describe())
        self._below = urwid.Text("")
        self._intro = urwid.Text("")
        self._refusals: dict[str, str] = {}
        body = Stack([self._intro, urwid.Divider(), self._list, urwid.Divider(), self._below], main=2)
        super().__init__(wizard, body)
        self.keys["f9"] = self.go_back
        self.keys |= {"f5": self._rescan, "f1": self._details}
        self._fill(wizard.answers)

    def shown(self) -> None:
        """Start to notice disks that come and go."""
        try:
            watch = self.wizard.backend.watch()
        except HostError:
            return  # F5 still works, and says so in the key bar
        if watch is None:
            return

        def noticed() -> None:
            watch.read()
            self.after(0.6, settle)

        def settle() -> None:
            if watch.settled():
                self._look_again()
            elif watch.pending():
                self.after(0.6, settle)

        self._watch = watch  # it ends when nobody holds it any more
        self.watch(watch.fileno(), noticed)

    def collect(self) -> Answers:
        """The answers with the selected disk, if it can be taken."""
        disk = self._selected()
        answers = self.wizard.answers
        if disk is None or self._refusals.get(disk.id):
            return answers
        return flow.choose_disk(answers, disk)

    def advance(self) -> None:
        """Take the disk, or say why it cannot be taken."""
        disk = self._selected()
        if disk is None:
            self.app.dialog(Message("No Disk", self._nothing()))
        elif self._refusals.get(disk.id):
            text = f"{words.name(disk)}, {words.size(disk)}, cannot be used.\n\n{self._refusals[disk.id]}"
            self.app.dialog(Message("Disk Cannot Be Used", text, role="error"))
        else:
            super().advance()

    # filling

    def _fill(self, answers: Answers, selected: str = "") -> None:
        machine = answers.machine
        disks = [disk for disk in machine.disks if not disk.boot_medium] if machine else []
        if machine is not None:
            self._refusals = {disk.id: self._refusal(disk, machine) for disk in disks}
        chosen = answers.disk.id if answers.disk else ""
        self._list.set_items(self._items(disks), selected or chosen)
        self.hints = (DETAILS, RESCAN, BACK, CANCEL, ENTER) if disks else (RESCAN, BACK, CANCEL)
        self.rebuild()
        usable = any(not reason for reason in self._refusals.values()) if disks else False
        legend = _LEGEND if disks else ""
        intro = "Choose the disk to install to. It will hold the system and a datastore."
        self._intro.set_text([intro, ("dim", f"\n{legend}")] if usable else [("warning", self._nothing())])
        self._describe()

    def _refusal(self, disk: Disk, machine: Machine) -> str:
        return self.wizard.backend.refusal(disk, machine)

    def _nothing(self) -> str:
        return _NONE.format(product=self.wizard.backend.product)

    def _items(self, disks: list[Disk]) -> list[Item]:
        items: list[Item] = []
        for location, title in words.GROUPS:
            group = [disk for disk in disks if disk.location is location]
            if group:
                items += [Gap()] if items else []
                items.append(Header(f"{title}:"))
                items += [self._row(disk) for disk in group]
        return items

    def _row(self, disk: Disk) -> Row:
        cells = (words.mark(disk), words.name(disk), words.size(disk), disk.serial or disk.id)
        return Row(disk.id, cells, enabled=not self._refusals[disk.id])

    def _describe(self) -> None:
        disk = self._selected()
        if disk is None:
            self._below.set_text("")
            return
        reason = self._refusals.get(disk.id, "")
        lines = [
            f"Serial: {words.serial(disk)}\n",
            f"ID: {disk.id}\n",
            f"Holds: {words.brief(disk)}",
        ]
        if reason:
            lines.append(f"\nCannot be used: {reason}")
        self._below.set_text(["".join(lines[:3]), ("error", lines[3])] if reason else "".join(lines))

    def _selected(self) -> Disk | None:
        machine = self.wizard.answers.machine
        disks = machine.disks if machine else ()
        return next((disk for disk in disks if disk.id == self._list.selected and not disk.boot_medium), None)

    # looking again

    def _rescan(self) -> None:
        self.app.busy("Looking for disks ...", self.wizard.backend.machine, self._seen)

    def _look_again(self) -> None:
        self.app.background(self.wizard.backend.machine, self._seen)

    def _seen(self, machine: Machine) -> None:
        if not self.is_shown:
            return
        selected = self._list.selected
        self.wizard.answers = flow.seen(self.wizard.answers, machine)
        self._fill(self.wizard.answers, selected)

    def _details(self) -> None:
        disk = self._selected()
        if disk is None:
            return
        if disk.holds("bedplate"):
            examine = partial(self.wizard.backend.examine, disk)
            self.app.busy("Reading the disk ...", examine, lambda found: self._show(disk, found.installed))
        else:
            self._show(disk)

    def _show(self, disk: Disk, version: str | None = None) -> None:
        text = details(disk, self._refusals.get(disk.id, ""), version)
        self.app.dialog(Message("Disk Details", text))


def details(disk: Disk, refusal: str = "", version: str | None = None) -> str:
    """Everything known about a disk; ``version`` is that of its installation, '' when it cannot be told."""
    facts = [
        ("Model", words.name(disk)),
        ("Serial", words.serial(disk)),
        ("ID", disk.id),
        ("Size", f"{words.size(disk)} ({disk.size} bytes)"),
        ("Sectors", f"{disk.sector} bytes"),
        ("Attached", words.attachment(disk)),
        ("Device", disk.path),
        ("Version", version if version is None else version or "unknown"),
    ]
    lines = [f"{label:<10}{value}" for label, value in facts if value]
    found = words.contents(disk) or ("nothing",)
    lines += ["", "Holds:", words.listing(found)]
    if disk.holders:
        lines += ["", "In use:", words.listing(disk.holders)]
    if disk.aliases:
        lines += ["", "Other names:", words.listing(disk.aliases)]
    if refusal:
        lines += ["", f"Cannot be used: {refusal}"]
    return "\n".join(lines)
