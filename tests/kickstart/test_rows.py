"""The cases in tests/kickstart/rows, and that none is missing that files in use need.

``UPDATE_GOLDEN=1 pytest tests/kickstart/test_rows.py`` writes the results anew. Look at the difference.
"""

from __future__ import annotations

import os

import pytest

from installer.kickstart.commands import COMMANDS
from installer.kickstart.language import Effect
from tests.kickstart import rows, support

NEEDED = (
    (
        "clearpart",
        "before-install after-install makes-way-for-install alldrives alldrives-overwritevmfs "
        "overwritevmfs-first alldrives-crowded drives drives-blank-after-comma drives-not-there "
        "drives-datastore drives-datastore-overwritten drives-boot-medium drives-partition ignoredrives "
        "firstdisk-remote firstdisk-nothing-fits no-selector two-selectors red-hat red-hat-and-ours "
        "several several-the-same several-that-differ without-install preserved-by-install "
        "preserved-by-clearpart misspelt unknown-option",
    ),
    (
        "disks",
        "naa naa-capitals eui t10 t10-squeezed mpx mpx-capitals mpx-without-prefix mpx-of-esx-3 vml "
        "path-naa path-mpx path-escaped path-dev-disks by-id by-id-bare node node-bare drive quoted "
        "value-after-a-blank blanks-around partition-naa partition-mpx partition-t10 partition-vml "
        "partition-node partition-nvme partition-by-id not-there cut-short two-of-the-name two-names "
        "empty two-values a-folder placeholder boot-medium read-only too-small in-use no-disk-at-all",
    ),
    (
        "firstdisk",
        "default local remote usb esx localesx remoteesx priority priority-falls-through "
        "model-with-a-blank model-in-single-quotes whole-option-quoted quoted-inside-a-list "
        "escaped-blank unquoted-blank vendor model-lower-case blank-after-comma blank-after-comma-quoted "
        "empty-between-commas driver-of-linux driver-lsi_mr3 driver-vmw_ahci driver-ahci "
        "driver-nvme_pcie driver-usb-storage driver-vmkusb driver-hpsa driver-nhpsa driver-qlnativefc "
        "driver-mptsas driver-pvscsi driver-virtio reference-example go-via usb-is-the-boot-medium "
        "only-the-boot-medium nothing-fits a-disks-id value-after-a-blank",
    ),
    (
        "include",
        "at-the-top in-the-middle include-without-percent replaces-the-password replaces-the-install "
        "written-by-pre relative-written-by-pre itself itself-by-another-spelling url "
        "url-with-a-password without-a-name two-names quoted placeholder with-a-comment",
    ),
    (
        "install",
        "firstdisk no-disk disk-and-firstdisk firstdisk-empty ignoressd ignoressd-before "
        "ignoressd-nothing-left ignoressd-with-disk novmfsondisk novmfsondisk-over-vmfs "
        "novmfsondisk-over-vmfs-overwritten novmfsondisk-over-our-datastore novmfsondisk-preserve "
        "neither-on-an-empty-disk neither-over-vmfs neither-over-our-datastore "
        "neither-over-another-system overwrite-over-vmfs preserve-ours preserve-vmfs "
        "preserve-nothing-there overwrite-and-preserve overwrite-with-a-value overwritevsan system-disk "
        "system-disk-lower-case force-unsupported dpu-slots dpu-slots-lower-case checks-warnings "
        "checks-errors checks-not-ignored unknown-option misspelt-option one-hyphen options-in-capitals "
        "stray-word source-url source-cdrom source-usb source-nfs source-without-a-disk "
        "autopart-beside-install upgrade upgrade-with-a-disk upgrade-nothing-there upgrade-of-esxi "
        "upgrade-without-a-disk upgrade-preservevmfs upgrade-overwritevmfs upgrade-ignoressd "
        "upgrade-old-options installorupgrade-there installorupgrade-not-there "
        "installorupgrade-over-vmfs installorupgrade-over-vmfs-overwritten installorupgrade-ignoressd "
        "installorupgrade-without-datastore",
    ),
    (
        "keyboard",
        "us-default us-default-double-quotes us-default-unquoted united-kingdom swedish swedish-quoted "
        "german french spanish finnish us de lower-case english unknown none five-words twice red-hat",
    ),
    (
        "legacy",
        "autopart autopart-onvmfs esxlocation auth authconfig bootloader firewall firewallport timezone "
        "virtualdisk zerombr packages lang langsupport mouse text xconfig vmlicense cdrom url nfs skipx "
        "selinux user vmservconmem vmswap vmnetswitch vmpcidivy under-paranoid esximage",
    ),
    (
        "lexical",
        "comments blank-lines trailing-blanks double-blanks tabs indented after-reboot continued "
        "continued-column-1 continued-with-blanks-after continued-into-a-comment continued-into-nothing "
        "continued-into-a-section continued-at-the-end continued-inside-a-word quote-left-open "
        "quotes-of-the-other-kind quotes-in-the-middle typographic-quotes long-dash no-break-space "
        "zero-width-space value-after-a-blank equals-and-blanks equals-then-a-blank utf-8 "
        "number-sign-in-a-word percent-in-a-line two-commands-on-a-line option-alone very-long-line "
        "markdown html",
    ),
    (
        "network",
        "none nothing-but-the-command dhcp dhcp-capitals dhcp-with-hostname dhcp-with-vlan "
        "dhcp-with-an-address no-bootproto-with-an-address static static-no-device static-no-gateway "
        "static-no-nameserver static-no-netmask static-no-address static-nothing bootproto-unknown "
        "bootproto-empty address-wrong address-with-prefix address-leading-zeros address-six "
        "address-of-the-network address-of-all netmask-wrong netmask-as-length gateway-elsewhere "
        "gateway-empty nameservers nameservers-quoted-with-a-blank nameservers-blank-after-comma "
        "nameservers-three nameservers-twice nameserver-six nameserver-a-name hostname-short "
        "hostname-capitals hostname-wrong hostname-an-address hostname-placeholder hostname-empty vlan-0 "
        "vlan-1 vlan-4094 vlan-4095 vlan-4096 vlan-garbage vlan-negative vlan-empty vlan-quoted "
        "vlan-misspelt device-mac device-mac-capitals device-mac-hyphens device-mac-bare device-bootif "
        "device-mac-unknown device-unknown device-leading-zero device-capitals device-of-linux "
        "device-quoted device-value-after-a-blank device-two addvmportgroup-0 addvmportgroup-1 "
        "addvmportgroup-true addvmportgroup-false addvmportgroup-capitals addvmportgroup-garbage "
        "addvmportgroup-alone red-hat unknown-option stray-word continued continuation-forgotten "
        "twice-the-same twice ipaddr",
    ),
    (
        "part",
        "onfirstdisk partition ondisk ondrive install-disk not-empty datastore-there same-disk-twice "
        "same-name-twice name-of-the-default long-name name-with-a-slash no-name no-disk two-names "
        "quoted-name esx-4-vmkcore esx-4-vmfs3 esx-4-virtual red-hat with-upgrade partition-suffix",
    ),
    (
        "password",
        "plain md5 sha256 sha512 sha512-rounds hash-first hash-quoted hash-escaped hash-as-value "
        "hash-with-a-comment hash-cut-off hash-des hash-eaten-by-a-shell hash-without-iscrypted "
        "iscrypted-with-a-plain-one iscrypted-alone iscrypted-capitals dollar number-sign-inside "
        "number-sign-first number-sign-first-quoted quoted quotes-inside quote-left-open backslash "
        "two-words hyphen-first two-hyphens-first hyphens-quoted angle-brackets weak short accents empty "
        "empty-quoted blanks-in-front twice twice-the-same plaintext lock unknown-option",
    ),
    (
        "required",
        "vmaccepteula accepteula no-licence no-password no-mode nothing comments-only both-licences "
        "licence-with-words paranoid-with-a-warning paranoid-without dryrun dryrun-with-words reboot "
        "reboot-noeject reboot-eject reboot-unknown-option reboot-with-a-comment no-reboot serialnum "
        "vmserialnum serialnum-with-blanks serialnum-empty serialnum-two-editions mode-twice-the-same "
        "mode-twice install-and-upgrade unknown-command misspelt-command capitals host-command "
        "host-command-by-path snippet-left-in template-left-in",
    ),
    (
        "sections",
        "firstboot post pre python python-2 bash interpreter-none interpreter-by-path "
        "interpreter-unknown interpreter-empty interpreter-after-a-blank no-interpreter timeout "
        "timeout-garbage timeout-negative timeout-huge timeout-empty ignorefailure ignorefailure-false "
        "ignorefailure-alone ignorefailure-garbage unsupported level unknown-option misspelt-option "
        "stray-word comment-after-the-header unknown-section unknown-section-with-commands "
        "unknown-section-template red-hat several empty header-only-at-the-end blank-lines "
        "indented-header tab-before-header end end-alone end-with-a-comment commands-after-a-section "
        "kickstart-words-inside header-in-a-comment header-in-a-heredoc header-in-an-indented-heredoc "
        "heredoc-never-closed heredoc-in-a-comment two-heredocs-with-a-word percent-inside "
        "continued-header capitals included-in-the-body",
    ),
)
"""By file, the cases it must have: what kickstart files in use write, and what goes wrong in them."""


ALL = [(topic, row) for topic in rows.topics() for row in rows.rows(topic)]


@pytest.mark.parametrize(("topic", "row"), ALL, ids=[f"{topic}-{row.name}" for topic, row in ALL])
def test_case(topic: str, row: rows.Row) -> None:
    made = rows.result(row)
    if os.environ.get("UPDATE_GOLDEN"):
        every = rows.rows(topic)
        results = {one.name: one.expected for one in every} | {row.name: made}
        (rows.HERE / f"{topic}.txt").write_text(rows.written(every, results), encoding="utf-8")
        return
    assert made == row.expected
    assert not [secret for secret in support.PASSWORDS for line in made if secret in line]


def test_no_name_is_there_twice() -> None:
    names = [(topic, row.name) for topic, row in ALL]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("topic", sorted({topic for topic, _ in NEEDED} | set(rows.topics())))
def test_nothing_that_files_use_is_missing(topic: str) -> None:
    there = {row.name for row in rows.rows(topic)}
    assert {name for one, names in NEEDED for name in names.split() if one == topic} - there == set()


def test_every_option_is_in_a_case() -> None:
    """An option nobody tries may mean anything."""
    text = " ".join(row.text.lower() for _, row in ALL)
    names = [option.name for one in COMMANDS for option in one.options if option.effect is Effect.USED]
    names += [
        name for one in COMMANDS for name in (one.name, *one.aliases) if not one.help.startswith("Red Hat")
    ]
    assert [name for name in names if name.lower() not in text] == []
