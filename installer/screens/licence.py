"""The licence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from installer.flow import Page
from installer.screens.page import BACK, WizardPage, with_intro
from tui.frame import Hint
from tui.pager import Pager

if TYPE_CHECKING:
    from installer.screens.wizard import Wizard


class Licence(WizardPage):
    """The licence's text; accepted by F11, deliberately not by Enter."""

    page = Page.LICENCE
    title = "Licence"
    hints = (
        Hint("Up/Down PgUp/PgDn", "Scroll"),
        BACK,
        Hint("Esc", "Do not Accept"),
        Hint("F11", "Accept and Continue"),
    )

    def __init__(self, wizard: Wizard) -> None:
        intro = (
            f"{wizard.backend.product} is free software under the GNU General Public License, version 3 or "
            "later. Every other part on this medium is free software too; the medium holds the list."
        )
        super().__init__(wizard, with_intro(intro, Pager(reflow(wizard.backend.licence()))))
        del self.keys["enter"]
        self.keys["f11"] = self.advance


def reflow(text: str) -> str:
    """The text with its lines joined to paragraphs, so that they fit any width; headings stay as they are."""
    paragraphs: list[str] = []
    for block in text.split("\n\n"):
        lines = [line.rstrip() for line in block.strip("\n").split("\n")]
        if all(line.startswith("    ") for line in lines if line):
            paragraphs.append("\n".join(lines))
        else:
            paragraphs.append(" ".join(" ".join(lines).split()))
    return "\n\n".join(paragraphs)
