"""The password of root."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from installer import flow
from installer.flow import Answers, Page
from installer.screens.page import BACK, CANCEL, ENTER, WizardPage
from tui.form import Field, Form, Note

if TYPE_CHECKING:
    from installer.screens.wizard import Wizard

_RULES = (
    "7 to 40 characters, of at least three kinds: lower case, upper case, digits, others. "
    "A capital at the start and a digit at the end do not count as kinds."
)


class Password(WizardPage):
    """Two masked fields; what is wrong stands under them while they are typed in."""

    page = Page.PASSWORD
    title = "Enter a Root Password"
    hints = (BACK, CANCEL, ENTER)

    def __init__(self, wizard: Wizard) -> None:
        answers = wizard.answers
        self._form = Form(
            [
                Note("This is the password to manage this host with, at its console and over the network."),
                Note(),
                Field("password", "Root password:", answers.password, masked=True, limit=128),
                Field("repeated", "Confirm password:", answers.repeated, masked=True, limit=128),
                Note(),
                Note(_RULES, "dim"),
            ],
            check=lambda form: self._problem(form, wizard),
            quiet=not answers.password,
        )
        super().__init__(wizard, self._form)

    def collect(self) -> Answers:
        """The answers with what was typed, good or not."""
        return self._typed(self._form, self.wizard)

    def advance(self) -> None:
        """Go on when the password is good; else move to the second field, or say what is wrong."""
        problem = self._form.problem
        if not problem:
            super().advance()
        elif self._form.text("password") and not self._form.text("repeated"):
            self._form.focus("repeated")
        else:
            self._form.complain(problem)

    def _problem(self, form: Form, wizard: Wizard) -> str:
        return flow.password_problem(self._typed(form, wizard), wizard.backend.password_problem)

    @staticmethod
    def _typed(form: Form, wizard: Wizard) -> Answers:
        return replace(wizard.answers, password=form.text("password"), repeated=form.text("repeated"))
