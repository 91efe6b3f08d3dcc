"""The first page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from installer.flow import Page
from installer.screens.page import CANCEL, ENTER, WizardPage
from tui.pager import Pager

if TYPE_CHECKING:
    from installer.screens.wizard import Wizard


class Welcome(WizardPage):
    """What this is and how it goes."""

    page = Page.WELCOME
    hints = (CANCEL, ENTER)

    def __init__(self, wizard: Wizard) -> None:
        product = wizard.backend.product
        self.title = f"Welcome to the {wizard.backend.title} Installation"
        text = (
            f"{product} turns this machine into a host for virtual machines.\n\n"
            "It needs a 64-bit processor with at least two cores and hardware virtualization "
            "(Intel VT-x or AMD-V), 2 GiB of memory (4 GiB and more to be useful), and a disk of at least "
            "8 GiB of its own. The next pages ask which disk, the keyboard and a password for root.\n\n"
            "Nothing is written to any disk before you confirm it with F11 on the last page."
        )
        super().__init__(wizard, Pager(text))
