"""What the splash says, from everything known down to nothing known."""

from __future__ import annotations

from dcui import facts
from dcui.backend import Hardware, Network
from dcui.facts import Facts
from dcui.simulated import Host

HARDWARE = Hardware(
    vendor="Dell Inc.", product="PowerEdge R640", cpu="Intel(R)  Xeon(R) CPU", packages=2,
    memory=137438953472 - 400_000_000
)  # fmt: skip


def test_everything_known() -> None:
    known = facts.gather(Host(), Facts(), slow=True)
    assert facts.identity(known) == (
        "Bedplate 0.1.0 (Build 1)",
        "Dell Inc. PowerEdge R640",
        "2 x Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz",
        "128.0 GiB Memory",
    )
    assert facts.addresses(known) == (
        "https://desk-host1/",
        "https://192.168.1.77/ (DHCP)",
        "https://[fe80::266e:96ff:fe0b:1120]/ (LINK-LOCAL)",
    )
    assert facts.warnings(known) == ()


def test_nothing_known() -> None:
    assert facts.identity(Facts()) == ()
    assert facts.addresses(Facts()) == ("Waiting for the network...",)
    assert facts.warnings(Facts()) == ()


def test_every_source_may_fail() -> None:
    host = Host()
    host.failing = {"hardware", "config", "network", "notices"}
    known = facts.gather(host, Facts(), slow=True)
    assert facts.identity(known) == ("Bedplate 0.1.0 (Build 1)",)
    assert len(facts.warnings(known)) == 4
    assert "The simulated hardware failed." in facts.warnings(known)


def test_words_of_the_hardware() -> None:
    assert facts.cpu_line(HARDWARE) == "2 x Intel(R) Xeon(R) CPU"
    assert facts.memory_line(HARDWARE.memory) == "127.6 GiB Memory"
    assert facts.memory_line(0) == ""


def test_a_maker_is_said_once() -> None:
    assert facts.machine_line(HARDWARE) == "Dell Inc. PowerEdge R640"
    qemu = Hardware(vendor="QEMU", product="QEMU Virtual Machine", cpu="", packages=0, memory=0)
    assert facts.machine_line(qemu) == "QEMU Virtual Machine"


def test_a_host_without_an_address() -> None:
    waiting = Facts(network=Network(hostname="host1"))
    assert facts.addresses(waiting) == ("This host has no address yet.",)


def test_ipv6_addresses_stand_in_brackets() -> None:
    network = Network(
        hostname="h", address="10.0.0.5", origin="STATIC", ipv6=("2001:db8::5",), ipv6_origin="RA"
    )
    assert facts.addresses(Facts(network=network)) == (
        "https://h/",
        "https://10.0.0.5/ (STATIC)",
        "https://[2001:db8::5]/ (RA)",
    )


def test_the_pending_change_comes_first_and_nothing_twice() -> None:
    known = Facts(
        network=Network(hostname="h", problems=("No link.",)),
        notices=("SSH is enabled.", "No link."),
        pending=29.2,
    )
    assert facts.warnings(known) == (
        "A network change is undone in 30 s unless it is confirmed: press F2.",
        "No link.",
        "SSH is enabled.",
    )


def test_failed_services_are_only_asked_for_now_and_then() -> None:
    host = Host()
    host.broken = ("bedplate-hostd",)
    quick = facts.gather(host, Facts(), slow=False)
    assert facts.warnings(quick) == ()
    full = facts.gather(host, quick, slow=True)
    said = ("Not running as it should: bedplate-hostd",)
    assert facts.warnings(facts.gather(host, full, slow=False)) == said
