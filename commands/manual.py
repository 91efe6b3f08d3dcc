"""docs/commands.md, as far as it is made from the table. ``-m commands.manual --write`` makes it anew."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from commands import known, usage
from commands.language import Layout, Verb
from commands.table import VERBS
from host import settings

PAGE = Path(__file__).parent.parent / "docs" / "commands.md"
_GENERATED = re.compile(r"(<!-- generated -->\n).*?(<!-- end -->)", re.DOTALL)


def page_part() -> str:
    """The part of docs/commands.md that is made from the table."""
    return "\n".join(
        (
            "## esxcli and localcli\n",
            *(_part(verb) for verb in VERBS if verb.program == "esxcli"),
            "## vim-cmd\n",
            *(_part(verb) for verb in VERBS if verb.program == "vim-cmd"),
            "## Advanced settings\n",
            _settings(),
            "## Not there yet\n",
            *(_names(program, names) for program, names in known.LATER.items()),
            "## Without a meaning here\n",
            _reasons(),
        )
    )


def filled(text: str) -> str:
    """The page with its generated part written anew."""
    return _GENERATED.sub(lambda found: f"{found[1]}\n{page_part()}\n{found[2]}", text)


def _part(verb: Verb) -> str:
    arguments = "".join(f" {each.name}" if each.required else f" [{each.name}]" for each in verb.arguments)
    lines = [f"### `{verb.path}{arguments}`\n", f"{verb.help}{_prints(verb)}\n"]
    rows = [(usage.spelled(each), usage.described(each)) for each in verb.options]
    rows += [(each.name, each.help) for each in verb.arguments]
    if rows:
        lines += [f"| {'option' if verb.options else 'argument'} | meaning |", "|---|---|"]
        lines += [f"| `{_cell(name)}` | {_cell(meaning)} |" for name, meaning in rows]
        lines.append("")
    return "\n".join(lines)


def _prints(verb: Verb) -> str:
    if verb.layout is Layout.NOTHING:
        return ""
    return f" Prints {', '.join(f'`{name}`' for name in verb.fields)}."


def _settings() -> str:
    rows = "".join(
        f"| `{each.path}` | {each.least} to {each.most} | {each.default} | {each.help} |\n"
        for each in settings.SETTINGS
    )
    return f"| setting | values | default | meaning |\n|---|---|---|---|\n{rows}"


def _names(program: str, names: tuple[str, ...]) -> str:
    listed = ", ".join(f"`{name}`" for name in names if name)
    return f"`{program}`" + (f": {listed}" if listed else "") + ".\n"


def _reasons() -> str:
    rows = "".join(
        f"| `{f'{program} {path}'.strip()}` | {why.partition(': ')[2]} |\n"
        for program, paths in known.NEVER.items()
        for path, why in paths
    )
    return f"| command | why |\n|---|---|\n{rows}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main(arguments: list[str]) -> int:
    """Print the generated part, or write it into the page."""
    if arguments == ["--write"]:
        PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        sys.stdout.write(page_part() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
