"""The main job on a machine with UEFI that enforces Secure Boot, and with an NVMe disk."""

from __future__ import annotations

from tests.vm.host_walk import HostWalk
from tools.qemu import Bus, Firmware


class TestSecureBoot(HostWalk):
    firmware = Firmware.SECUREBOOT
    bus = Bus.NVME
    # A machine in an emulated machine takes minutes, and does the same as by BIOS.
    test_libvirt_runs_a_kvm_machine = None  # type: ignore[assignment]
