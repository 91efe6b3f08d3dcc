"""No way of changing the management network ends in a host that nobody reaches, power cuts included.

The files are real; the system only records what is asked of it, because the tests' own must not change.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from host.config import render, store
from host.config.model import Dns, HostConfig, Ipv4, Ipv4Mode, ManagementNetwork
from host.errors import HostError
from host.network import pending as note
from host.network.commit import COUNTDOWN, Committer, Outcome, Result

CONFIG = HostConfig(uuid="1", hostname="esx01")
DHCP = CONFIG.management
DOUBT = ("The gateway does not answer.",)
IMAGE = "cafe"


def static(last: int, vlan: int = 0) -> ManagementNetwork:
    address = Ipv4(
        mode=Ipv4Mode.STATIC, address=f"192.0.2.{last}", netmask="255.255.255.0", gateway="192.0.2.1"
    )
    return ManagementNetwork(ipv4=address, vlan=vlan)


class Machine:
    """A host with real files below ``root`` and a network that answers as it is told."""

    def __init__(self, root: Path) -> None:
        self.directory = root / "config"
        self.rendered = root / "rendered"
        self.live = CONFIG
        self.armed = False
        self.link = True
        self.taken = ""
        self.doubtful: tuple[str, ...] = ()
        self.asked: list[str] = []
        self.refuses: Callable[[HostConfig], bool] = lambda _: False
        self.meanwhile: Callable[[], object] = lambda: None
        store.save(CONFIG, self.directory)
        self.keep(CONFIG)
        self.committer = Committer(self.directory, self)

    def use(self, config: HostConfig) -> None:
        self.live = config
        if self.refuses(config):
            raise HostError("networkctl: ended with code 1")

    def keep(self, config: HostConfig) -> None:
        settled = not note.exists(self.directory) and store.is_current(config, self.directory)
        stamp = render.stamp_of(self.directory, IMAGE) if settled else ""
        render.write_tree(config, self.rendered, stamp, shadow="root:*:1:::::::\n")

    def unstamp(self) -> None:
        render.remove_stamp(self.rendered)

    def arm(self, seconds: float) -> None:
        assert 0 < seconds <= COUNTDOWN
        assert note.exists(self.directory), "armed before there is anything to take back"
        self.armed = True

    def disarm(self) -> None:
        self.armed = False

    def has_vmk_link(self) -> bool:
        return self.link

    def owner(self, address: str) -> str:
        self.asked.append(address)
        return self.taken

    def doubts(self, _: HostConfig) -> tuple[str, ...]:
        self.meanwhile()
        return self.doubtful

    def restart(self, config: HostConfig) -> None:
        self.live = config

    def stored(self) -> HostConfig:
        return store.load(self.directory).config

    def start(self) -> HostConfig:
        """Start the machine again as initrd and ``--boot`` do it: the short way only if the stamp fits."""
        stamp = self.rendered / render.STAMP
        fits = stamp.exists() and stamp.read_text() == render.stamp_of(self.directory, IMAGE)
        if fits:
            assert not note.exists(self.directory), "the short way would keep an unconfirmed change"
        config = note.take_back(self.directory) or self.stored()
        self.live, self.armed = config, False
        self.keep(config)
        return config


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def assert_settled(machine: Machine, management: ManagementNetwork) -> None:
    assert machine.committer.pending() is None
    assert machine.stored().management == machine.live.management == management
    assert not machine.armed
    assert (machine.rendered / render.STAMP).read_text() == render.stamp_of(machine.directory, IMAGE)


def test_a_good_change_keeps_itself(machine: Machine) -> None:
    assert machine.committer.change(static(10)) == Outcome(result=Result.KEPT)
    assert_settled(machine, static(10))


def test_a_doubtful_change_waits(machine: Machine) -> None:
    machine.doubtful = DOUBT
    outcome = machine.committer.change(static(10), "new")
    assert outcome == Outcome(result=Result.DOUBTFUL, doubts=DOUBT, seconds=COUNTDOWN)
    waiting = machine.committer.pending()
    assert waiting
    assert waiting.doubts == DOUBT
    assert 0 < waiting.seconds_left <= COUNTDOWN
    assert machine.armed
    assert machine.live.hostname == "new"
    assert not (machine.rendered / render.STAMP).exists()


def test_a_confirmed_change_stays(machine: Machine) -> None:
    machine.doubtful = DOUBT
    machine.committer.change(static(10))
    assert machine.committer.confirm()
    assert_settled(machine, static(10))
    assert not machine.committer.confirm()
    assert not machine.committer.rollback()
    assert machine.start().management == static(10)


def test_a_change_taken_back_leaves_nothing(machine: Machine) -> None:
    machine.doubtful = DOUBT
    machine.committer.change(static(10), "new")
    assert machine.committer.rollback()
    assert_settled(machine, DHCP)
    assert machine.live.hostname == "esx01"
    assert not machine.committer.rollback()
    assert not machine.committer.confirm()


def test_what_else_was_configured_meanwhile_is_not_taken_back(machine: Machine) -> None:
    machine.doubtful = DOUBT
    machine.committer.change(static(10))
    store.update(lambda c: msgspec.structs.replace(c, password_hash="$y$new"), machine.directory)
    machine.committer.rollback()
    assert machine.stored() == msgspec.structs.replace(CONFIG, password_hash="$y$new")


def test_one_change_at_a_time(machine: Machine) -> None:
    machine.doubtful = DOUBT
    machine.committer.change(static(10))
    with pytest.raises(HostError, match="waiting"):
        machine.committer.change(static(11))
    assert machine.live.management == static(10)


def test_wrong_values_change_nothing(machine: Machine) -> None:
    with pytest.raises(HostError, match="VLAN"):
        machine.committer.change(static(10, vlan=5000))
    with pytest.raises(HostError, match="host name"):
        machine.committer.change(static(10), "-")
    assert_settled(machine, DHCP)


def test_no_difference_is_no_change(machine: Machine) -> None:
    assert machine.committer.change(DHCP).result is Result.UNCHANGED
    assert machine.committer.change(DHCP, "esx01").result is Result.UNCHANGED


def test_names_alone_need_no_proof(machine: Machine) -> None:
    machine.doubtful = DOUBT
    names = msgspec.structs.replace(DHCP, dns=Dns(automatic=False, servers=("192.0.2.53",)))
    assert machine.committer.change(names, "esx02").result is Result.KEPT
    assert machine.stored().hostname == "esx02"
    assert machine.committer.pending() is None


def test_an_address_in_use_is_refused_before_anything_changes(machine: Machine) -> None:
    machine.taken = "52:54:00:00:00:99"
    with pytest.raises(HostError, match="52:54:00:00:00:99") as caught:
        machine.committer.change(static(10))
    assert "Nothing was changed" in caught.value.hint
    assert_settled(machine, DHCP)


@pytest.mark.parametrize(
    ("old", "new", "link"),
    [
        (static(10), static(10, vlan=20), True),
        (DHCP, msgspec.structs.replace(static(10), uplinks=("vmnic1",)), True),
        (DHCP, static(10), False),
        (static(10), msgspec.structs.replace(static(10), ipv4=Ipv4()), True),
    ],
)
def test_nobody_is_asked_on_a_network_that_is_not_the_one(
    machine: Machine, old: ManagementNetwork, new: ManagementNetwork, link: bool
) -> None:
    machine.committer.change(old)
    machine.asked, machine.link = [], link
    machine.committer.change(new)
    assert machine.asked == []


def test_a_system_that_refuses_is_put_back(machine: Machine) -> None:
    machine.refuses = lambda config: config.management == static(10)
    with pytest.raises(HostError, match="taken back: networkctl"):
        machine.committer.change(static(10))
    assert_settled(machine, DHCP)


def test_a_system_that_refuses_everything_still_has_the_old_configuration(machine: Machine) -> None:
    machine.doubtful = DOUBT
    machine.committer.change(static(10))
    machine.refuses = lambda _: True
    with pytest.raises(HostError, match="networkctl"):
        machine.committer.rollback()
    assert_settled(machine, DHCP)


def test_without_a_timer_nothing_is_changed(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_timer(_: float) -> None:
        raise HostError("systemd-run: no such program")

    monkeypatch.setattr(machine, "arm", no_timer)
    with pytest.raises(HostError, match="systemd-run"):
        machine.committer.change(static(10))
    assert_settled(machine, DHCP)


@pytest.mark.parametrize(("settle", "result"), [("confirm", Result.KEPT), ("rollback", Result.TAKEN_BACK)])
def test_somebody_settles_it_while_it_is_verified(machine: Machine, settle: str, result: Result) -> None:
    machine.doubtful = DOUBT
    machine.meanwhile = getattr(machine.committer, settle)
    assert machine.committer.change(static(10)).result is result
    assert_settled(machine, static(10) if settle == "confirm" else DHCP)


def test_the_timer_takes_back_when_the_time_is_over(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = note.now()
    clock = [begin]
    monkeypatch.setattr(note, "now", lambda: clock[0])
    machine.doubtful = DOUBT
    machine.committer.change(static(10))
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        assert note.exists(machine.directory)
        slept.append(seconds)
        clock[0] += seconds

    assert machine.committer.expire(sleep)
    assert sum(slept) == pytest.approx(COUNTDOWN)
    assert_settled(machine, DHCP)


def test_the_timer_leaves_a_confirmed_change_alone(machine: Machine) -> None:
    machine.doubtful = DOUBT
    machine.committer.change(static(10))

    def sleep(_: float) -> None:
        machine.committer.confirm()

    assert not machine.committer.expire(sleep)
    assert_settled(machine, static(10))


def test_a_note_of_another_boot_is_due(machine: Machine) -> None:
    machine.doubtful = DOUBT
    machine.committer.change(static(10))
    waiting = machine.committer.pending()
    assert waiting
    note.write(msgspec.structs.replace(waiting, boot_id="another"), machine.directory)
    again = machine.committer.pending()
    assert again
    assert again.seconds_left == 0
    assert machine.committer.expire(lambda _: None)
    assert_settled(machine, DHCP)


def test_a_damaged_note_does_not_stop_the_start(machine: Machine) -> None:
    machine.doubtful = DOUBT
    machine.committer.change(static(10))
    (machine.directory / note.FILE).write_bytes(b"{")
    assert machine.start().management == static(10)
    assert not note.exists(machine.directory)


def test_a_power_cut_while_it_waits_takes_it_back(machine: Machine) -> None:
    machine.doubtful = DOUBT
    machine.committer.change(static(10))
    assert machine.start() == CONFIG
    assert_settled(machine, DHCP)


class PowerCut(BaseException):
    """The power goes: nothing after it happens, no handler runs."""


class Cutting:
    """Cuts the power before the n-th thing that leaves the program: a flush, a rename, a word to the system.

    Flushes count and are not made: it is not this machine's power that goes.
    """

    FILES = ("fsync", "rename", "link", "unlink")
    WORDS = ("use", "keep", "unstamp", "arm", "disarm", "doubts")

    def __init__(self, machine: Machine, patch: pytest.MonkeyPatch) -> None:
        self.left = -1
        for name in self.FILES:
            real = (lambda _: None) if name == "fsync" else getattr(os, name)
            patch.setattr(os, name, self._cutting(real))
        for name in self.WORDS:
            patch.setattr(machine, name, self._cutting(getattr(machine, name)))

    def _cutting(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            if self.left == 0:
                raise PowerCut
            self.left -= 1
            return real(*arguments, **options)

        return call


@pytest.mark.parametrize("seed", range(100))
def test_power_cuts_anywhere(machine: Machine, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """A settled network survives; any other becomes the old one, or the new one if it was being kept."""
    dice = random.Random(seed)
    with monkeypatch.context() as patch:
        cutting = Cutting(machine, patch)
        settled = DHCP
        for turn in range(4):
            new = static(10 + turn, vlan=dice.choice((0, 20)))
            machine.doubtful = dice.choice(((), DOUBT))
            ending = dice.choice(("confirm", "rollback", "none"))
            cutting.left = dice.choice((-1, dice.randrange(150)))
            try:
                machine.committer.change(new)
                if ending != "none":
                    getattr(machine.committer, ending)()
                cut = False
            except PowerCut:
                cut = True
            cutting.left = -1
            allowed = _allowed(settled, new, bool(machine.doubtful), ending, cut)
            settled = machine.start().management
            assert settled in allowed, (turn, ending, cut)
            assert_settled(machine, settled)


def _allowed(
    old: ManagementNetwork, new: ManagementNetwork, doubtful: bool, ending: str, cut: bool
) -> tuple[ManagementNetwork, ...]:
    """What a start may find. A change that verified is kept before anyone can confirm or take it back."""
    kept = not doubtful or ending == "confirm"
    if not kept:
        return (old,)
    return (old, new) if cut else (new,)


def test_a_power_cut_while_starting_is_survived(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.doubtful = DOUBT
    machine.committer.change(static(10))
    with monkeypatch.context() as patch:
        cutting = Cutting(machine, patch)
        for calls in range(12):
            cutting.left = calls
            with suppress(PowerCut):
                machine.start()
    assert machine.start() == CONFIG
    assert_settled(machine, DHCP)
