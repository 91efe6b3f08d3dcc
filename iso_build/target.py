"""Running programs of the package root on the build machine, without entering the root.

The root's own dynamic loader starts them with the root's own libraries, so that Python compiles for the
image's Python and GRUB's tools fit GRUB's modules, whatever the build machine has and whoever builds.
"""

from __future__ import annotations

from pathlib import Path

LIBRARIES = "usr/lib/x86_64-linux-gnu"


def command(tree: Path, program: str, *arguments: str | Path) -> list[str | Path]:
    """The argument list that starts ``program`` (a path inside the root) from the unpacked ``tree``."""
    return [
        tree / "usr/lib64/ld-linux-x86-64.so.2",
        "--library-path",
        tree / LIBRARIES,
        tree / program,
        *arguments,
    ]


def libraries(tree: Path, listing: str) -> list[Path]:
    """The libraries of the tree named in what the loader prints with ``--list``."""
    found = [
        Path(word) for line in listing.splitlines() for word in line.split() if word.startswith(str(tree))
    ]
    return [path for path in found if path.exists()]
