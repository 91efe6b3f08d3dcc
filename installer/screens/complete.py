"""The end of an installation that went well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from installer.screens.page import on_backdrop
from tui.frame import Hint
from tui.pager import Pager
from tui.progress import duration
from tui.view import View

if TYPE_CHECKING:
    from host.events import Done
    from installer.screens.wizard import Wizard


class Complete(View):
    """Says to remove the medium; Enter restarts."""

    title = "Installation Complete"
    hints = (Hint("Enter", "Reboot"),)

    def __init__(self, wizard: Wizard, event: Done, warnings: tuple[str, ...]) -> None:
        self.wizard = wizard
        product = wizard.backend.title
        dry = "This was a dry run; nothing was changed.\n\n" if wizard.backend.is_recorded else ""
        text = (
            f"{dry}{product} was installed in {duration(event.seconds)}.\n\n"
            "Remove the installation medium before the machine restarts, or the installer starts again. "
            "A CD is ejected by itself.\n\n"
            "After the restart this console shows the address to manage the host at. "
            "Press F2 there to set up its network."
        )
        super().__init__(Pager("\n\n".join((text, *warnings))))
        self.keys = {"enter": wizard.restart}

    def surround(self, body: Any) -> Any:
        """Put the page on the backdrop."""
        return on_backdrop(self.wizard, self.title, body, self.hints)
