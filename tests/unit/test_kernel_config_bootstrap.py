"""What a root made by mmdebstrap must not depend on, and what it cannot do without."""

from __future__ import annotations

import pytest

from host.errors import HostError
from host.run import run
from kernel_config import bootstrap


@pytest.mark.processes
def test_packages_see_nothing_of_the_user_s_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CFLAGS", "-O0")
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    seen = run(["env"], env={"SOURCE_DATE_EPOCH": "0"}, inherit=bootstrap.INHERITED).stdout.splitlines()
    assert "http_proxy=http://proxy.example:3128" in seen
    assert "SOURCE_DATE_EPOCH=0" in seen
    assert not any(line.startswith(("CFLAGS=", "HOME=")) for line in seen)


def test_a_root_without_proc_and_dev_is_refused() -> None:
    bootstrap.demand_mounts("I: installing essential packages...\nW: gpg --version failed\n")
    for line in ("W: skipping mount proc", "W: skipping bind-mounting ./dev/null"):
        with pytest.raises(HostError, match="could not mount /proc and /dev"):
            bootstrap.demand_mounts(f"I: extracting archives...\n{line}\n")
