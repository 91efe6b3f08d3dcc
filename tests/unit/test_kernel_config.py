"""The tables of kernel_config against Debian's kernel as it is: its options, its modules and their needs."""

from __future__ import annotations

import lzma
import re
from collections import Counter
from pathlib import Path

import pytest

from host.errors import HostError
from kernel_config import cmdline, modprobe, modules, own, sysctl
from kernel_config.__main__ import main
from kernel_config.check import check, check_file, parse
from kernel_config.options import options
from kernel_config.tables.initrd import CARRIED
from kernel_config.tables.modules import PARTS
from kernel_config.tables.netboot import FETCHING

DATA = Path(__file__).parent / "kernel"


@pytest.fixture(scope="module")
def debian() -> str:
    """What Debian's kernel sets of the options we ask about."""
    return (DATA / "debian.config").read_text()


@pytest.fixture(scope="module")
def modules_dep() -> str:
    """The whole modules.dep of the same kernel."""
    return lzma.decompress((DATA / "modules.dep.xz").read_bytes()).decode()


@pytest.fixture(scope="module")
def selection(modules_dep: str) -> modules.Selection:
    """What the table says about that kernel."""
    return modules.select(modules_dep)


# Options


def test_no_option_is_demanded_twice() -> None:
    assert [name for name, count in Counter(o.name for o in own.demands()).items() if count > 1] == []


def test_every_demand_can_be_written_and_has_a_reason() -> None:
    for option in own.demands():
        assert re.fullmatch(r"[A-Za-z0-9_]+", option.name), option
        assert option.reason, option
        assert option.own in option.allowed, option
        assert all(re.fullmatch(r'y|m|n|\d+|0x[0-9a-f]+|"[^"]*"', value) for value in option.allowed), option


def test_only_what_may_be_a_module_names_one() -> None:
    assert [o.name for o in options() if ("m" in o.allowed) != bool(o.module)] == []


def test_debians_kernel_has_all_that_is_needed(debian: str) -> None:
    assert check(debian) == []


@pytest.mark.parametrize(
    ("line", "instead", "have"),
    [
        ("CONFIG_KVM_AMD=m", "# CONFIG_KVM_AMD is not set", "n"),
        ("CONFIG_BRIDGE_VLAN_FILTERING=y", "", "n"),
        ("CONFIG_DM_VERITY=m\n", "", "n"),
        ("CONFIG_EFI_STUB=y", "CONFIG_EFI_STUB=m", "m"),
        ("CONFIG_SERIAL_8250_NR_UARTS=32", "CONFIG_SERIAL_8250_NR_UARTS=1", "1"),
        ("# CONFIG_LEGACY_TIOCSTI is not set", "CONFIG_LEGACY_TIOCSTI=y", "y"),
    ],
)
def test_one_wrong_option_is_found_and_named(debian: str, line: str, instead: str, have: str) -> None:
    assert line in debian
    (missing,) = check(debian.replace(line, instead))
    assert missing.option in line
    assert missing.have == have
    assert missing.reason
    assert f"CONFIG_{missing.option} is {have}, needs " in str(missing)


def test_an_option_with_a_longer_name_does_not_count(debian: str) -> None:
    fake = debian.replace("CONFIG_XFS_FS=m", "CONFIG_XFS_FS_ONLINE=m\n# CONFIG_XFS_FS=m")
    assert [m.option for m in check(fake)] == ["XFS_FS"]


def test_what_is_no_kernel_configuration_is_refused() -> None:
    with pytest.raises(HostError, match="not the configuration of a 64-bit x86 kernel") as error:
        check("CONFIG_ARM64=y\n")
    assert "/boot/config" in error.value.hint


def test_check_as_a_command(debian: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.write_text(debian)
    bad.write_text(debian.replace("CONFIG_VFIO_PCI=m", ""))
    assert main(["check", str(good)]) == 0
    assert main(["check", str(bad)]) == 1
    assert "CONFIG_VFIO_PCI is n" in capsys.readouterr().out
    assert main(["check", str(tmp_path / "none")]) == 1
    assert "cannot be read: No such file" in capsys.readouterr().err
    assert check_file(good) == []


# Our own kernel


def test_the_fragment_says_what_is_asked() -> None:
    text = own.fragment()
    assert "\nCONFIG_KVM=m\n" in text
    assert "\nCONFIG_SQUASHFS=y\n" in text
    assert '\nCONFIG_LOCALVERSION="-bedplate"\n' in text
    assert "\n# CONFIG_SOUND is not set\n" in text
    granted = {**parse(text), "X86_64": "y"}
    assert check("".join(f"CONFIG_{name}={value}\n" for name, value in granted.items())) == []


@pytest.mark.parametrize("line", ["CONFIG_X = y", "KVM=y", "# CONFIG_X is off"])
def test_a_wish_that_kconfig_would_not_understand_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=re.escape(line)):
        own.wishes(f"## a reason\n{line}\n")


# Modules


def test_every_module_of_debians_kernel_has_its_entry(modules_dep: str) -> None:
    dependencies = modules.parse_dependencies(modules_dep)
    assert len(dependencies) > 4000
    assert [path for path in dependencies if modules.part_of(path) is None] == []


def test_every_pattern_names_a_module(modules_dep: str) -> None:
    patterns = [pattern for part in PARTS for pattern in part.patterns]
    assert [pattern for pattern, count in Counter(patterns).items() if count > 1] == []
    used = {pattern for path in modules.parse_dependencies(modules_dep) for pattern in modules.fitting(path)}
    assert set(patterns) - used == set()


def test_the_table_alone_keeps_what_kept_modules_need(modules_dep: str, selection: modules.Selection) -> None:
    """The ISO build asks keep() before there is a modules.dep."""
    assert selection.pulled_in == ()
    dependencies = modules.parse_dependencies(modules_dep)
    assert all(set(dependencies[path]) <= set(selection.kept) for path in selection.kept)
    assert set(selection.kept) | set(selection.left_out) == set(dependencies)


def test_a_dependency_is_kept_though_the_table_leaves_it_out() -> None:
    text = "kernel/sound/core/snd.ko:\nkernel/fs/xfs/xfs.ko: kernel/sound/core/snd.ko\nkernel/sound/x.ko:\n"
    selection = modules.select(text)
    assert selection.kept == ("kernel/fs/xfs/xfs.ko", "kernel/sound/core/snd.ko")
    assert selection.pulled_in == ("kernel/sound/core/snd.ko",)
    assert selection.left_out == ("kernel/sound/x.ko",)


def test_a_missing_dependency_is_an_error() -> None:
    with pytest.raises(HostError, match=r"kernel/lib/gone\.ko is needed but missing"):
        modules.select("kernel/fs/xfs/xfs.ko: kernel/lib/gone.ko\n")


def test_what_is_no_modules_dep_is_refused() -> None:
    with pytest.raises(HostError, match="no list of module dependencies"):
        modules.select("kernel/fs/xfs/xfs.ko\n")


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("kernel/fs/xfs/xfs.ko.xz", True),
        ("fs/xfs/xfs.ko", True),
        ("kernel/fs/btrfs/btrfs.ko.zst", False),
        ("kernel/drivers/ata/pata_sis.ko.xz", True),
        ("kernel/drivers/ata/pata_rdc.ko.xz", False),
        ("kernel/drivers/scsi/megaraid.ko.xz", False),
        ("kernel/drivers/scsi/megaraid/megaraid_sas.ko.xz", True),
        ("kernel/sound/core/snd.ko.xz", False),
        ("kernel/new/thing.ko", False),
    ],
)
def test_the_longest_pattern_decides(path: str, kept: bool) -> None:
    assert modules.keep(path) is kept


def test_what_is_demanded_is_there_and_kept(debian: str, selection: modules.Selection) -> None:
    config = parse(debian)
    kept = {modules.module_name(path) for path in selection.kept}
    wanted = {o.module.replace("-", "_") for o in options() if config.get(o.name) == "m"}
    assert wanted - kept == set()


# The initrd


def test_the_initrd_can_load_what_it_carries(modules_dep: str, selection: modules.Selection) -> None:
    carried = modules.initrd_modules(modules_dep)
    dependencies = modules.parse_dependencies(modules_dep)
    for place, path in enumerate(carried):
        assert set(dependencies[path]) <= set(carried[:place]), path
    assert len(set(carried)) == len(carried)
    assert set(carried) <= set(selection.kept)
    at_once = modules.load_at_once(modules_dep)
    assert at_once == carried[: len(at_once)]


def test_what_the_initrd_carries_is_demanded_of_the_kernel() -> None:
    """So a module that a kernel does not list is built in, and never simply not there."""
    demanded = {o.module.replace("-", "_") for o in options() if o.module}
    assert {name for part in CARRIED for name in part.names} - demanded == set()


def test_the_initrd_reaches_the_image_on_any_medium(modules_dep: str) -> None:
    names = {modules.module_name(path) for path in modules.initrd_modules(modules_dep)}
    image = {"squashfs", "overlay", "dm_verity", "loop", "isofs", "vfat", "ext4", "nls_ascii", "nls_cp437"}
    media = {"sr_mod", "sd_mod", "usb_storage", "xhci_pci", "ahci", "nvme", "virtio_blk", "megaraid_sas"}
    assert (image | media) - names == set()


def test_modules_that_are_built_in_are_not_carried() -> None:
    assert modules.initrd_modules("kernel/drivers/nvme/host/nvme.ko:\n") == [
        "kernel/drivers/nvme/host/nvme.ko"
    ]


# Network boot


def test_network_boot_carries_what_the_initrd_lacks_and_no_more(
    modules_dep: str, selection: modules.Selection
) -> None:
    carried, there = modules.netboot_modules(modules_dep), modules.initrd_modules(modules_dep)
    assert set(carried) & set(there) == set()
    assert set(carried) <= set(selection.kept)
    dependencies = modules.parse_dependencies(modules_dep)
    for path in carried:
        assert set(dependencies[path]) <= {*carried, *there}, path


def test_network_boot_has_every_kept_adapter(modules_dep: str, selection: modules.Selection) -> None:
    names = {modules.module_name(path) for path in modules.netboot_modules(modules_dep)}
    assert {
        "virtio_net",
        "vmxnet3",
        "hv_netvsc",
        "e1000e",
        "igb",
        "ixgbe",
        "ice",
        "tg3",
        "r8169",
        "r8152",
    } - names == set()
    assert {"bnxt_en", "mlx5_core", "8021q", "realtek"} - names == set()
    ethernet = {path for path in selection.kept if "/drivers/net/ethernet/" in path}
    assert ethernet <= set(modules.netboot_modules(modules_dep))


def test_every_pattern_of_network_boot_fits_something(modules_dep: str) -> None:
    carried = [
        modules.without_ending(path).removeprefix("kernel/") for path in modules.netboot_modules(modules_dep)
    ]
    for pattern in (pattern for part in FETCHING for pattern in part.patterns):
        assert any(name.startswith(pattern) for name in carried), pattern


# Command line, settings


def test_command_lines() -> None:
    for words in (cmdline.install(), cmdline.host()):
        assert len(set(words)) == len(words)
        assert not any(" " in word or '"' in word for word in words)
        consoles = [word for word in words if word.startswith("console=")]
        assert consoles == ["console=ttyS0,115200n8", "console=tty0"]
    assert "bedplate.mode=install" in cmdline.install()
    assert "bedplate.mode=install" not in cmdline.host()
    rows = (*cmdline.COMMON, *cmdline.INSTALL, *cmdline.HOST)
    assert all(row.reason for row in rows)


def test_variants_change_what_they_say() -> None:
    known = {row.text for row in (*cmdline.COMMON, *cmdline.INSTALL, *cmdline.HOST)}
    for variant in cmdline.VARIANTS:
        assert set(variant.drop) <= known, variant.title
        for words in (cmdline.install(variant), cmdline.host(variant)):
            assert not set(words) & (set(variant.drop) - set(variant.add))
            assert words[-len(variant.add) :] == variant.add


def test_sysctl_file() -> None:
    text = sysctl.render_sysctl()
    assert re.fullmatch(r"(# .+\n-?[\w./-]+ = .+\n)+", text)
    names = [setting.name for setting in sysctl.SETTINGS]
    assert len(set(names)) == len(names)
    assert "\nkernel.sysrq = 0\n" in text
    assert "\n-net.bridge.bridge-nf-call-iptables = 0\n" in text
    assert 'KERNEL=="br_netfilter"' in sysctl.render_udev_rules()


def test_modprobe_file(selection: modules.Selection) -> None:
    """A setting of a module that is not in the image would be a mistake nobody notices."""
    text = modprobe.render_modprobe()
    assert re.fullmatch(r"(# .+\noptions \w+ \w+=\w+\n)+", text)
    kept = {modules.module_name(path) for path in selection.kept}
    assert {row.module for row in modprobe.OPTIONS} - kept == set()
