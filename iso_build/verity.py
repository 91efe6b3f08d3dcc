"""dm-verity: the hash tree that lets the kernel check every block of the system image as it is read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from iso_build.steps import Steps

BLOCK = 4096


@dataclass(frozen=True)
class Verity:
    """An image with its hash tree behind it; sizes in bytes, hashes in hexadecimal."""

    root_hash: str
    salt: str
    data_bytes: int
    file_bytes: int


def protect(steps: Steps, image: Path) -> Verity:
    """Append a superblock and a SHA-256 hash tree to the image and return what opens it.

    The salt follows from the image, so that equal images stay equal.
    """
    data_bytes = image.stat().st_size
    with image.open("ab") as file:
        file.truncate(data_bytes := -(-data_bytes // BLOCK) * BLOCK)
    salt = hashlib.sha256(str(data_bytes).encode()).hexdigest()
    done = steps.run(
        [
            "veritysetup", "format", "--format=1", "--hash=sha256", f"--salt={salt}",
            "--uuid=00000000-0000-0000-0000-000000000000",
            f"--data-block-size={BLOCK}", f"--hash-block-size={BLOCK}",
            f"--data-blocks={data_bytes // BLOCK}", f"--hash-offset={data_bytes}", image, image,
        ]
    )  # fmt: skip
    root_hash = next(line.split()[-1] for line in done.stdout.splitlines() if line.startswith("Root hash:"))
    return Verity(root_hash, salt, data_bytes, image.stat().st_size)
