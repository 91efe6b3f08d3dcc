"""What the menu does from start to start: trial, countdown, going back.

GRUB's script language is near enough to bash for its own menu to run there, with GRUB's commands as
functions. That it is valid to GRUB is checked elsewhere (test_bootloader).
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from host import bootloader
from host.bootloader import TRIES, Bank, BankState, confirmed, fresh_state, on_trial, withdrawn
from host.storage.banks import BANKENV

pytestmark = pytest.mark.processes

COMMANDS = r"""
set() { declare -g "$1"; }
regexp() { declare -g disk=hd0; }
serial() { return 1; }
load_env() {
    local name
    shift
    for name in "${@:2}"; do declare -g "$name=$(sed -n "s/^$name=//p" "$1")"; done
}
save_env() {
    local name file=$2
    [ -z "$READ_ONLY" ] || return 1
    shift 2
    for name; do
        grep -q "^$name=" "$file" || return 1
        sed -i "s/^$name=.*/$name=${!name}/" "$file"
    done
}
linux() {
    case " $BROKEN " in *" $root "*) return 1 ;; esac
    loaded=yes
    echo "$root $*"
}
initrd() { [ -n "$loaded" ]; }
entries=()
menuentry() { entries+=("$2"); echo "menu: $1"; }
root=hd0,gpt2
"""

START = r"""
eval "${entries[$CHOICE]}" || { [ -n "$fallback" ] && eval "${entries[$fallback]}"; }
"""


class Disk:
    """The ESP of a host with version 1.0 in bank A and 2.0 in bank B."""

    def __init__(self, folder: Path, state: BankState) -> None:
        self.folder = folder
        (folder / "bedplate").mkdir()
        for bank, version in ((Bank.A, "1.0"), (Bank.B, "2.0")):
            text = bootloader.render_bank(bank, version, f"uuid-{bank}", ["quiet"])
            (folder / f"bedplate/{bank}.cfg").write_text(text)
        self.state = state

    @property
    def state(self) -> BankState:
        """What GRUB has left; the block it writes is padded anew, as it does."""
        data = (self.folder / BANKENV).read_bytes()
        lines = [line for line in data.splitlines() if b"=" in line or line.startswith(b"# GRUB")]
        return bootloader.parse_env((b"\n".join(lines) + b"\n").ljust(bootloader.ENV_SIZE, b"#"))

    @state.setter
    def state(self, state: BankState) -> None:
        (self.folder / BANKENV).write_bytes(bootloader.render_env(state))

    def start(self, choice: int = 0, *, broken: str = "", read_only: bool = False) -> str:
        """Start the machine; the version that comes, and what its command line says beside the usual."""
        menu = bootloader.render_menu().replace('"($esp)/bedplate"', f'"{self.folder}/bedplate"')
        menu = re.sub(r'(menuentry "[^"]*").* \{ (.*) \}', r"\1 '\2'", menu)
        settings = f"CHOICE={choice} BROKEN='{broken}' READ_ONLY={'yes' if read_only else ''}\n"
        script = self.folder / "menu.sh"
        script.write_text(COMMANDS + settings + menu + START)
        said = subprocess.run(
            ["bash", script], check=True, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"}
        )
        assert not said.stderr, said.stderr
        started = [line for line in said.stdout.splitlines() if " /bedplate/vmlinuz " in line]
        self.menu = [line for line in said.stdout.splitlines() if line.startswith("menu: ")]
        (line,) = started
        root, _, words = line.partition(" /bedplate/vmlinuz quiet bedplate.bank=uuid-")
        assert root == {"a": "hd0,gpt3", "b": "hd0,gpt4"}[words[0]]
        return {"a": "1.0", "b": "2.0"}[words[0]] + words[1:]


@pytest.fixture
def upgraded(tmp_path: Path) -> Disk:
    return Disk(tmp_path, on_trial(fresh_state(), Bank.B))


def test_a_fresh_installation(tmp_path: Path) -> None:
    disk = Disk(tmp_path, fresh_state())
    assert disk.start() == "1.0" and disk.start() == "1.0"
    assert disk.menu == ["menu: Bedplate 1.0"] and disk.state == fresh_state()


def test_three_tries_and_then_the_version_before_until_the_next_upgrade(upgraded: Disk) -> None:
    assert [upgraded.start() for _ in range(TRIES)] == ["2.0 bedplate.trial"] * TRIES
    assert upgraded.state.tries == 0
    assert upgraded.start() == upgraded.start() == "1.0 bedplate.given-up=2.0"
    assert upgraded.state == BankState(good_a=True, good_b=True, failed=Bank.B)
    assert upgraded.menu[1] == "menu: Other version: Bedplate 2.0 (Shift+R)"
    upgraded.state = on_trial(withdrawn(upgraded.state, Bank.B), Bank.B)
    assert upgraded.start() == "2.0 bedplate.trial"


@pytest.mark.parametrize("starts", [1, TRIES])
def test_confirmed_it_stays(upgraded: Disk, starts: int) -> None:
    for _ in range(starts):
        upgraded.start()
    upgraded.state = confirmed(upgraded.state, Bank.B)
    assert upgraded.start() == upgraded.start() == "2.0"
    assert upgraded.menu == ["menu: Bedplate 2.0", "menu: Other version: Bedplate 1.0 (Shift+R)"]


def test_going_back_by_hand_stays(upgraded: Disk) -> None:
    upgraded.state = confirmed(upgraded.state, Bank.B)
    assert upgraded.start(1) == "1.0" and upgraded.start() == "1.0"
    assert upgraded.start(1) == "2.0" and upgraded.start() == "2.0"


def test_going_back_by_hand_ends_a_trial(upgraded: Disk) -> None:
    assert upgraded.start(1) == upgraded.start() == "1.0 bedplate.given-up=2.0"
    assert upgraded.start(1) == upgraded.start() == "2.0", "chosen, so nothing has failed any more"


def test_a_kernel_that_cannot_be_loaded(upgraded: Disk) -> None:
    assert upgraded.start(broken="hd0,gpt4") == "1.0 bedplate.given-up=2.0"
    assert upgraded.start() == "1.0 bedplate.given-up=2.0"


def test_a_trial_that_cannot_be_counted_does_not_begin(upgraded: Disk) -> None:
    assert upgraded.start(read_only=True) == "1.0"
    assert upgraded.start() == "2.0 bedplate.trial"


@pytest.mark.parametrize("before", [fresh_state(), on_trial(fresh_state(), Bank.B)])
def test_while_a_bank_is_written_the_other_one_starts(tmp_path: Path, before: BankState) -> None:
    disk = Disk(tmp_path, withdrawn(before, Bank.B))
    (tmp_path / "bedplate/b.cfg").write_text('set version_b="torn')
    assert disk.start() == "1.0" and disk.menu == ["menu: Bedplate 1.0"]


def test_the_other_way_round(tmp_path: Path) -> None:
    state = confirmed(on_trial(fresh_state(), Bank.B), Bank.B)
    disk = Disk(tmp_path, withdrawn(state, Bank.A))
    assert disk.start() == "2.0" and disk.menu == ["menu: Bedplate 2.0"]
    disk.state = on_trial(disk.state, Bank.A)
    assert [disk.start() for _ in range(TRIES + 1)] == [
        *["1.0 bedplate.trial"] * TRIES,
        "2.0 bedplate.given-up=1.0",
    ]


def test_without_a_bank_state_the_first_bank_starts(tmp_path: Path) -> None:
    disk = Disk(tmp_path, fresh_state())
    (tmp_path / BANKENV).unlink()
    assert disk.start() == "1.0"


@pytest.mark.parametrize("current", Bank)
@pytest.mark.parametrize("good", [(True, True), (True, False), (False, True), (False, False)])
def test_the_menu_comes_to_what_the_state_says(
    tmp_path: Path, current: Bank, good: tuple[bool, bool]
) -> None:
    state = BankState(current=current, good_a=good[0], good_b=good[1])
    if any(good):
        assert Disk(tmp_path, state).start() == {"a": "1.0", "b": "2.0"}[state.settled]
    else:
        assert state.settled is Bank.A
