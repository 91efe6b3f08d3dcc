"""Settings of modules, each with its reason, for /etc/modprobe.d.

There is no list of forbidden modules: what must not load is not in the image (kernel_config.tables.modules).
"""

from __future__ import annotations

import msgspec


class ModuleOption(msgspec.Struct, frozen=True):
    """Options of one module."""

    module: str
    options: str
    reason: str


OPTIONS = (
    ModuleOption(
        "kvm_intel", "nested=1", "guests may be hypervisors; stated so that no kernel's default decides"
    ),
    ModuleOption("kvm_amd", "nested=1", "the same for AMD"),
    ModuleOption("bonding", "max_bonds=0", "no bond0 that nobody asked for"),
    ModuleOption("dummy", "numdummies=0", "no dummy0 that nobody asked for"),
)


def render_modprobe() -> str:
    """The text of a file for /etc/modprobe.d, see modprobe.d(5)."""
    return "".join(f"# {row.reason}\noptions {row.module} {row.options}\n" for row in OPTIONS)
