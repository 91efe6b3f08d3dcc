"""Network boot's folder: menus and settings, what is carried, and how it is renewed where it is in use."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from host.errors import HostError
from iso_build import initramfs
from iso_build.netboot import archive, loaders, samples
from iso_build.netboot.publish import publish
from iso_build.release import version
from kernel_config import cmdline
from tests.kickstart.support import said_about

URL = "http://deploy.example:8080/lab/"


@pytest.fixture(params=["", URL])
def texts(request: pytest.FixtureRequest) -> dict[str, str]:
    return dict(samples.texts(request.param))


def test_every_menu_starts_the_installer_from_two_initrds(texts: dict[str, str]) -> None:
    for name in ("grub/grub.cfg", "boot.ipxe", "pxelinux.cfg/default", "pxelinux.cfg/01-aa-bb-cc-dd-ee-ff"):
        text = texts[name]
        assert " ".join(cmdline.install()) + " bedplate.source=" in text, name
        assert "bedplate/initrd" in text.replace("${source}", "bedplate/"), name
        assert "initrd.net" in text, name


def test_nothing_is_left_to_fill_in(texts: dict[str, str]) -> None:
    for name, text in texts.items():
        assert not re.search(r"@[A-Z]+@", text), name
        assert not re.search(r"[ \t]$", text, re.MULTILINE), name


def test_an_address_that_is_given_is_in_every_menu() -> None:
    texts = dict(samples.texts(URL.rstrip("/")))
    assert "192.0.2.1/" not in "".join(texts.values())
    for name in ("grub/grub.cfg", "pxelinux.cfg/default"):
        assert f"{URL}bedplate/" in texts[name]
    assert f"set server {URL}\n" in texts["boot.ipxe"]
    assert f",{URL}efi/bootx64.efi\n" in texts["dnsmasq.conf"]


def test_without_one_the_menus_ask_the_server_they_came_from() -> None:
    texts = dict(samples.texts(""))
    assert 'set source="http://$server/bedplate/"' in texts["grub/grub.cfg"]
    assert "set server http://${next-server}/\n" in texts["boot.ipxe"]
    assert "Put your server's address" in texts["dnsmasq.conf"]


@pytest.mark.parametrize(
    "text",
    [
        "deploy",
        "ftp://deploy/",
        "http://",
        "http:///x",
        "http://a:b/",
        "http://a/?x",
        "http://a b/",
        "http://u:p@a/",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(HostError, match="no address of a folder"):
        dict(samples.texts(text))


def test_the_examples_name_a_machine_that_cannot_be() -> None:
    """aa:… is an address nobody's card has from its maker (bit 1 of the first byte)."""
    own = [name for name in dict(samples.texts("")) if "01-" in name]
    assert len(own) == 3 and all("01-aa-bb-cc-dd-ee-ff" in name for name in own)


def test_the_example_of_a_kickstart_file_installs_nowhere_as_it_is() -> None:
    """Its password is to be replaced, and that is the only thing wrong with it."""
    text = dict(samples.texts(URL))["ks/sample.cfg"]
    (wrong,) = said_about(text).diagnostics
    assert "rootpw" in text.splitlines()[wrong.line - 1] and "hash" in wrong.message, str(wrong)


@pytest.mark.processes
def test_the_menus_are_valid_to_grub(tmp_path: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        if name.startswith("grub/"):
            path = tmp_path / Path(name).name
            path.write_text(text)
            subprocess.run(["grub-script-check", path], check=True)


GRUB = r"""
set() { declare -g "$1"; }
serial() { return 1; }
[() { if test "$1" = -e; then test -e "$2"; else test "${@:1:$#-1}"; fi; }
source() { . "$1"; }
regexp() {
    local names=()
    while [[ $1 == --set=* ]]; do names+=("${1#--set=}"); shift; done
    [[ $2 =~ $1 ]] || return 1
    local name number
    for name in "${names[@]}"; do
        number=${name%%:*}
        declare -g "${name#*:}=${BASH_REMATCH[$number]}"
    done
}
linux() { echo "$@"; }
initrd() { echo "$@"; }
menuentry() { entry=$2; [ "$4" = install ] || return 0; }
"""


def choose(folder: Path, menu: str, **variables: str) -> list[str]:
    """What the entry "install" loads: GRUB's script is near enough to bash for the menu to run there."""
    text = re.sub(r'menuentry "([^"]*)" --id (\w+) \{\n(.*?)\n\}', _entry, menu, flags=re.DOTALL)
    given = "".join(f"{name}={shlex.quote(value)}\n" for name, value in variables.items())
    script = f'{GRUB}\nprefix={folder}\n{given}{text}\necho "$timeout $default"\ninstall\n'
    ran = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    return [line for line in ran.stdout.splitlines() if not line.startswith("Loading")]


def _entry(match: re.Match[str]) -> str:
    return f"{match[2]}() {{\n{match[3]}\n}}"


@pytest.mark.processes
def test_a_machine_with_a_file_of_its_own_gets_what_is_in_it(tmp_path: Path) -> None:
    texts = dict(samples.texts(""))
    (tmp_path / "01-aa-bb-cc-dd-ee-ff.cfg").write_text(texts["grub/01-aa-bb-cc-dd-ee-ff.cfg"])
    menu = texts["grub/grub.cfg"]
    seen = {"net_default_server": "192.0.2.9", "root": "tftp,192.0.2.9"}
    timing, kernel, initrds = choose(tmp_path, menu, net_default_mac="aa:bb:cc:dd:ee:ff", **seen)
    assert timing == "3 install"
    assert kernel.endswith(
        "bedplate.source=http://192.0.2.9/bedplate/ BOOTIF=01-aa-bb-cc-dd-ee-ff ks=http://192.0.2.1/ks/sample.cfg"
    )
    assert initrds == "/bedplate/initrd /bedplate/initrd.net"
    timing, kernel, _ = choose(tmp_path, menu, net_default_mac="52:54:00:00:00:01", **seen)
    assert timing == "10 install"
    assert kernel.endswith(" BOOTIF=01-52-54-00-00-00-01")
    _, kernel, _ = choose(tmp_path, menu, net_default_server="x", root="http,192.0.2.9:8080")
    assert kernel.endswith("bedplate.source=http://192.0.2.9:8080/bedplate/")


def test_shim_finds_grub_beside_itself() -> None:
    assert {Path(name).parent for name in loaders.UEFI} == {Path("efi")}
    assert Path("efi/grubx64.efi") in {Path(name) for name in loaders.UEFI}


def test_the_list_for_the_shell_is_that_of_the_manifest() -> None:
    manifest = '{"files": {"initrd": {"size": 3, "sha256": "aa"}, "vmlinuz": {"size": 5, "sha256": "bb"}}}'
    assert archive.file_list(manifest) == "aa 3 initrd\nbb 5 vmlinuz\n"


@pytest.mark.processes
def test_the_scripts_are_valid_to_busybox() -> None:
    for path in (initramfs.SOURCE / "init", archive.SCRIPTS / "fetch", archive.SCRIPTS / "lease"):
        subprocess.run(["busybox", "sh", "-n", path], check=True)


# The order of the adapters


@pytest.mark.processes
def test_adapters_have_the_order_of_vmnic_numbers(tmp_path: Path) -> None:
    """PCI address, then port; on other buses by MAC; no bridges, virtual functions, wireless."""
    net, devices = tmp_path / "net", tmp_path / "devices"
    pci = "pci0000:00/0000:00:1c.0"

    def adapter(
        name: str, device: str, mac: str, *, port: str = "0", index: str = "1", kind: str = "1"
    ) -> None:
        folder = net / name
        folder.mkdir(parents=True)
        if device:
            (devices / device).mkdir(parents=True, exist_ok=True)
            (folder / "device").symlink_to(devices / device)
        for attribute, text in (("address", mac), ("dev_port", port), ("ifindex", index), ("type", kind)):
            (folder / attribute).write_text(text + "\n")

    adapter("eth0", f"{pci}/0000:04:00.1", "52:00:00:00:00:01", index="10")
    adapter("eth1", f"{pci}/0000:04:00.0", "52:00:00:00:00:02", port="1", index="3")
    adapter("eth2", f"{pci}/0000:04:00.0", "52:00:00:00:00:03", port="0", index="4")
    adapter("eth3", "pci0000:00/0000:00:03.0/virtio1", "52:00:00:00:00:04")
    adapter("eth4", "pci0000:00/0000:00:14.0/usb1/1-1/1-1:1.0", "52:00:00:00:00:06")
    adapter("eth5", "LNXSYSTM:00/vmbus/netvsc", "52:00:00:00:00:05")
    adapter("lo", "", "00:00:00:00:00:00", kind="772")
    adapter("br0", "", "52:00:00:00:00:07")
    adapter("vf0", f"{pci}/0000:05:00.1", "52:00:00:00:00:08")
    (devices / pci / "0000:05:00.1/physfn").mkdir()
    adapter("wlan0", f"{pci}/0000:06:00.0", "52:00:00:00:00:09")
    (net / "wlan0/wireless").mkdir()
    script = f"run={tmp_path}; . {archive.SCRIPTS / 'fetch'}; net={net}; adapters"
    told = subprocess.run(["busybox", "sh", "-c", script], capture_output=True, text=True, check=True).stdout
    assert told.split()[::2] == ["eth3", "eth2", "eth1", "eth0", "eth5", "eth4"]
    assert told.splitlines()[0] == "eth3 52:00:00:00:00:04"


# Renewing the folder


def made(folder: Path, build: str, menu: str = "menu 1") -> Path:
    (folder / "bedplate").mkdir(parents=True)
    (folder / "bedplate/manifest.json").write_text(build)
    (folder / f"bedplate/system-{build}.img").write_text(build)
    (folder / "grub.cfg").write_text(menu)
    return folder


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "menus.json"
    }


def test_a_folder_in_use_is_renewed(tmp_path: Path) -> None:
    there = tmp_path / "there"
    assert publish(made(tmp_path / "1", "one"), there, ["grub.cfg"]) == []
    (there / "grub").mkdir()
    (there / "grub/01-own.cfg").write_text("a machine's own")
    assert publish(made(tmp_path / "2", "two", "menu 2"), there, ["grub.cfg"]) == []
    assert contents(there) == {
        "bedplate/manifest.json": "two",
        "bedplate/system-two.img": "two",
        "grub.cfg": "menu 2",
        "grub/01-own.cfg": "a machine's own",
    }


def test_a_menu_that_was_changed_stays(tmp_path: Path) -> None:
    there = tmp_path / "there"
    publish(made(tmp_path / "1", "one"), there, ["grub.cfg"])
    (there / "grub.cfg").write_text("mine")
    assert publish(made(tmp_path / "2", "two", "menu 2"), there, ["grub.cfg"]) == ["grub.cfg"]
    assert (there / "grub.cfg").read_text() == "mine"
    assert (there / "grub.cfg.new").read_text() == "menu 2"
    # And the next time as well, although it has been seen before.
    assert publish(made(tmp_path / "3", "two", "menu 2"), there, ["grub.cfg"]) == ["grub.cfg"]
    assert (there / "grub.cfg").read_text() == "mine"


def test_somebody_elses_folder_is_not_touched(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    (there / "precious").write_text("x")
    with pytest.raises(HostError, match="something else"):
        publish(made(tmp_path / "1", "one"), there, [])
    assert contents(there) == {"precious": "x"}


def test_the_version_is_in_the_menu() -> None:
    assert f"Install Bedplate {version()}" in dict(samples.texts(""))["grub/grub.cfg"]
