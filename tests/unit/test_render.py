"""The files that a configuration becomes, and how they are kept for the next start."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from host.config import render, store, tree
from host.config.files import GENERATED, File
from host.config.model import (
    HostConfig,
    Ipv4,
    Ipv4Mode,
    ManagementNetwork,
    ServicePolicy,
    Services,
    Settings,
    Uplink,
)
from host.errors import HostError

SHADOW = "root:*:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\nsshd:!:19000::::::\n"
CONFIG = HostConfig(
    uuid="1",
    hostname="esx01.example.com",
    password_hash="$y$j9T$abc",
    nics=(Uplink(name="vmnic0", mac="52:54:00:00:00:0a"),),
)


def text(config: HostConfig, path: str) -> str:
    return render.render(config, shadow=SHADOW)[path].text


def test_rendering_twice_gives_the_same() -> None:
    assert render.render(CONFIG, shadow=SHADOW) == render.render(CONFIG, shadow=SHADOW)


def test_files_say_that_they_are_generated() -> None:
    silent = {"etc/shadow", "etc/hostname"}
    for path, file in render.render(CONFIG, shadow=SHADOW).items():
        assert file.symlink or path in silent or file.text.startswith(GENERATED), path


def test_the_host_name() -> None:
    assert text(CONFIG, "etc/hostname") == "esx01.example.com\n"
    assert "\n127.0.1.1 esx01.example.com esx01\n" in text(CONFIG, "etc/hosts")


def test_a_host_without_a_name_is_localhost_once() -> None:
    nameless = msgspec.structs.replace(CONFIG, hostname="localhost")
    assert text(nameless, "etc/hostname") == "localhost\n"
    assert "127.0.1.1" not in text(nameless, "etc/hosts")


def test_a_fixed_address_is_the_host_names() -> None:
    ipv4 = Ipv4(mode=Ipv4Mode.STATIC, address="192.0.2.10", netmask="255.255.255.0")
    fixed = msgspec.structs.replace(CONFIG, management=ManagementNetwork(ipv4=ipv4))
    assert "\n192.0.2.10 esx01.example.com esx01\n" in text(fixed, "etc/hosts")


def test_only_roots_password_changes() -> None:
    file = render.render(CONFIG, shadow=SHADOW)["etc/shadow"]
    assert file.mode == 0o640
    assert file.text == SHADOW.replace("root:*:", "root:$y$j9T$abc:")
    assert render.render(CONFIG, shadow=file.text)["etc/shadow"] == file


def test_no_password_means_that_nobody_logs_in() -> None:
    closed = msgspec.structs.replace(CONFIG, password_hash="")
    for base in (SHADOW, SHADOW.replace("root:*", "root:"), "daemon:*:1::::::\n", ""):
        lines = render.render(closed, shadow=base)["etc/shadow"].text.splitlines()
        assert lines[0].startswith("root:*:")
        assert len(lines[0].split(":")) == 9
        assert sum(line.startswith("root:") for line in lines) == 1


def test_the_keymap_is_given_by_path() -> None:
    german = msgspec.structs.replace(CONFIG, keyboard="German")
    assert text(german, "etc/vconsole.conf").endswith("/keymaps/de.map.gz\n")


def test_an_unknown_keyboard_does_not_stop_the_host() -> None:
    strange = msgspec.structs.replace(CONFIG, keyboard="Klingon")
    assert text(strange, "etc/vconsole.conf").endswith("/keymaps/us.map.gz\n")


def test_ssh_keys_are_on_state() -> None:
    keys = [
        line
        for line in text(CONFIG, "etc/ssh/sshd_config.d/10-bedplate.conf").splitlines()
        if "HostKey" in line
    ]
    assert keys
    assert all(" /state/ssh/" in line for line in keys)


@pytest.mark.parametrize("name", ["ssh.service", "bedplate-shell@tty2.service"])
def test_a_service_starts_with_the_host_only_when_it_should(name: str) -> None:
    path = f"etc/systemd/system/multi-user.target.wants/{name}"
    assert path not in render.render(CONFIG, shadow=SHADOW)
    on = msgspec.convert({"ssh": "on", "shell": "on"}, Services)
    assert render.render(msgspec.structs.replace(CONFIG, services=on), shadow=SHADOW)[path].symlink


def test_shells_end_after_a_time_only_where_that_is_set(tmp_path: Path) -> None:
    waiting = msgspec.structs.replace(CONFIG, settings=Settings(shell_idle=900))
    assert text(waiting, "etc/profile.d/bedplate.sh").endswith("\nTMOUT=900\n")
    for config in (waiting, CONFIG):
        tree.write(render.render(config, shadow=SHADOW), tmp_path, render.OWNED)
    assert not (tmp_path / "etc/profile.d/bedplate.sh").exists()


def test_a_running_installer_asks_for_an_address_on_every_adapter() -> None:
    network = render.live()["etc/systemd/network/80-live.network"].text
    assert "DHCP=yes" in network
    assert "Kind=!*" in network


def test_the_tree_holds_every_file_with_its_mode(tmp_path: Path) -> None:
    render.write_tree(CONFIG, tmp_path / "rendered", "stamp\n", shadow=SHADOW)
    for path, file in render.render(CONFIG, shadow=SHADOW).items():
        assert (tmp_path / "rendered" / path).read_text() == file.text
        assert (tmp_path / "rendered" / path).stat().st_mode & 0o7777 == file.mode
    assert (tmp_path / "rendered" / render.STAMP).read_text() == "stamp\n"


def test_the_stamp_is_of_document_and_image(tmp_path: Path) -> None:
    store.save(CONFIG, tmp_path)
    first = render.stamp_of(tmp_path, "cafe")
    digest, image = first.splitlines()
    assert (len(digest), image) == (64, "cafe")
    store.save(msgspec.structs.replace(CONFIG, hostname="other"), tmp_path)
    assert render.stamp_of(tmp_path, "cafe").splitlines()[0] != digest


def test_a_tree_without_a_stamp_loses_the_old_one(tmp_path: Path) -> None:
    render.write_tree(CONFIG, tmp_path, "stamp\n", shadow=SHADOW)
    render.write_tree(CONFIG, tmp_path, "", shadow=SHADOW)
    assert not (tmp_path / render.STAMP).exists()


def test_a_tree_that_failed_half_way_has_no_stamp(tmp_path: Path) -> None:
    render.write_tree(CONFIG, tmp_path, "stamp\n", shadow=SHADOW)
    (tmp_path / "etc/hosts").unlink()
    (tmp_path / "etc/hosts").mkdir()
    (tmp_path / "etc/hosts/in-the-way").touch()
    with pytest.raises(HostError, match="could not be written"):
        render.write_tree(
            msgspec.structs.replace(CONFIG, hostname="new"), tmp_path, "stamp 2\n", shadow=SHADOW
        )
    assert not (tmp_path / render.STAMP).exists()


def test_writing_again_changes_nothing(tmp_path: Path) -> None:
    files = render.render(CONFIG, shadow=SHADOW)
    assert tree.write(files, tmp_path, render.OWNED) == frozenset(files)
    assert tree.write(files, tmp_path, render.OWNED) == frozenset()


def test_what_is_not_rendered_any_more_goes_and_other_files_stay(tmp_path: Path) -> None:
    on = msgspec.structs.replace(CONFIG, services=Services(ssh=ServicePolicy.ON))
    tree.write(render.render(on, shadow=SHADOW), tmp_path, render.OWNED)
    link = "etc/systemd/system/multi-user.target.wants/ssh.service"
    foreign = tmp_path / "etc/systemd/network/99-mine.network"
    foreign.write_text("[Match]\n")
    other = tmp_path / "etc/systemd/system/multi-user.target.wants/other.service"
    other.symlink_to("/nowhere")
    changed = tree.write(render.render(CONFIG, shadow=SHADOW), tmp_path, render.OWNED)
    assert changed == {link, "etc/systemd/network/99-mine.network"}
    assert not (tmp_path / link).is_symlink()
    assert other.is_symlink()


def test_a_link_in_a_files_place_is_replaced_and_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("text")
    (tmp_path / "root").mkdir()
    (tmp_path / "root/file").symlink_to(outside)
    tree.write({"file": File("text")}, tmp_path / "root", ())
    assert not (tmp_path / "root/file").is_symlink()
    assert outside.read_text() == "text"


def test_a_changed_mode_is_a_change(tmp_path: Path) -> None:
    tree.write({"file": File("text")}, tmp_path, ())
    assert tree.write({"file": File("text", mode=0o600)}, tmp_path, ()) == {"file"}
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600
