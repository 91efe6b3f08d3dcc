"""The last thing on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from installer.screens.page import on_backdrop
from tui.pager import Pager
from tui.view import View

if TYPE_CHECKING:
    from installer.screens.wizard import Wizard


class Restarting(View):
    """Says that the machine restarts; takes no keys."""

    title = "Restarting"

    def __init__(self, wizard: Wizard) -> None:
        self.wizard = wizard
        super().__init__(Pager("This machine is shutting down and will start again."))

    def surround(self, body: Any) -> Any:
        """Put the page on the backdrop."""
        return on_backdrop(self.wizard, self.title, body, ())
