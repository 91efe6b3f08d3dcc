"""The hybrid ISO: one file that starts from CD and from USB stick, under BIOS and UEFI."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from iso_build.release import EPOCH
from iso_build.steps import Steps

LABEL = "BEDPLATE"
ESP_TYPE = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"


def write(steps: Steps, contents: Path, efi: Path, hybrid: Path, output: Path) -> None:
    """Write the ISO from the folder ``contents``; the other parts are those of ``command``."""
    partial = output.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    steps.run(command(contents, efi, hybrid, partial), env=environment())
    partial.rename(output)


def command(
    contents: Path, efi: Path, hybrid: Path, output: Path, *, seconds: int = EPOCH
) -> list[str | Path]:
    """The command that makes an ISO of the folder ``contents``, which everything in it is dated by.

    ``efi`` is the EFI system partition, ``hybrid`` GRUB's master boot record for sticks, ``seconds`` the date
    (since 1970). The system image comes last, so that a copy that was cut short still starts far enough to
    say so. To be run in ``environment``.
    """
    stamp = datetime.fromtimestamp(seconds, UTC).strftime("%Y%m%d%H%M%S00")
    (image,) = contents.glob("bedplate/system-*.img")
    return [
        "xorriso", "-as", "mkisofs", "-r", "-J", "-joliet-long", "-V", LABEL,
        f"--modification-date={stamp}", "--set_all_file_dates", stamp,
        "--gpt_disk_guid", "modification-date",
        "--grub2-mbr", hybrid, "--mbr-force-bootable", "-partition_offset", "16",
        "-append_partition", "2", ESP_TYPE, efi, "-appended_part_as_gpt",
        "--sort-weight", "-1", f"/{image.relative_to(contents)}",
        "-c", "/boot/boot.cat",
        "-b", "/boot/grub/bios.img", "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table",
        "--grub2-boot-info",
        "-eltorito-alt-boot", "-e", "--interval:appended_partition_2:all::", "-no-emul-boot",
        "-o", output, contents,
    ]  # fmt: skip


def environment(seconds: int = EPOCH) -> dict[str, str]:
    """The variables under which ``command`` makes the same bytes anywhere and at any time."""
    return {"SOURCE_DATE_EPOCH": str(seconds), "TZ": "UTC"}
