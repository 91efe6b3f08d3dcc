"""docs/kernel.md says what the tables say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from host.errors import HostError
from kernel_config import docs
from kernel_config.__main__ import main


def test_the_page_is_up_to_date() -> None:
    assert docs.is_fresh(), "run: python3 -m kernel_config docs"


def test_the_page_has_every_table() -> None:
    text = docs.PAGE.read_text()
    assert [name for name in docs.TABLES if f"<!-- table: {name} -->" not in text] == []


def test_rows_have_as_many_cells_as_heads() -> None:
    for name, table in docs.TABLES.items():
        text = table().replace("\\|", "")
        for rows in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
            assert len({line.count("|") for line in rows.splitlines()}) == 1, name


def test_an_old_page_is_noticed_and_written_anew(tmp_path: Path) -> None:
    page = tmp_path / "kernel.md"
    page.write_text("before\n<!-- table: modprobe -->\nold\n<!-- end -->\nafter\n")
    assert not docs.is_fresh(page)
    docs.write(page)
    assert docs.is_fresh(page)
    text = page.read_text()
    assert text.startswith("before\n") and text.endswith("<!-- end -->\nafter\n")
    assert "`nested=1`" in text and "old" not in text


def test_an_unknown_table_is_named() -> None:
    with pytest.raises(HostError, match="no table nothing"):
        docs.filled("<!-- table: nothing -->\n<!-- end -->")


def test_docs_as_a_command() -> None:
    assert main(["docs", "--check"]) == 0
