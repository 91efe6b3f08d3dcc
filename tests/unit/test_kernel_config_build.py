"""The command that builds a kernel, without building one."""

from __future__ import annotations

import os
import shlex
import stat
from pathlib import Path

import msgspec
import pytest

from host.errors import HostError
from kernel_config import build


def test_the_build_needs_nothing_of_the_machine_but_mmdebstrap(tmp_path: Path) -> None:
    out = tmp_path / "with space"
    command = build.command(out, 3, mirror="http://mirror.example/debian")
    assert command[0] == "mmdebstrap"
    assert command[-3:] == [build.SUITE, "/dev/null", "http://mirror.example/debian"]
    assert build.command(out, 3)[-2:] == [build.SUITE, "/dev/null"]
    included = next(word for word in command if word.startswith("--include="))
    assert set(included.removeprefix("--include=").split(",")) == {*build.TOOLS, build.SOURCE_PACKAGE}
    hooks = [word.split("=", 1)[1] for word in command if "hook=" in word]
    moved = [shlex.split(hook) for hook in hooks if hook.startswith(("upload", "download"))]
    assert all(len(words) == 3 for words in moved)
    assert ["download", "/build/out/linux-image.deb", str(out / "linux-image.deb")] in moved
    assert any("JOBS=3 NAME=-bedplate" in hook for hook in hooks)


def test_the_key_of_an_earlier_build_is_used_again(tmp_path: Path) -> None:
    key = f"upload {tmp_path}/signing-key.pem /build/signing-key.pem"
    assert not any(key in word for word in build.command(tmp_path, 1))
    (tmp_path / "signing-key.pem").write_text("key")
    assert any(key in word for word in build.command(tmp_path, 1))


def test_an_up_to_date_package_is_not_built_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    package = tmp_path / "linux-image-6.12.1-bedplate_1_amd64.deb"
    built = build.Built(
        inputs=build.inputs(), package=package.name, version="6.12.1-bedplate", seconds=1, package_size=1
    )
    (tmp_path / "built.json").write_bytes(msgspec.json.encode(built))
    with pytest.raises(HostError, match="mmdebstrap is missing"):
        build.build(tmp_path, jobs=1)
    package.write_text("")
    assert build.build(tmp_path, jobs=1) == package
    assert "up to date" in capsys.readouterr().out
    with pytest.raises(HostError, match="mmdebstrap is missing"):
        build.build(tmp_path, jobs=1, force=True)
    monkeypatch.setattr(build, "SOURCE_PACKAGE", "linux-source-9")
    with pytest.raises(HostError, match="mmdebstrap is missing"):
        build.build(tmp_path, jobs=1)


def test_too_little_room_is_said_before_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "mmdebstrap"
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(build, "SPACE", 2**70)
    with pytest.raises(HostError, match="GiB free; building a kernel takes") as error:
        build.build(tmp_path, jobs=1)
    assert "TMPDIR" in error.value.hint


@pytest.mark.processes
def test_what_the_build_does_with_what_comes_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for mmdebstrap puts a configuration and a package where the hooks would."""
    tools, out = tmp_path / "tools", tmp_path / "out"
    tools.mkdir()
    stand_in = tools / "mmdebstrap"
    stand_in.write_text(
        "#!/bin/sh\nset -e\ncd " + shlex.quote(str(out)) + "\n"
        "cat fragment.config added > config\necho 'I: success' > build.log\n"
        "echo key > signing-key.pem\n"
        "mkdir -p p/DEBIAN\n"
        "printf 'Package: linux-image-6.12.1-bedplate\\nVersion: 6.12.1-1+bedplate\\nArchitecture: amd64\\n"
        "Maintainer: x <x@x>\\nDescription: x\\n' > p/DEBIAN/control\n"
        "dpkg-deb --root-owner-group --build p linux-image.deb >/dev/null\n"
    )
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    monkeypatch.setattr(build, "SPACE", 0)
    out.mkdir()
    (out / "added").touch()
    (out / "linux-image-6.11.0-bedplate_6.11_amd64.deb").write_text("an older one")

    with pytest.raises(HostError, match="not the configuration of a 64-bit x86 kernel"):
        build.build(out, jobs=1)
    (out / "added").write_text("CONFIG_X86_64=y\n")
    package = build.build(out, jobs=1)

    assert package.name == "linux-image-6.12.1-bedplate_6.12.1-1+bedplate_amd64.deb"
    assert list(out.glob("*.deb")) == [package]
    assert stat.S_IMODE((out / "signing-key.pem").stat().st_mode) == 0o600
    written = msgspec.json.decode((out / "built.json").read_bytes(), type=build.Built)
    assert (written.version, written.package) == ("6.12.1-bedplate", package.name)

    stand_in.write_text("#!/bin/sh\nexit 3\n")
    with pytest.raises(HostError, match="ended with code 3") as error:
        build.build(out, jobs=1, force=True)
    assert "build.log" in error.value.hint


@pytest.mark.processes
def test_the_script_is_good_shell_and_names_its_halves() -> None:
    from host.run import run

    assert os.access(build.SCRIPT, os.X_OK)
    run(["sh", "-n", build.SCRIPT])
