"""Scripts change several settings at the same time: the files for the next start are whole all the same."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from host import boot, paths
from host.config import apply, render, store
from host.config.model import HostConfig, Settings

IMAGE = "ab" * 32


@pytest.mark.root
def test_many_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root, because the files are made from /etc/shadow."""
    config = tmp_path / "config"
    monkeypatch.setattr(paths, "CONFIG", config)
    monkeypatch.setattr(paths, "RENDERED", tmp_path / "rendered")
    (tmp_path / "boot.json").write_text(msgspec.json.encode(boot.Boot(image=IMAGE)).decode())
    monkeypatch.setattr(boot.load, "__defaults__", (tmp_path / "boot.json",))
    store.save(HostConfig(uuid="1"), config)

    def change(number: int) -> None:
        def make(old: HostConfig) -> HostConfig:
            return msgspec.structs.replace(old, settings=Settings(shell_idle=number))

        apply.keep(store.update(make, config))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(change, range(1, 25)))
    last = store.load(config).config
    profile = tmp_path / "rendered/etc/profile.d/bedplate.sh"
    stamp = tmp_path / "rendered" / render.STAMP
    if stamp.exists():
        assert stamp.read_text() == render.stamp_of(config, IMAGE)
        assert f"TMOUT={last.settings.shell_idle}\n" in profile.read_text()
    apply.keep(last)
    assert stamp.read_text() == render.stamp_of(config, IMAGE)
    assert f"TMOUT={last.settings.shell_idle}\n" in profile.read_text()
