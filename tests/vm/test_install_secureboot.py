"""The main job on a machine with UEFI that enforces Secure Boot, and with an NVMe disk."""

from __future__ import annotations

import pytest

from tests.vm.host_walk import HostWalk
from tools.qemu import Bus, Firmware


@pytest.mark.extended
class TestSecureBoot(HostWalk):
    firmware = Firmware.SECUREBOOT
    bus = Bus.NVME
