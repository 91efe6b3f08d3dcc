"""Build steps that say their name and time, and on failure the command and where its log is."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from host.errors import HostError
from host.run import CommandError, Result, run


class Steps:
    """Runs the steps of one build; commands of a step log to ``<logs>/<step>.log``."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.times: dict[str, float] = {}
        self._log = logs / "build.log"
        logs.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def step(self, name: str, title: str) -> Iterator[None]:
        """One named step: prints its title, then how many seconds it took."""
        self._log = self.logs / f"{name}.log"
        self._log.write_text("")
        print(f"  {title} ...", end="", flush=True)
        start = time.monotonic()
        try:
            yield
        except BaseException:
            print(" failed", flush=True)
            raise
        self.times[name] = time.monotonic() - start
        print(f" {self.times[name]:.1f} s", flush=True)

    def run(
        self,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        inherit: Collection[str] | None = None,
        cwd: Path | None = None,
        stdin: str | None = None,
    ) -> Result:
        """Run a command of the present step. Raises HostError that names the log when it fails."""
        with self._log.open("a") as log:
            log.write(f"$ {shlex.join(str(arg) for arg in argv)}\n")
            try:
                result = run(argv, env=env, inherit=inherit, cwd=cwd, stdin=stdin)
            except CommandError as error:
                log.write(error.output)
                raise HostError(
                    f"{error.message}\n  command: {shlex.join(error.argv)}", hint=f"\n  log: {self._log}"
                ) from error
            log.write(result.stdout + result.stderr)
        return result


def fail(error: HostError) -> int:
    """Print a failed build and return its exit code."""
    print(f"\nThe build failed: {error}", file=sys.stderr)
    return 1
