"""The end of an installation or upgrade that went well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from host import boot
from installer.screens.page import on_backdrop
from tui.frame import Hint
from tui.pager import Pager
from tui.progress import duration
from tui.view import View

if TYPE_CHECKING:
    from host.events import Done
    from installer.kickstart.script import Reboot
    from installer.screens.installation import Installation

_REMOVE: Mapping[str, str] = {
    "wait": "Remove the installation medium before the machine restarts, or the installer starts again. "
    "A CD is ejected by itself.",
    "eject": "The machine restarts by itself in a moment. A CD is ejected; remove a stick, or the installer "
    "starts again.",
    "keep": "The machine restarts by itself in a moment. The installation medium stays in, as the kickstart "
    "file says.",
}
"""What becomes of the medium, by what happens at the end."""

_NETWORK = (
    "The installer came over the network. If the firmware tries the network before the disk, the installer "
    "starts again: change that order, or what the server gives this machine."
)


_INSTALLED = (
    "{product} was installed",
    "After the restart this console shows the address to manage the host at. "
    "Press F2 there to set up its network.\n\n"
    "A kickstart file that repeats this installation is on the host: /var/log/ks.cfg.",
)
_UPGRADED = (
    "This host was upgraded to {product}",
    "The new version is tried at the next start. If it does not report healthy, the installed one starts "
    "again by itself, and this console says so.",
)
"""What was done, and what comes next."""


class Complete(View):
    """Says to remove the medium; Enter restarts. ``reboot`` is what a kickstart file says about that."""

    hints = (Hint("Enter", "Reboot"),)

    def __init__(
        self, installation: Installation, event: Done, warnings: tuple[str, ...], reboot: Reboot | None = None
    ) -> None:
        self.wizard = wizard = installation.wizard
        self.title = "Upgrade Complete" if installation.is_upgrade else "Installation Complete"
        done, after = _UPGRADED if installation.is_upgrade else _INSTALLED
        dry = "This was a dry run; nothing was changed.\n\n" if wizard.backend.is_recorded else ""
        text = (
            f"{dry}{done.format(product=wizard.backend.title)} in {duration(event.seconds)}.\n\n"
            f"{_NETWORK if boot.load().over_network else _REMOVE.get(reboot or 'wait', '')}\n\n{after}"
        )
        super().__init__(Pager("\n\n".join((text, *warnings))))
        self.keys = {"enter": wizard.restart}

    def surround(self, body: Any) -> Any:
        """Put the page on the backdrop."""
        return on_backdrop(self.wizard, self.title, body, self.hints)
