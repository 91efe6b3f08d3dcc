"""The rules of the house that a reader cannot check by eye: who imports whom, where processes start."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.places import ROOT

MAY_IMPORT = {
    "host": set(),
    "tui": set(),
    "installer": {"host", "tui"},
    "dcui": {"host", "tui"},
    "hostd": {"host"},
    "commands": {"host"},
    "kernel_config": {"host"},
    "iso_build": {"host", "kernel_config", "installer"},
    "tools": {"host"},
}
"""Which of our packages each of our packages may use, besides itself."""

URWID = ("tui/", "installer/screens/", "dcui/")
"""The only places that know how text gets on a screen."""

TEXT_PROGRAM = ("installer/screens/", "installer/flow.py", "installer/__main__.py")
"""What of the installer is a text program; its plan, engine and tasks are not."""

PROCESSES = {
    "host/run.py": "the one runner",
    "tools/setup.py": "shows what apt and pip say, and runs before there is anything else",
    "tools/qemu.py": "keeps a virtual machine running beside it",
    "tools/accel.py": "the same, for a moment",
    "tools/run.py": "hands the terminal to QEMU",
    "tools/vm.py": "leaves a machine running behind it",
    "tools/gate.py": "shows what the parts of the gate say",
}
"""Files that may use subprocess, and why the one runner does not do."""

LONGEST = 500
"""Lines of code in one file; beyond that it has more than one reason to change."""


def sources(*packages: str) -> Iterator[tuple[str, ast.Module]]:
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(), str(path))


def imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, "relative imports hide the direction"
            yield node.lineno, node.module


def wrong_imports(package: str, files: Iterator[tuple[str, ast.Module]]) -> list[str]:
    allowed = MAY_IMPORT[package] | {package}
    return [
        f"{name}:{line} imports {module}"
        for name, tree in files
        for line, module in imports(tree)
        if module.split(".")[0] in set(MAY_IMPORT) | {"tests"} and module.split(".")[0] not in allowed
    ]


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_go_one_way(package: str) -> None:
    assert wrong_imports(package, sources(package)) == []


def test_a_wrong_import_is_seen() -> None:
    tree = ast.parse("def f():\n    from dcui.app import x\n")
    assert wrong_imports("host", iter([("host/bad.py", tree)])) == ["host/bad.py:2 imports dcui.app"]


def test_only_text_programs_know_urwid() -> None:
    found = [
        f"{name}:{line}"
        for name, tree in sources(*MAY_IMPORT)
        for line, module in imports(tree)
        if module.split(".")[0] == "urwid" and not name.startswith(URWID)
    ]
    assert found == []


def test_the_installer_engine_knows_no_screens() -> None:
    found = [
        f"{name}:{line} imports {module}"
        for name, tree in sources("installer")
        for line, module in imports(tree)
        if module.split(".")[0] == "tui" and not name.startswith(TEXT_PROGRAM)
    ]
    assert found == []


def test_processes_start_in_one_place() -> None:
    found = [
        f"{name}:{line}"
        for name, tree in sources(*MAY_IMPORT)
        for line, module in imports(tree)
        if module == "subprocess" and name not in PROCESSES
    ]
    assert found == []


def test_no_shell_strings() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name, tree in sources(*MAY_IMPORT, "tests")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and shell_string(node)
    ]
    assert found == []


def shell_string(call: ast.Call) -> bool:
    if any(word.arg == "shell" and getattr(word.value, "value", False) for word in call.keywords):
        return True
    return ast.unparse(call.func) in ("os.system", "os.popen", "subprocess.getoutput")


def test_files_stay_small() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {lines} lines"
        for package in MAY_IMPORT
        for path in (ROOT / package).rglob("*.py")
        if (lines := len(path.read_text().splitlines())) > LONGEST
    ]
    assert long == []


def test_no_addresses_of_registries() -> None:
    """Mirrors are the tools' own defaults or the MIRROR variable."""
    pattern = re.compile("|".join(("deb" + r"\.debian\.org", "pypi" + r"\.org", "registry" + r"\.npmjs")))
    found = [
        str(path.relative_to(ROOT))
        for package in (*MAY_IMPORT, "tests", "docs")
        for path in (ROOT / package).rglob("*")
        if path.is_file()
        and path.suffix in (".py", ".md", ".sh", ".cfg")
        and pattern.search(path.read_text(errors="replace"))
    ]
    assert found == []


def test_every_source_has_a_docstring() -> None:
    missing = [
        name
        for name, tree in sources(*MAY_IMPORT)
        if tree.body and ast.get_docstring(tree) is None and Path(name).name != "__init__.py"
    ]
    assert missing == []
