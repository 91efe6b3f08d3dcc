"""Kickstart files that would take minutes or hours with an algorithm that is quadratic somewhere."""

from __future__ import annotations

HEAD = b"vmaccepteula\nrootpw Kiosk!Lamp42x\ninstall --firstdisk --overwritevmfs\n"
HOSTILE = {
    "a-word-of-a-megabyte": b"network --hostname=" + b"a" * 1_000_000,
    "a-comment-of-a-megabyte": b"#" * 1_000_000,
    "quotes-of-a-megabyte": b"keyboard " + b"'a' " * 250_000,
    "backslashes-of-a-megabyte": b"network " + b"\\" * 1_000_001,
    "half-a-million-words": b"network " + b"a " * 500_000,
    "half-a-million-options": b"network " + b"--vlanid=1 " * 90_000,
    "half-a-million-list-entries": b"clearpart --drives=" + b"naa.1," * 160_000,
    "ten-thousand-sections": b"%firstboot --interpreter=busybox\necho\n" * 10_000,
    "ten-thousand-python-sections": b"%firstboot --interpreter=python\nx = 1\n" * 10_000,
    "ten-thousand-open-texts": b"".join(b"%%post\ncat <<E%d\n" % number for number in range(10_000)),
    "ten-thousand-headers-in-a-text": b"%post\ncat <<END\n" + b"%post\n" * 10_000 + b"END\n",
    "twenty-thousand-lines-of-prose": b"".join(b"word%d of it\n" % number for number in range(20_000)),
    "twenty-thousand-passwords": b"rootpw x\n" * 20_000,
    "twenty-thousand-datastores": b"".join(b"part d%d --onfirstdisk\n" % number for number in range(20_000)),
    "twenty-thousand-continued-lines": b"network \\\n" + b"--vlanid=1 \\\n" * 20_000,
    "a-python-script-that-is-all-brackets": b"%post --interpreter=python\n" + b"(" * 200_000,
    "a-python-script-of-a-megabyte": b"%post --interpreter=python\n" + b"x = 1\n" * 160_000,
}
