"""The main job on a machine with UEFI that enforces Secure Boot, and with an NVMe disk."""

from __future__ import annotations

from tests.vm.host_walk import HostWalk
from tools.qemu import Bus, Firmware


class TestSecureBoot(HostWalk):
    firmware = Firmware.SECUREBOOT
    bus = Bus.NVME
    # A machine in an emulated machine takes minutes, and does the same as by BIOS.
    test_libvirt_runs_a_kvm_machine = None  # type: ignore[assignment]
    # Likewise; that such a host starts again is seen with the stick of test_remaster and when it is upgraded.
    test_restart_by_f12_keeps_the_settings = None  # type: ignore[assignment]
