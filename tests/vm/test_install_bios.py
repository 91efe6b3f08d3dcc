"""The main job on a machine with BIOS."""

from __future__ import annotations

from tests.vm.host_walk import HostWalk
from tools.qemu import Firmware


class TestBios(HostWalk):
    firmware = Firmware.BIOS
