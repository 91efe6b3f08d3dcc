"""``python3 -m kernel_config check FILE | build [--out DIR] [--jobs N] | docs [--check]``."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from host.errors import HostError


def main(argv: list[str] | None = None) -> int:
    """Run one command; 0 when all is well, 1 when not."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.command(arguments))
    except HostError as error:
        print(f"{error.message}\n{error.hint}".rstrip(), file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m kernel_config", description="The appliance's kernel.")
    commands = parser.add_subparsers(required=True)

    check = commands.add_parser("check", help="does a kernel configuration have what the appliance needs?")
    check.add_argument("file", type=Path, help="/boot/config-VERSION of the kernel")
    check.set_defaults(command=_check)

    build = commands.add_parser("build", help="build our own kernel package from Debian's linux-source")
    build.add_argument("--out", type=Path, default=Path("build/kernel"), help="where it goes (%(default)s)")
    build.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="compilers at once (%(default)s)"
    )
    build.add_argument("--force", action="store_true", help="also when the package there is up to date")
    build.set_defaults(command=_build)

    docs = commands.add_parser("docs", help="write the tables of docs/kernel.md anew")
    docs.add_argument("--check", action="store_true", help="change nothing; 1 when they are out of date")
    docs.set_defaults(command=_docs)
    return parser


def _check(arguments: argparse.Namespace) -> int:
    from kernel_config.check import check_file

    missing = check_file(arguments.file)
    for one in missing:
        print(one)
    print(
        f"{arguments.file}: " + (f"{len(missing)} options missing" if missing else "has all that is needed")
    )
    return 1 if missing else 0


def _build(arguments: argparse.Namespace) -> int:
    from kernel_config.build import build

    build(arguments.out, jobs=arguments.jobs, force=arguments.force)
    return 0


def _docs(arguments: argparse.Namespace) -> int:
    from kernel_config.docs import is_fresh, write

    if not arguments.check:
        write()
        return 0
    if is_fresh():
        return 0
    print("docs/kernel.md is out of date. Run: python3 -m kernel_config docs", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
