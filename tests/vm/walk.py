"""What a person does at a console, step by step: install, log in, open an entry, fill in a form."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from typing import TypeVar

import httpx
import paramiko

from tools.console import Console

PASSWORD = "gnu7.Trail"
"""Good by the rules: long enough, of enough classes, no leading capital, no last digit."""

BOOT = 900.0
"""Seconds for a machine to get from power-on to its first screen, five times what an emulated CPU takes that
shares its processors with another machine."""

SCREEN = 300.0
"""Seconds for a screen to follow a key."""

INSTALL = 1500.0
"""Seconds for the installation itself."""

T = TypeVar("T")

logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # tells every attempt that was too early


def reach_installer(console: Console) -> None:
    """From power-on to the welcome screen."""
    console.wait_text(r"Welcome to the Bedplate", BOOT)
    console.wait_text(r"\(Enter\) Continue", SCREEN)


def reach_disks(console: Console) -> str:
    """From power-on through welcome and licence to the list of disks, all of it; returns the screen."""
    reach_installer(console)
    console.press("enter")
    console.wait_text(r"\(F11\) Accept and Continue", SCREEN)
    console.press("f11")
    return console.wait_text(r"Select a Disk to Install[\s\S]+\(F5\) Rescan", BOOT)


def reach_confirmation(console: Console) -> str:
    """From power-on to the question before anything is written, with the first disk; returns the screen."""
    reach_disks(console)
    console.press("enter")
    return answer_the_rest(console)


def answer_the_rest(console: Console) -> str:
    """From the keyboard page to the confirmation, past warnings of the system scan; returns the screen."""
    console.wait_text(r"Select a Keyboard Layout", SCREEN)
    console.press("enter")
    console.wait_text(r"Enter a Root Password", SCREEN)
    console.type(PASSWORD)
    console.press("tab")
    console.type(PASSWORD)
    console.press("enter")
    text = console.wait_text(r"Confirm Install|Found During the System Scan", BOOT)
    if "System Scan" in text:
        assert "Errors" not in text, text
        console.press("enter")
    return console.wait_text(r"\(F11\) Install", SCREEN)


def finish(console: Console) -> None:
    """From the confirmation to the end of the installation."""
    console.press("f11")
    console.wait_text(r"Installation Complete", INSTALL)
    console.wait_text(r"\(Enter\) Reboot", SCREEN)


def install(console: Console) -> None:
    """A whole installation from power-on to the last screen, with the keys of the reference."""
    reach_confirmation(console)
    finish(console)


def reach_splash(console: Console, address: str = r"\d+\.\d+\.\d+\.\d+", origin: str = "DHCP") -> str:
    """Wait for the direct console with an address of that origin on it; returns the screen."""
    console.wait_text(rf"https://{address}/ \({origin}\)", BOOT)
    return console.wait_text(r"<F2> Customize System/View Logs.*<F12> Shut Down/Restart", SCREEN)


def log_in(console: Console, key: str = "f2") -> None:
    """From the splash through the login; ``key`` is f2 or f12."""
    console.press(key)
    console.wait_text(r"Authentication Required", SCREEN)
    console.type(PASSWORD)
    console.press("enter")
    console.wait_gone(r"Authentication Required", SCREEN)


def select(console: Console, label: str) -> None:
    """Go to the menu entry or the choice that begins with ``label``."""
    if "│" in console.lines[0]:
        _select_entry(console, label)
        return
    while not any(text.startswith(label) for text in console.standing_out()):
        before = console.standing_out()
        console.press("down")
        wait_for_move(console, before)


def _select_entry(console: Console, label: str) -> None:
    """In a menu of two panes, the right one is titled with the entry that is selected.

    All key presses are sent at once and the title is waited for: a screen is drawn piece by piece.
    """
    entries, now = _menu(console.wait(_is_whole, "a menu", SCREEN))
    wanted = next(number for number, entry in enumerate(entries) if entry.startswith(label))
    steps = wanted - entries.index(now)
    console.press(*["down" if steps > 0 else "up"] * abs(steps))
    console.wait(lambda text: _menu(text)[1] == entries[wanted], f"{label} to be selected", SCREEN)


def _menu(text: str) -> tuple[list[str], str]:
    """The entries of the left pane, and the title of the right one."""
    rows = [line.split("│") for line in text.splitlines() if "│" in line]
    return [row[0].strip() for row in rows[1:] if row[0].strip()], rows[0][1].strip() if rows else ""


def _is_whole(text: str) -> bool:
    entries, now = _menu(text)
    return now in entries


def wait_for_move(console: Console, before: list[str]) -> None:
    """Wait until something else stands out than before the last key."""
    console.wait(lambda _: console.standing_out() != before, "the selection to move", SCREEN)


def choose(console: Console, *labels: str) -> None:
    """Open one menu entry after the other, each once its menu is there."""
    for label in labels:
        console.wait_text(re.escape(label), SCREEN)
        select(console, label)
        console.press("enter")


def back(console: Console, until: str) -> str:
    """Esc, and what the screen then has to show."""
    console.press("esc")
    return console.wait_text(until, SCREEN)


def fill(console: Console, text: str, *, old: int = 20) -> None:
    """Replace what is in the field the cursor stands in, and go to the next field."""
    console.press("end", *["backspace"] * old, pause=0.02)
    console.type(text)
    console.press("tab")


def https(port: int, path: str = "/") -> httpx.Response:
    """Ask the management agent; its certificate is its own."""
    return httpx.get(f"https://127.0.0.1:{port}{path}", verify=False, timeout=30, follow_redirects=True)


def eventually(ask: Callable[[], T], timeout: float, *, every: float = 1.0) -> T:
    """Ask until there is an answer: for what a network says when nothing can be waited for."""
    until = time.monotonic() + timeout
    while True:
        try:
            return ask()
        except (OSError, httpx.TransportError, paramiko.SSHException, EOFError):
            if time.monotonic() > until:
                raise
            time.sleep(every)


class Shell:
    """Root's shell on the host, over SSH."""

    def __init__(self, port: int, password: str = PASSWORD) -> None:
        """Log in; raises OSError or paramiko.SSHException while nobody answers."""
        self._client = paramiko.SSHClient()
        self._client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        self._client.connect(
            "127.0.0.1", port, "root", password, timeout=30, banner_timeout=60, auth_timeout=60,
            allow_agent=False, look_for_keys=False,
        )  # fmt: skip

    def __call__(self, command: str, *, stdin: str = "", timeout: float = 300) -> str:
        """Run a command and return its output; fails the test when it fails."""
        given, output, errors = self._client.exec_command(command, timeout=timeout)
        given.write(stdin)
        given.channel.shutdown_write()
        text, complaint = str(output.read(), "utf-8"), str(errors.read(), "utf-8")
        code = output.channel.recv_exit_status()
        assert code == 0, f"{command!r} ended with {code}: {complaint or text}"
        return text

    def close(self) -> None:
        """Log out."""
        self._client.close()
