"""The names that the commands are called by. ``system/bin`` has a file for each, /bin and /sbin a link."""

from __future__ import annotations

PROGRAMS = (
    "esxcfg-firewall",
    "esxcfg-nics",
    "esxcfg-route",
    "esxcfg-vmknic",
    "esxcfg-vswitch",
    "esxcli",
    "localcli",
    "vim-cmd",
)
