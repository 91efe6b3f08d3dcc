"""What a menu and the modules of dcui.entries agree on.

A module has ``describe(context) -> Pane``, called in a thread because it may ask the host, and
``enter(context) -> None``, called in the loop. It may have ``pressed(context, key) -> bool`` for keys of its
own while it is highlighted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from dcui.draft import Draft

if TYPE_CHECKING:
    from dcui.backend import Adapter, Backend, Network
    from dcui.session import Session
    from tui.app import App


class Pane(NamedTuple):
    """The right side of a menu: the present state, and short help. ``title`` replaces the entry's."""

    state: tuple[str, ...]
    help: str
    title: str = ""

    @property
    def text(self) -> str:
        """State, a blank line, help."""
        return "\n".join((*self.state, "", self.help) if self.state else (self.help,))


@dataclass
class Staged:
    """Network settings being edited: as they were, as they would become, and what the machine has now."""

    before: Draft
    draft: Draft
    network: Network
    adapters: tuple[Adapter, ...]


@dataclass(frozen=True)
class Context:
    """Where an entry is used. ``refresh`` has the menu ask for its panes anew."""

    session: Session
    refresh: Callable[[], None]
    staged_settings: Staged | None = None

    @property
    def app(self) -> App:
        """The application."""
        return self.session.app

    @property
    def backend(self) -> Backend:
        """The host."""
        return self.session.backend

    @property
    def staged(self) -> Staged:
        """The settings being edited. Raises RuntimeError in a menu that edits none."""
        if self.staged_settings is None:
            raise RuntimeError("this entry belongs into the network menu")
        return self.staged_settings

    def stage(self, draft: Draft) -> None:
        """Keep edited settings until the menu is left."""
        self.staged.draft = draft
        self.refresh()


class EntryModule(Protocol):
    """A module of dcui.entries."""

    def describe(self, context: Context) -> Pane:
        """State and help."""

    def enter(self, context: Context) -> None:
        """Do what Enter does."""


def load(name: str) -> EntryModule:
    """Import the module of that name. Raises whatever the import raises."""
    from importlib import import_module

    return cast(EntryModule, import_module(f"dcui.entries.{name}"))
