"""A machine to poke at from the command line: it stays on while commands come and go.

    python3 -m tools.vm start --iso build/bedplate.iso --disk build/d.img:32G
    python3 -m tools.vm wait 'Welcome'      # until the screen shows it; prints the screen
    python3 -m tools.vm keys enter f11      # over the serial line
    python3 -m tools.vm keyboard f2         # on the machine's own keyboard
    python3 -m tools.vm type 'secret'
    python3 -m tools.vm screen | shot x.png | reset | kill | stop

Every command takes ``--name`` to tell several machines apart.
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from host.errors import HostError
from tools.console import frame
from tools.lab import Lab
from tools.qemu import Accel, Bus, Disk, Firmware, Forward, Machine, Nic, create_disk, free_port

UNITS = {"M": 1 << 20, "G": 1 << 30}


def main(arguments: list[str]) -> int:
    """Run one command; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "start":
            print(start(options))
        elif options.command == "_keep":
            keep(options)
        else:
            print(ask(options.name, [options.command, *map(str, _words(options))]), end="")
    except HostError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m tools.vm", description=__doc__, formatter_class=_Raw)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("start", "_keep"):
        start_parser = commands.add_parser(name)
        start_parser.add_argument("--iso", type=Path)
        start_parser.add_argument("--iso-usb", action="store_true", help="attach the ISO as a USB stick")
        start_parser.add_argument("--cd-first", action="store_true", help="before a disk that starts")
        start_parser.add_argument("--disk", action="append", default=[], help="FILE or FILE:SIZE, as 32G")
        start_parser.add_argument("--bus", type=Bus, default=Bus.SCSI)
        start_parser.add_argument("--sector", type=int, default=512)
        start_parser.add_argument("--firmware", type=Firmware, default=Firmware.BIOS)
        start_parser.add_argument("--accel", type=Accel, default=Accel.TCG)
        start_parser.add_argument("--memory", type=int, default=4096, help="MiB")
        start_parser.add_argument("--cpus", type=int, default=2)
        start_parser.add_argument("--kernel", type=Path)
        start_parser.add_argument("--initrd", type=Path)
        start_parser.add_argument("--append", default="console=ttyS0")
        start_parser.add_argument("--forward", action="append", default=[], help="HOSTPORT:[ADDRESS:]PORT")
        start_parser.add_argument("--size", default="80x24")
    for name in ("screen", "log", "argv", "stop", "kill", "reset", "status"):
        commands.add_parser(name)
    for name in ("keys", "keyboard"):
        commands.add_parser(name).add_argument("words", nargs="+")
    for name in ("type", "keyboard-type", "shot", "qmp"):
        commands.add_parser(name).add_argument("words", nargs=1)
    wait = commands.add_parser("wait")
    wait.add_argument("words", nargs=1)
    wait.add_argument("--timeout", type=float, default=120)
    for command in commands.choices.values():
        command.add_argument("--name", default="vm")
    return parser


class _Raw(argparse.RawDescriptionHelpFormatter):
    pass


def _words(options: argparse.Namespace) -> list[object]:
    words = list(getattr(options, "words", []))
    return [*words, options.timeout] if options.command == "wait" else words


def folder(name: str) -> Path:
    """Where the machine ``name`` lives: short, because a socket's path has to be."""
    return Path(tempfile.gettempdir()) / f"bedplate-vm-{name}"


def describe(options: argparse.Namespace) -> Machine:
    """The machine the options ask for; missing disks with a size are created."""
    disks = [_disk(word, number, options) for number, word in enumerate(options.disk)]
    boot = [f"disk{number}" for number in range(len(disks))]
    boot = ["cd", *boot] if options.cd_first else [*boot, "cd"]
    iso = options.iso
    if options.iso_usb:
        disks.append(Disk(iso, serial="STICK", bus=Bus.USB, read_only=True))
        boot = [f"disk{len(disks) - 1}", *boot]
        iso = None
    forwards = [_forward(word) for word in options.forward]
    forwards += [Forward(free_port(), 22), Forward(free_port(), 443)]
    return Machine(
        firmware=options.firmware,
        accel=options.accel,
        iso=iso,
        disks=tuple(disks),
        nics=(Nic(forwards=tuple(forwards), isolated=True),),
        memory=options.memory,
        cpus=options.cpus,
        boot=tuple(boot),
        kernel=options.kernel,
        initrd=options.initrd,
        append=options.append,
        volatile=True,
    )


def _disk(word: str, number: int, options: argparse.Namespace) -> Disk:
    name, _, size = word.partition(":")
    path = Path(name)
    if size and not path.exists():
        create_disk(path, int(size[:-1]) * UNITS[size[-1]])
    return Disk(path, serial=f"BEDPLATE{number:04}", bus=options.bus, sector=options.sector)


def _forward(word: str) -> Forward:
    port, *rest = word.split(":")
    return Forward(int(port), int(rest[-1]), rest[0] if len(rest) == 2 else "")


def start(options: argparse.Namespace) -> str:
    """Start the machine in the background and say where it can be reached."""
    home = folder(options.name)
    home.mkdir(exist_ok=True)
    control = home / "control"
    if control.exists():
        try:
            ask(options.name, ["status"])
        except HostError:
            control.unlink()
        else:
            raise HostError(f"A machine named {options.name} is on.", hint="Stop it first: tools.vm stop")
    with (home / "keeper.log").open("w") as log:
        words = ["_keep", *sys.argv[2:]]
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tools.vm", *words],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    while not control.exists():
        if keeper.poll() is not None:
            raise HostError((home / "keeper.log").read_text().strip())
        time.sleep(0.05)
    return ask(options.name, ["status"]).rstrip()


def keep(options: argparse.Namespace) -> None:
    """Hold the machine and serve commands until it is stopped."""
    home = folder(options.name)
    columns, lines = map(int, options.size.split("x"))
    machine = describe(options)
    with Lab(machine, home, columns=columns, lines=lines) as lab, socket.socket(socket.AF_UNIX) as server:
        control = home / "control"
        server.bind(str(control))
        server.listen()
        try:
            while _serve(server, lab):
                pass
        finally:
            control.unlink()


def _serve(server: socket.socket, lab: Lab) -> bool:
    client, _ = server.accept()
    with client, client.makefile("rwb") as stream:
        verb, *words = json.loads(stream.readline())
        try:
            answer = {"ok": _do(lab, verb, words)}
        except (HostError, OSError) as error:
            answer = {"error": str(error)}
        stream.write(json.dumps(answer).encode() + b"\n")
    return verb not in ("stop", "kill")


def _do(lab: Lab, verb: str, words: list[str]) -> str:
    done = VERBS[verb](lab, words)
    return done if isinstance(done, str) else ""


def _shot(lab: Lab, words: list[str]) -> str:
    return f"{lab.qemu.screendump(Path(words[0]))}\n"


def _wait(lab: Lab, words: list[str]) -> str:
    return frame(lab.serial.wait_text(words[0], float(words[1]))) + "\n"


def _status(lab: Lab) -> str:
    state = "on" if lab.qemu.running() else "off"
    rows = [f"{state}, QEMU {lab.qemu.process.pid}, files in {lab.folder}"]
    for nic in lab.qemu.machine.nics:
        rows += [f"127.0.0.1:{way.host} -> {way.address or 'guest'}:{way.guest}" for way in nic.forwards]
    return "\n".join(rows) + "\n"


VERBS: dict[str, Callable[[Lab, list[str]], object]] = {
    "keys": lambda lab, words: lab.serial.press(*words),
    "keyboard": lambda lab, words: lab.keyboard(*words),
    "type": lambda lab, words: lab.serial.type(words[0]),
    "keyboard-type": lambda lab, words: lab.keyboard_type(words[0]),
    "wait": _wait,
    "shot": _shot,
    "qmp": lambda lab, words: lab.qemu.qmp.monitor(words[0]),
    "reset": lambda lab, _: lab.qemu.reset(),
    "screen": lambda lab, _: frame(lab.serial.text) + "\n",
    "log": lambda lab, _: lab.serial.transcript.decode(errors="replace"),
    "argv": lambda lab, _: " ".join(lab.qemu.argv) + "\n",
    "status": lambda lab, _: _status(lab),
    "stop": lambda lab, _: lab.stop(),
    "kill": lambda lab, _: lab.kill(),
}


def ask(name: str, request: list[str]) -> str:
    """Send a command to the keeper of machine ``name`` and return its answer."""
    with socket.socket(socket.AF_UNIX) as link:
        try:
            link.connect(str(folder(name) / "control"))
        except OSError as error:
            raise HostError(f"No machine named {name} is on.", hint="Start one: tools.vm start …") from error
        with link.makefile("rwb") as stream:
            stream.write(json.dumps(request).encode() + b"\n")
            stream.flush()
            answer = json.loads(stream.readline() or '{"error": "The keeper of the machine ended."}')
    if "error" in answer:
        raise HostError(answer["error"])
    return str(answer["ok"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
