"""What a measurement says, and how it is written down."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

TABLE = "<!-- written by make bench -->"


@dataclass(frozen=True)
class Measurement:
    """One row: what was measured against which floor or peer in the same run.

    ``goal`` bounds ``score``, which is the ratio to the peer, or the value itself where there is no peer.
    """

    name: str
    unit: str
    values: tuple[float, ...]
    goal: float
    peer: str = ""
    peer_values: tuple[float, ...] = ()
    note: str = ""

    @property
    def value(self) -> float:
        """The median of the runs."""
        return statistics.median(self.values)

    @property
    def peer_value(self) -> float | None:
        """The median of the peer's runs."""
        return statistics.median(self.peer_values) if self.peer_values else None

    @property
    def score(self) -> float:
        """What the goal bounds."""
        return self.value / self.peer_value if self.peer_value else self.value

    @property
    def met(self) -> bool:
        """Whether the goal is kept."""
        return self.score <= self.goal


def write_json(path: Path, rows: Sequence[Measurement], machine: str) -> None:
    """Everything measured, with every single run."""
    extra = [{**asdict(row), "value": row.value, "score": row.score, "met": row.met} for row in rows]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"machine": machine, "measurements": extra}, indent=1) + "\n")


def read_json(path: Path) -> list[Measurement]:
    """The measurements of an earlier run; none where there was none."""
    if not path.exists():
        return []
    fields = Measurement.__dataclass_fields__
    rows = json.loads(path.read_text())["measurements"]
    plain = [{name: value for name, value in row.items() if name in fields} for row in rows]
    return [
        Measurement(**{**row, "values": tuple(row["values"]), "peer_values": tuple(row["peer_values"])})
        for row in plain
    ]


def table(rows: Sequence[Measurement]) -> str:
    """The rows as a Markdown table."""
    lines = ["| what | measured | against | ratio | goal | |", "|---|---|---|---|---|---|"]
    for row in rows:
        value = f"{row.value:.3g} {row.unit}" if row.value < 1000 else f"{row.value:.0f} {row.unit}"
        peer = f"{row.peer}: {row.peer_value:.3g} {row.unit}" if row.peer_value else row.peer or "—"
        ratio, goal = (
            (f"{row.score:.2f}", f"{row.goal:g}") if row.peer_value else ("—", f"{row.goal:g} {row.unit}")
        )
        lines.append(
            f"| {row.name} | {value} | {peer} | {ratio} | ≤ {goal} | {'met' if row.met else 'missed'} |"
        )
    return "\n".join(lines)


def write_page(path: Path, rows: Sequence[Measurement], machine: str) -> None:
    """Replace the part of the page below the marker; what people wrote above it stays."""
    head = path.read_text().split(TABLE)[0]
    notes = [f"* {row.name}: {row.note}" for row in rows if row.note]
    parts = [f"{head}{TABLE}", f"Measured on {machine}.", table(rows), "\n".join(notes)]
    path.write_text("\n\n".join(part for part in parts if part) + "\n")
