"""docs/benchmarks.md: the table in it is written by what measures, all else by hand.

Rows that another module measured stay, with their day; those of another machine go.
"""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import psutil

from tests.benchmarks.row import HEADS, Row

DOCUMENT = Path(__file__).parents[2] / "docs" / "benchmarks.md"
BEGIN, END = "<!-- measured -->", "<!-- end -->"
_BUSY = 0.1
"""Use of the cores before it began from which on a machine counts as busy."""
_LOOKS_FOR_S = 2.0


def write(
    name: str, rows: Sequence[Row], modules: Sequence[str], load: float, document: Path = DOCUMENT
) -> None:
    """Put a module's rows into the table, in the order of all `modules`.

    `load` is what the machine had to do already, of all it can, when the module began.
    """
    before, rest = document.read_text(encoding="utf-8").split(BEGIN)
    table, after = rest.split(END)
    measured = _read(table) if machine() in table else {}
    day = datetime.now(UTC).strftime("%Y-%m-%d") + (", busy machine" if load > _BUSY else "")
    measured[name] = [_line((*row.cells, f"`{name}` {day}")) for row in rows]
    lines = [line for module in modules for line in measured.get(module, [])]
    head = [_line((*HEADS, "By, on")), "|" + "---|" * (len(HEADS) + 1)]
    written = "\n".join(["", machine(), _goals(lines), "", *head, *lines, ""])
    document.write_text(f"{before}{BEGIN}{written}{END}{after}", encoding="utf-8")


def _goals(lines: Sequence[str]) -> str:
    met, missed = (sum(how in line for line in lines) for how in (", met |", ", MISSED |"))
    return f"Of {met + missed} goals {met} are met; what is said below has why {missed} are not."


def machine() -> str:
    """What it was measured on, in a sentence."""
    memory = psutil.virtual_memory().total / 1024**3
    return (
        f"Measured on {os.cpu_count()} cores of {_processor()}, {memory:.0f} GB, "
        f"{platform.system()}, Python {platform.python_version()}."
    )


def share_in_use() -> float:
    """What the machine has to do now beside this process that waits: a share of its cores."""
    return float(psutil.cpu_percent(_LOOKS_FOR_S)) / 100


def _read(table: str) -> dict[str, list[str]]:
    """The lines of a table by the module that measured them."""
    by_module: dict[str, list[str]] = {}
    for line in table.splitlines():
        if line.startswith("| ") and "`" in (last := line.split(" | ")[-1]):
            by_module.setdefault(last.split("`")[1], []).append(line)
    return by_module


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(": ")[2]
    return platform.machine()
