"""The installer's screens: one module per page, each of which turns keys into answers."""

import tui as tui  # before urwid, which it makes lighter
