"""Power cuts during the installation: the next boot either installs again or runs, never something half.

One installation is halted at several moments, and what its disk holds then is put aside: exactly what a cut
would have left. Each of these disks is started.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from host.run import run
from tests.vm import walk
from tests.vm.conftest import Boot
from tools.console import Console
from tools.qemu import Accel, Disk, Machine, create_disk

pytestmark = pytest.mark.vm

MOMENTS = {
    "the start": r"Step \d+ of",
    "the partition table": r"Partitioning the disk|Making file systems",
    "the file systems": r"Making file systems|Copying the system",
    "half of the copy": r"\b[3-9]\d ?%",
    "the boot loaders": r"Installing the boot loaders|Writing the configuration|Finishing",
    "the end": r"Finishing|Installation Complete",
}
"""When the power goes: what the progress screen shows then, in the order of the steps."""


@pytest.fixture(scope="module")
def machine(iso: Path, accel: Accel, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    disk = create_disk(tmp_path_factory.mktemp("disk") / "disk.img", 16 << 30)
    return Machine(accel=accel, iso=iso, disks=(Disk(disk),), volatile=True)


@pytest.fixture(scope="module")
def left(machine: Machine, boot: Boot) -> dict[str, Machine]:
    """The machine as each of the moments has left it."""
    lab = boot(machine)
    walk.reach_confirmation(lab.serial)
    lab.serial.press("f11")
    disks = {}
    for number, (moment, shown) in enumerate(MOMENTS.items()):
        lab.serial.wait_text(shown, walk.INSTALL)
        lab.qemu.qmp.command("stop")
        original = machine.disks[0].path
        copy = original.with_name(f"{number}.img")
        run(["cp", "--sparse=always", original, copy])
        disks[moment] = replace(machine, disks=(replace(machine.disks[0], path=copy),))
        lab.qemu.qmp.command("cont")
    lab.stop()
    return disks


@pytest.mark.parametrize("moment", MOMENTS)
def test_after_a_power_cut(left: dict[str, Machine], boot: Boot, moment: str) -> None:
    after = boot(left[moment])
    assert what_comes_up(after.serial) in ("medium", "host")
    after.stop()


def what_comes_up(console: Console) -> str:
    """What the machine turns out to start: the medium, or the host, and that only with everything working."""
    text = console.wait_text(r"Install Bedplate|<F2> Customize System", walk.BOOT)
    if "<F2>" not in text:
        return "medium"
    walk.reach_splash(console)
    walk.log_in(console)
    console.wait_text("System Customization", walk.SCREEN)
    return "host"


def test_an_interrupted_installation_can_be_repeated(left: dict[str, Machine], boot: Boot) -> None:
    again = boot(left["half of the copy"])
    walk.reach_disks(again.serial)
    again.serial.press("enter")
    again.serial.wait_text(r"Disk Is Not Empty|Bedplate Found", walk.SCREEN)
    walk.select(again.serial, "Install, overwrite")
    again.serial.press("enter")
    walk.answer_the_rest(again.serial)
    walk.finish(again.serial)
