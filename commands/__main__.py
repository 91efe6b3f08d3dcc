"""``python3 -m commands esxcli system version get``: a command without its program."""

from __future__ import annotations

import sys

from commands.main import main

if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.stderr.write("usage: python3 -m commands PROGRAM [WORD ...]\n")
        sys.exit(2)
    sys.exit(main(sys.argv[1:]))
