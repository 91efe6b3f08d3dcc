"""How long a check of a kickstart file takes at a desk, the start of Python included, run natively."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from host.run import run
from tests.bench.result import Measurement
from tools.places import ROOT

RUNS = 20

SIZE = 20_000
"""Bytes; larger than nearly all files in use."""

_COMMANDS = """\
vmaccepteula
rootpw Kiosk!Lamp42x
keyboard 'US Default'
clearpart --firstdisk=local --overwritevmfs
install --firstdisk=local --overwritevmfs
network --bootproto=static --device=vmnic0 --ip=192.0.2.10 --netmask=255.255.255.0 --gateway=192.0.2.1 \
--nameserver=192.0.2.53,192.0.2.54 --hostname=esx01.example.net --vlanid=20 --addvmportgroup=0
reboot
%firstboot --interpreter=busybox
"""
_LINE = "esxcli network vswitch standard portgroup add --portgroup-name=PG{} --vswitch-name=vSwitch0\n"


def check(work: Path) -> list[Measurement]:
    """The median over some runs, in words and as JSON."""
    file = work / "ks.cfg"
    file.write_text(text())
    return [
        Measurement("check of a kickstart file of 20 kB", "ms", timed(file), 150),
        Measurement("the same with --json", "ms", timed(file, "--json"), 150),
    ]


def text() -> str:
    """A file of that size."""
    made, number = _COMMANDS, 0
    while len(made) < SIZE:
        made += _LINE.format(number)
        number += 1
    return made


def timed(file: Path, *options: str) -> tuple[float, ...]:
    """Milliseconds of each run, the first left out: it may have to compile."""
    argv = [sys.executable, "-m", "installer.kickstart", "check", str(file), *options]
    taken = []
    for _ in range(RUNS + 1):
        begin = time.perf_counter()
        run(argv, cwd=ROOT)
        taken.append((time.perf_counter() - begin) * 1000)
    return tuple(taken[1:])
