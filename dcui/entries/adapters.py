"""Network Adapters: which of them carry the management network."""

from __future__ import annotations

import urwid

from dcui import draft
from dcui.backend import Adapter
from dcui.entry import Context, Pane
from tui.dialog import Dialog, Message
from tui.frame import Hint
from tui.layout import Stack
from tui.lists import Header, Row, SelectList

TITLE = "Network Adapters"
HELP = "The adapters the management network uses. With more than one, another takes over when a link fails."
COLUMNS = ("   ", "Device Name", "Hardware Label (MAC Address)", "Status")


def describe(context: Context) -> Pane:
    """The adapters of the draft."""
    staged = context.staged
    known = {each.name: each for each in staged.adapters}
    lines = tuple(
        f"{name} ({_short(known[name])})" if name in known else f"{name} (not in this machine)"
        for name in staged.draft.management.uplinks
    )
    return Pane(lines or ("None",), HELP)


def enter(context: Context) -> None:
    """Open the check-list."""
    context.app.dialog(AdapterList(context))


class AdapterList(Dialog):
    """Space marks, D tells more, Enter keeps the marks in the draft."""

    title = TITLE
    width = 76
    hints = (
        Hint("D", "View Details"),
        Hint("Space", "Toggle Selected"),
        Hint("Enter", "OK"),
        Hint("Esc", "Cancel"),
    )

    def __init__(self, context: Context) -> None:
        self._context = context
        self._adapters = {each.name: each for each in context.staged.adapters}
        self._marked = set(context.staged.draft.management.uplinks)
        self._list = SelectList(self._rows())
        self._complaint = urwid.Text("")
        intro = urwid.Text("Select the adapters for this host's management network connection.")
        super().__init__(Stack([intro, urwid.Divider(), self._list, self._complaint], main=2))
        self.keys = {
            "enter": self._take,
            "esc": self.close,
            " ": self._toggle,
            "d": self._tell,
            "D": self._tell,
        }

    def _rows(self) -> list[Row | Header]:
        cells = [self._cells(each) for each in self._adapters.values()]
        widths = [max(len(row[n]) for row in (COLUMNS, *cells)) for n in range(len(COLUMNS))]
        padded = [[text.ljust(width) for text, width in zip(row, widths, strict=True)] for row in cells]
        header = "  ".join(text.ljust(width) for text, width in zip(COLUMNS, widths, strict=True))
        return [
            Header(f" {header}"),
            *(Row(name, row) for name, row in zip(self._adapters, padded, strict=True)),
        ]

    def _cells(self, adapter: Adapter) -> tuple[str, ...]:
        mark = "[X]" if adapter.name in self._marked else "[ ]"
        status = "Connected" if adapter.link else "Disconnected"
        return mark, adapter.name, _label(adapter), f"{status} (...)" if adapter.used else status

    def _toggle(self) -> None:
        if self._list.row is not None:
            self._marked ^= {self._list.selected}
            self._list.set_items(self._rows())
            self._complaint.set_text("")

    def _tell(self) -> None:
        adapter = self._adapters.get(self._list.selected)
        if adapter is not None:
            self.app.push(Message(f"{adapter.name} Details", details(adapter)))

    def _take(self) -> None:
        before = self._context.staged.draft
        kept = [name for name in before.management.uplinks if name in self._marked]
        marked = (*kept, *(name for name in self._adapters if name in self._marked and name not in kept))
        errors = draft.uplink_errors(name for name in marked if name in self._adapters)
        if errors:
            self._complaint.set_text(("error", "\n".join(errors.values())))
            return
        self._context.stage(draft.with_uplinks(before, marked))
        self.close()


def details(adapter: Adapter) -> str:
    """All that is known of an adapter, in lines."""
    speed = f"{adapter.speed} Mbit/s" if adapter.speed else "unknown"
    facts = (
        ("Name", adapter.name),
        ("Description", adapter.description or "unknown"),
        ("MAC address", adapter.mac),
        ("Driver", adapter.driver or "unknown"),
        ("Status", "Connected" if adapter.link else "Disconnected"),
        ("Speed", speed if adapter.link else "-"),
        ("Used for management", "yes" if adapter.used else "no"),
    )
    return "\n".join(f"{label + ':':<21}{value}" for label, value in facts)


def _label(adapter: Adapter) -> str:
    """Description and the end of the MAC address, which is what tells adapters of one kind apart."""
    end = f"(...{adapter.mac[-8:]})"
    return f"{adapter.description[:26]} {end}" if adapter.description else end


def _short(adapter: Adapter) -> str:
    return adapter.description or adapter.mac
