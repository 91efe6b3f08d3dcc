"""The menus behind the login: a list at the left, the state of what is chosen at the right."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from dcui import entry, facts, menu
from dcui.entry import Context, Pane, Staged
from dcui.menu import Entry, Menu
from host.errors import HostError
from tui import two_pane
from tui.frame import FullPage, Hint, KeyBar, KeyStyle
from tui.lists import Gap, Item, Row
from tui.two_pane import TwoPane
from tui.view import View

if TYPE_CHECKING:
    from dcui.session import Session

log = logging.getLogger(__name__)


class MenuView(View):
    """A menu of dcui.menu on the screen. ``leave`` is what Esc does."""

    def __init__(
        self, session: Session, shown: Menu, leave: Callable[[], None], staged: Staged | None = None
    ) -> None:
        self._session = session
        self._menu = shown
        self._context = Context(session, self.refresh, staged)
        self._groups = [
            [each for each in group if session.local or not each.local_only] for group in shown.groups
        ]
        self._entries = {each.module: each for group in self._groups for each in group}
        self._panes: dict[str, Pane] = {}
        self._loading: set[str] = set()
        self._following = False
        self._two_pane = TwoPane(shown.title, self._items(), self._pane)
        super().__init__(self._two_pane)
        self.hints = self._hints()
        self._product = product_line(session)
        self.keys = {"enter": self._enter, "esc": leave}

    def surround(self, body: Any) -> Any:
        """The whole screen, with the product below as the reference has it."""
        bar = KeyBar(self.hints, KeyStyle.ANGLE, spread=True)
        return FullPage("", body, bar, footer=self._product)

    def shown(self) -> None:
        """Ask for the entries whose titles depend on their state, and for the chosen one."""
        self._following = True
        self.refresh()

    def uncovered(self) -> None:
        """A dialog may have changed what the chosen entry tells."""
        self.refresh()

    def refresh(self) -> None:
        """Ask for the panes that show or have shown; work may end after the menu was left."""
        if not self.is_shown:
            return
        for name, each in self._entries.items():
            if each.flips or name in self._panes or name == self._two_pane.selected:
                self._load(name)

    def on_key(self, key: str) -> bool:
        """Let the chosen entry have keys of its own."""
        if self._two_pane.selected not in self._panes:
            return False
        pressed = getattr(entry.load(self._two_pane.selected), "pressed", None)
        return pressed is not None and bool(pressed(self._context, key))

    def _enter(self) -> None:
        entry.load(self._two_pane.selected).enter(self._context)

    def _pane(self, name: str) -> two_pane.Pane:
        """What is known at once; the rest comes by ``_loaded``."""
        if self._following:
            self._load(name)
            self.hints = self._hints()
            self.rebuild()
        pane = self._panes.get(name)
        return two_pane.Pane(self._title(name), pane.text if pane else "")

    def _load(self, name: str) -> None:
        if name not in self._loading:
            self._loading.add(name)
            self.app.background(partial(self._describe, name), partial(self._loaded, name))

    def _describe(self, name: str) -> Pane:
        """In a thread. Whatever goes wrong in an entry stays in its pane."""
        try:
            return entry.load(name).describe(self._context)
        except HostError as error:
            return Pane((error.message,), error.hint)
        except Exception as error:
            log.exception("entry %s", name)
            return Pane(
                (f"This entry does not work: {type(error).__name__}: {error}",), "The log has the details."
            )

    def _loaded(self, name: str, pane: Pane) -> None:
        self._loading.discard(name)
        self._panes[name] = pane
        if self._entries[name].flips:
            self._two_pane.list.set_items(self._items())
        if self._two_pane.selected == name:
            self._following = False
            self._two_pane.refresh()
            self._following = True

    def _items(self) -> list[Item]:
        items: list[Item] = []
        for group in self._groups:
            items += [Gap()] if items and group else []
            items += [Row(each.module, self._title(each.module)) for each in group]
        return items

    def _title(self, name: str) -> str:
        pane = self._panes.get(name)
        return (pane.title if pane else "") or self._entries[name].title

    def _hints(self) -> tuple[Hint, ...]:
        chosen: Entry = self._entries[self._two_pane.selected]
        return (Hint("Up/Down", "Select"), Hint("Enter", chosen.enter), Hint("Esc", self._menu.leave))


def open_system_menu(session: Session) -> None:
    """The top menu; a network change that still waits for an answer is asked about first."""
    session.app.push(MenuView(session, menu.SYSTEM, session.log_out))
    if session.backend.pending_seconds() is not None:
        from dcui.commit import ask_to_keep

        ask_to_keep(session, "A network change waits to be confirmed.")


def product_line(session: Session) -> str:
    """What the line at the bottom says; empty when the release is unknown."""
    try:
        return facts.product_line(session.backend.product())
    except HostError:
        return ""
