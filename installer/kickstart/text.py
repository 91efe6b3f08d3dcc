"""From the bytes of a file to its lines."""

from __future__ import annotations

import codecs

from installer.kickstart.diagnostics import Place, Report

LARGEST = 16 * 1024**2
"""Bytes; a script with a package in a heredoc still fits, a disk image given by mistake does not."""

_END_OF_FILE = "\x1a"
"""What ``copy a+b c`` of DOS and Windows puts at the end."""

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def to_text(data: bytes, file: str, report: Report) -> str | None:
    """The text of a file, lines ending in a line feed; None, and an error, for what is no text.

    UTF-8 with or without a byte order mark; UTF-16 with one, and bytes that are not UTF-8 (read as
    Latin-1, which never fails), with a warning.
    """
    if len(data) > LARGEST:
        report.error(
            Place(file, 1), f"The file has more than {LARGEST // 1024**2} MiB.", "Is it a kickstart file?"
        )
        return None
    text = _decoded(data, file, report).rstrip(_END_OF_FILE)
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        report.error(
            Place(file, line), "There is a zero byte here: this is not a text file.", "Give another one."
        )
        return None
    return _with_line_feeds(text)


def _decoded(data: bytes, file: str, report: Report) -> str:
    if data.startswith(_UTF16):
        report.warning(Place(file, 1), "The file is encoded in UTF-16.", "Save it as UTF-8.")
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        report.warning(
            Place(file, line), "This line is not UTF-8; the file is read as Latin-1.", "Save it as UTF-8."
        )
        return data.removeprefix(codecs.BOM_UTF8).decode("latin-1")


def _with_line_feeds(text: str) -> str:
    """Windows' line ends, and those of old Macs when there are no others, as line feeds."""
    if "\n" not in text:
        return text.replace("\r", "\n")
    return text.replace("\r\n", "\n").removesuffix("\r")
