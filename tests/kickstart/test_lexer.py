"""Lines, words and sections."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installer.kickstart.diagnostics import Report
from installer.kickstart.lexer import Block, Line, lex
from installer.kickstart.text import LARGEST, to_text


def items(text: str) -> tuple[Line | Block, ...]:
    return lex(text, "ks.cfg", Report())


def words(text: str) -> list[list[str]]:
    return [[word.text for word in item.words] for item in items(text) if isinstance(item, Line)]


def bodies(text: str) -> list[str]:
    return [item.body for item in items(text) if isinstance(item, Block)]


def said(text: str) -> list[str]:
    report = Report()
    lex(text, "ks.cfg", report)
    return [str(one) for one in report.diagnostics()]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("a b", ["a", "b"]),
        ("\t a \t  b ", ["a", "b"]),
        ("a # b", ["a"]),
        ("a#b", ["a#b"]),
        ("a '#b' \"#c\"", ["a", "#b", "#c"]),
        ("a 'b c'd\"e f\"", ["a", "b cde f"]),
        ("a ''", ["a", ""]),
        ("--x='b c'", ["--x=b c"]),
        (r"""a "b\"c\\d\e" 'f\'""", ["a", 'b"c\\d\\e', "f\\"]),
        (r"a b\ c \#d \'e \"f \\g \h", ["a", "b c", "#d", "'e", '"f', "\\g", "\\h"]),
        ("a %b b%c", ["a", "%b", "b%c"]),
        ("a\u00a0b\u200bc", ["a", "b", "c"]),
        ("a \u2013b \u2014c", ["a", "--b", "--c"]),
    ],
)
def test_words(line: str, found: list[str]) -> None:
    assert words(line) == [found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("\n  \n\t\n# a\n   # b", []),
        ("a\\\n--b", [["a", "--b"]]),
        ("a \\\n  b \\\n c\nd", [["a", "b", "c"], ["d"]]),
        ("a \\  \nb", [["a", "b"]]),
        ("a # b \\\nc", [["a"], ["c"]]),
        ("# a \\\nb", [["b"]]),
        ("a \\\n# b\nc", [["a"], ["c"]]),
        ("a \\\n\nb", [["a"], ["b"]]),
        ("a \\", [["a"]]),
        ("\\\na", [["a"]]),
    ],
)
def test_lines(text: str, found: list[list[str]]) -> None:
    assert words(text) == found


@given(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\n")))
def test_what_is_put_in_quotes_comes_out_of_them(value: str) -> None:
    in_double = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    assert words(f"rootpw {in_double} --x={in_double}") == [["rootpw", value, f"--x={value}"]]
    if "'" not in value:
        assert words(f"a '{value}' b") == [["a", value, "b"]]


SCRIPT = "\techo  $(date +%Y) 'it''s'  \n\n  # %post\n%d\nrootpw x\\\n --y\n"


@pytest.mark.parametrize(
    "header", ["%pre", "  %post --timeout=3", "\t%firstboot # why", "%post \\\n --timeout=3"]
)
@pytest.mark.parametrize("after", ["", "%firstboot\n", "  %post\n", "%end\n", "%include /tmp/x\n"])
def test_a_section_is_kept_as_it_is(header: str, after: str) -> None:
    assert bodies(f"{header}\n{SCRIPT}{after}")[0] == SCRIPT


def test_a_section_may_have_nothing_in_it_or_no_last_line_end() -> None:
    assert bodies("%pre\n%post\n\n%firstboot\necho") == ["", "\n", "echo"]
    assert bodies("%pre") == [""]
    assert bodies("%pre\n") == [""]


def test_only_known_words_with_a_percent_sign_end_a_section() -> None:
    body = "%d\n%post_x\n%postx\n% post\n%include\n%endif\nx %post\n#%post\n"
    assert bodies(f"%pre\n{body}%post\n") == [body, ""]


def test_commands_follow_an_include_and_an_end() -> None:
    text = "%pre\nx\n%include /tmp/a\nreboot\n%post\ny\n%end\ninstall\n"
    assert words(text) == [["%include", "/tmp/a"], ["reboot"], ["install"]]


@pytest.mark.parametrize(
    "script",
    [
        "cat <<EOF\n%post\nEOF\n",
        "cat << 'E O F' > x\n%post\nE O F\n",
        'cat <<-"EOF"\n\t%post\n\tEOF\n',
        "cat <<\\EOF\n%post\nEOF\n",
        "cat <<A <<B\nA\n%post\nB\n",
    ],
)
def test_text_for_a_program_is_no_section(script: str) -> None:
    assert bodies(f"%pre\n{script}%post\n") == [script, ""]
    assert "This looks like a section" in said(f"%pre\n{script}%post\n")[0]


@pytest.mark.parametrize(
    "script",
    [
        "cat <<EOF\n",  # never closed
        "cat <<EOF\n EOF\n",  # closed by nothing a shell would take for it
        "x=$((1 << 3))\n",
        "cat <<< EOF\nEOF\n",
        "# cat <<EOF\n",
        "cat <<EOF\nEOF\n",
    ],
)
def test_sections_follow_where_no_such_text_is_open(script: str) -> None:
    assert bodies(f"%pre\n{script}%post\ncat <<EOF\nEOF\n")[0] == script


def test_where_things_are() -> None:
    first, second, block = items("\n# x\na \\\n  b\n\nc\n%pre \\\n --x\necho\n")
    assert isinstance(first, Line) and isinstance(second, Line) and isinstance(block, Block)
    assert (first.place.line, first.last) == (3, 4)
    assert second.place.line == 6
    assert (block.header.place.line, block.header.last) == (7, 8)


def test_an_open_quote_spoils_its_command_only() -> None:
    text = "install --firstdisk='x \\\n --y\n%post --interpreter='python\necho\nrootpw z\n"
    install, post = items(text)
    assert isinstance(install, Line) and install.broken
    assert isinstance(post, Block) and post.header.broken and post.body == "echo\nrootpw z\n"
    assert [line.split(":")[1] for line in said(text)] == ["1", "3"]


def test_words_are_not_in_the_repr() -> None:
    assert "geheim" not in repr(items("rootpw geheim\n%pre\ngeheim\n"))


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"a\r\nb\r\n", "a\nb\n"),
        (b"a\rb\r", "a\nb\n"),
        (b"a\r\nb\r", "a\nb"),
        (b"\xef\xbb\xbfa", "a"),
        ("é".encode(), "é"),
        ("é".encode("latin-1"), "é"),
        ("é".encode("utf-16"), "é"),
        (b"a\0b", None),
        (b"a" * (LARGEST + 1), None),
    ],
)
def test_bytes(data: bytes, text: str | None) -> None:
    assert to_text(data, "ks.cfg", Report()) == text
