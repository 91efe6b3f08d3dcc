"""What the checks found, if anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from installer.flow import Page
from installer.screens.page import BACK, CANCEL, ENTER, WizardPage, with_intro
from tui.pager import Pager

if TYPE_CHECKING:
    from installer.prechecks import Finding
    from installer.screens.wizard import Wizard


class Findings(WizardPage):
    """Coded findings. Errors keep the installation from going on, warnings do not."""

    page = Page.FINDINGS

    def __init__(self, wizard: Wizard) -> None:
        findings = wizard.answers.findings
        blocked = any(finding.level == "error" for finding in findings)
        self.title = (
            "Errors Found During the System Scan" if blocked else "Warnings Found During the System Scan"
        )
        self.hints = (BACK, CANCEL) if blocked else (BACK, CANCEL, ENTER)
        intro = (
            "This machine cannot be installed on until the errors below are dealt with."
            if blocked
            else "The installation can go on. Consider these points before you rely on this host."
        )
        super().__init__(wizard, with_intro(intro, Pager(as_text(findings))))
        if blocked:
            del self.keys["enter"]


def as_text(findings: tuple[Finding, ...]) -> str:
    """The findings to read, errors first."""
    ranked = sorted(findings, key=lambda finding: finding.level != "error")
    return "\n\n".join(_paragraph(finding) for finding in ranked)


def _paragraph(finding: Finding) -> str:
    hint = f"\n  {finding.hint}" if finding.hint else ""
    return f"{finding.level.capitalize()} <{finding.code}>: {finding.text}{hint}"
