"""What GRUB is told. Its own tools check the script where they are installed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host import bootloader
from host.bootloader import Bank, BankState
from host.errors import HostError

states = st.builds(
    BankState,
    current=st.sampled_from(Bank),
    trying=st.none() | st.sampled_from(Bank),
    tries=st.integers(0, 3),
    good_a=st.booleans(),
    good_b=st.booleans(),
)


@given(states)
def test_the_environment_block_keeps_the_state(state: BankState) -> None:
    block = bootloader.render_env(state)
    assert len(block) == 1024
    assert bootloader.parse_env(block) == state


@pytest.mark.parametrize("block", [b"", b"#" * 1024, bootloader.render_env(BankState())[:-1]])
def test_a_damaged_block_is_refused(block: bytes) -> None:
    with pytest.raises(HostError, match="damaged"):
        bootloader.parse_env(block)


def test_an_unknown_bank_is_refused() -> None:
    block = bootloader.render_env(BankState()).replace(b"current=a", b"current=x")
    with pytest.raises(HostError, match="damaged"):
        bootloader.parse_env(block)


def test_a_trial_and_its_end() -> None:
    state = bootloader.on_trial(bootloader.fresh_state(), Bank.B)
    assert (state.current, state.trying, state.tries, state.good(Bank.B)) == (Bank.A, Bank.B, 3, True)
    assert bootloader.confirmed(state, Bank.B) == BankState(current=Bank.B, good_a=True, good_b=True)


@pytest.mark.processes
def test_the_menu_is_valid_to_grub(tmp_path: Path) -> None:
    menu = bootloader.render_menu()
    bank = bootloader.render_bank(
        Bank.A, "0.1.0", "5b69cd36-6e7b-41f0-b511-94a6d05dd7dc", ["console=tty0", "a.b=c,d"]
    )
    for name, text in {
        "grub.cfg": menu,
        "a.cfg": bank,
        "stub.cfg": bootloader.render_stub("ABCD-1234"),
    }.items():
        (tmp_path / name).write_text(text)
        subprocess.run(["grub-script-check", tmp_path / name], check=True)
    assert "@" not in menu


@pytest.mark.processes
def test_grub_reads_the_block(tmp_path: Path) -> None:
    path = tmp_path / "bankenv"
    path.write_bytes(bootloader.render_env(bootloader.on_trial(bootloader.fresh_state(), Bank.B)))
    listing = subprocess.run(
        ["grub-editenv", path, "list"], check=True, capture_output=True, text=True
    ).stdout
    assert listing.split() == ["current=a", "trying=b", "tries=3", "good_a=1", "good_b=1", "failed="]
    subprocess.run(["grub-editenv", path, "set", "tries=2"], check=True)
    assert bootloader.parse_env(path.read_bytes()).tries == 2


@pytest.mark.parametrize("word", ['x"; reboot', "$HOME", "a\nb", "`id`", "it's", "a|b", "a;b"])
def test_words_with_a_meaning_to_grub_are_refused(word: str) -> None:
    with pytest.raises(HostError):
        bootloader.render_bank(Bank.A, "0.1.0", "5b69", ["quiet", word])


def test_the_kernel_line_names_the_bank() -> None:
    text = bootloader.render_bank(Bank.B, "0.2.0", "5b69cd36", ["quiet", "panic=10"])
    assert text == 'set version_b="0.2.0"\nset cmdline_b="quiet panic=10 bedplate.bank=5b69cd36"\n'


def test_boot_code_leads_to_the_core_and_the_core_to_its_rest() -> None:
    boot = bytes(0x66) + b"\xeb\x05" + bytes(512 - 0x68)
    code = bootloader.boot_code(boot, 2048)
    assert len(code) == 440
    assert int.from_bytes(code[0x5C:0x64], "little") == 2048
    assert code[0x66:0x68] == b"\x90\x90"
    core = bytes(510) + b"\x20\x08" + bytes(512 * 3 + 1)
    placed = bootloader.place_core(core, 2048)
    assert len(placed) == len(core)
    assert int.from_bytes(placed[500:508], "little") == 2049
    assert int.from_bytes(placed[508:510], "little") == 4
    assert placed[510:512] == b"\x20\x08"


def test_what_is_no_loader_is_refused() -> None:
    with pytest.raises(ValueError, match=r"boot\.img"):
        bootloader.boot_code(b"", 2048)
    with pytest.raises(ValueError, match="core image"):
        bootloader.place_core(b"", 2048)


def test_only_our_entries_without_a_partition_are_stale() -> None:
    gone, here = "11111111-2222-3333-4444-555555555555", "AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE"
    listing = "\n".join(
        [
            "BootCurrent: 0001",
            "BootOrder: 0003,0001,0004",
            "Boot0000* UiApp\tFvVol(7cb8bdc9-f8eb-4f34-aaea-3ee4af6516a1)",
            f"Boot0001* debian\tHD(2,GPT,{gone},0x800,0x80000)/\\EFI\\debian\\shimx64.efi",
            f"Boot0003* Bedplate\tHD(2,GPT,{gone},0x1000,0x80000)/\\EFI\\BOOT\\BOOTX64.EFI",
            f"Boot000A* Bedplate\tHD(2,GPT,{here},0x1000,0x80000)/\\EFI\\BOOT\\BOOTX64.EFI",
            f"Boot000B* Bedplate test\tHD(2,GPT,{gone},0x1000,0x80000)/\\EFI\\BOOT\\BOOTX64.EFI",
        ]
    )
    assert bootloader.stale_entries(listing, [here.lower()]) == ("0003",)
