"""Which version this is, in the image and in a source tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from host.errors import HostError
from host.product import Product, product


def test_the_image_says_it_in_its_release_file(tmp_path: Path) -> None:
    release = tmp_path / "release.json"
    release.write_text('{"product": "Bedplate", "version": "1.2.3", "build": "20261101.7"}')
    assert product(release) == Product("Bedplate", "1.2.3", "20261101.7")


def test_a_source_tree_says_it_in_its_project_file(tmp_path: Path) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text('[project]\nname = "bedplate"\nversion = "4.5.6"\n')
    assert product(tmp_path / "release.json", project) == Product("Bedplate", "4.5.6", "source")


def test_this_source_tree_does(tmp_path: Path) -> None:
    assert product(tmp_path / "release.json").name == "Bedplate"


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"product": "Bedplate", "version": 1, "build": ""}', "\xff"]
)
def test_a_damaged_release_file_is_an_error_and_no_guess(tmp_path: Path, text: str) -> None:
    release = tmp_path / "release.json"
    release.write_text(text, encoding="latin-1")
    with pytest.raises(HostError, match="does not say which version"):
        product(release)


@pytest.mark.parametrize("text", [None, "", "not toml =", "[project]\nname = 'x'\n"])
def test_nothing_at_all_is_an_error(tmp_path: Path, text: str | None) -> None:
    project = tmp_path / "pyproject.toml"
    if text is not None:
        project.write_text(text)
    with pytest.raises(HostError, match="Neither"):
        product(tmp_path / "release.json", project)
