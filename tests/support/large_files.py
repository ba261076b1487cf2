"""Large files of the template with faults of every code, read by columns or row by row.

`python -m tests.support.large_files WAY PATH` reads a file in a process of its own and prints how
many bytes of memory that took beyond those of the program.
"""

import random
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path

from interfaces.files.choices import Choices, Horizon
from interfaces.files.parsed_file import ERRORS_KEPT, ERRORS_LISTED, ErrorList, Findings, ParsedFile
from interfaces.files.reading import Problem, open_text
from interfaces.files.template import template
from interfaces.files.template.columnar import Pace
from interfaces.files.template.columns import COLUMNS

TODAY = date(2026, 1, 5)
CHOICES = Choices(horizon=Horizon(today=TODAY))
ROW_BY_ROW = Pace(large_bytes=sys.maxsize)
BY_COLUMNS = Pace(large_bytes=0)
WAYS: Mapping[str, Pace] = {"row by row": ROW_BY_ROW, "by columns": BY_COLUMNS}

FAULTY: Mapping[str, str] = {
    "ERR_POS_001": ",{n},1.00,2024-01-15",
    "ERR_POS_002": "A B{n},1,1.00,2024-01-15",
    "ERR_POS_003": "X{n}" + "X" * 100 + ",1,1.00,2024-01-15",
    "ERR_POS_004": "X{n},many,1.00,2024-01-15",
    "ERR_POS_005": "X{n},0,1.00,2024-01-15",
    "ERR_POS_006": "X{n},1.0000001,1.00,2024-01-15",
    "ERR_POS_007": 'X{n},1,"$1,234.50",2024-01-15',
    "ERR_POS_008": "X{n},1,-1.00,2024-01-15",
    "ERR_POS_009": "X{n},1,1.005,2024-01-15",
    "ERR_POS_010": "X{n},1,1.00,",
    "ERR_POS_011": "X{n},1,1.00,2023-02-29",
    "ERR_POS_012": "X{n},1,1.00,2026-01-06",
    "ERR_POS_013": "X{n},1,1.00,1926-01-04",
    "ERR_POS_014": "X{n},1,1.00,2024-01-15,STOCK",
    "ERR_POS_015": "X{n},1,1.00,2024-01-15,PUBLIC,FUND",
    "ERR_POS_016": "X{n},1,1.00,2024-01-15,,,,,,,2024-01-14,2.00",
    "ERR_POS_017": "X{n},1,1.00,2024-01-15,,,,,,,2024-01-16,",
    "ERR_POS_018": "X{n},1,1.00,2024-01-15,OPTIONS",
    "ERR_POS_019": "X{n},1,1.00,2024-01-15,,,X,five,2025-01-17,PUT",
    "ERR_POS_020": "SPY250919C{n:08},1,1.00,2025-09-20,OPTIONS,CALL",
    "ERR_POS_021": "X{n},1,1.00,2024-01-15,,,X,5,2025-01-17,P",
    "ERR_POS_022": "AAPL,1,1.00,2024-01-15\n aapl ,1,1.00,2024-01-15",
    "ERR_POS_023": "X{n},1,1.00,2024-01-15,,,,,,,2024-01-16,0",
    "ERR_POS_024": "SPY250919C{n:08},1,1.00,2024-01-15,,PUT",
    "ERR_POS_025": "X{n},1,1,234.50,2024-01-15,PUBLIC,STOCK,,,,,,,,",
    "ERR_POS_026": "X{n},1,1.00,2024-01-15,,,TOOLONGNAME,5,2025-01-17,PUT",
    "ERR_POS_027": "X{n},1000000000,1000.01,2024-01-15",
}
"""By the code of an error, rows of the four required columns and more that have it."""

_NOTE = "bought on the advice of a friend who knows the trade"
_FIRST_DAY = date(2012, 1, 3)


def large_file(rows: int, faulty_pct: int = 5, *, with_notes: bool = False) -> bytes:
    """A file of so many rows of all kinds, the faulty ones of each code in turn; UTF-8.

    With notes a row is about 100 bytes long, so that 100,000 are about 10 MB.
    """
    rng = random.Random(rows)  # noqa: S311 - the same file each time
    faults = cycle(FAULTY.values())
    names, tail = ((*COLUMNS, "Notes"), f",{_NOTE}") if with_notes else (COLUMNS, "")
    lines = [",".join(names)]
    while len(lines) <= rows:
        number = len(lines)
        if rng.random() * 100 < faulty_pct:
            lines += next(faults).format(n=number).split("\n")
        else:
            lines.append(",".join(_row(rng, number)) + tail)
    return "\n".join([*lines[: rows + 1], ""]).encode()


def _row(rng: random.Random, number: int) -> Iterator[str]:
    """A good row: mostly shares, a tenth each of options and of private assets, some sold."""
    kind = rng.random()
    entry_on = _FIRST_DAY + timedelta(rng.randrange(4_000))
    if kind < 0.1:
        right = rng.choice(["CALL", "PUT"])
        yield f"SPY260918{right[0]}{number:08}"
    else:
        yield "".join(rng.choices("ABCDEFGHIKLM", k=3)) + str(number % 1_000)
    yield str(rng.randint(1, 2_000)) if kind < 0.7 else f"{rng.uniform(-99, 99):.4f}1"
    yield f"{rng.uniform(1, 900):.2f}"
    yield entry_on.isoformat()
    if kind < 0.1:
        yield from ("OPTIONS", right)
    elif kind < 0.2:
        yield from ("private", rng.choice(["ART", "CRYPTO", "OTHER"]))
    else:
        yield from rng.choice([("PUBLIC", "STOCK"), ("PUBLIC", "ETF"), ("", "")])
    is_sold = rng.random() < 0.1
    exits = ((entry_on + timedelta(30)).isoformat(), f"{rng.uniform(1, 900):.2f}")
    yield from ("", "", "", "", *(exits if is_sold else ("", "")))


def read(content: bytes, pace: Pace, choices: Choices = CHOICES) -> ParsedFile:
    """Read a file of the template the way that `pace` says."""
    found = Findings(ErrorList(ERRORS_KEPT if choices.accepts_valid else ERRORS_LISTED))
    text = open_text(content, "positions.csv")
    if isinstance(text, Problem):
        found.errors.add_for_file(text.code, text.message)
    else:
        template.read(text, choices, found, pace)
    return found.parsed("")


def memory_to_read(path: Path, way: str) -> int:
    """Bytes that reading the file takes in a process of its own; Linux only.

    Raises:
        subprocess.CalledProcessError: the process ended otherwise than well.
    """
    command = [sys.executable, "-m", "tests.support.large_files", way, str(path)]
    return int(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def _memory(figure: str) -> int:
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(figure))


def _print_memory(way: str, path: Path) -> None:
    """Read a small file first: what a program needs once is no memory of a file."""
    read(large_file(1_000), WAYS[way])
    before = _memory("VmRSS")
    file = read(path.read_bytes(), WAYS[way])
    sys.stdout.write(str(_memory("VmHWM") - before if file.source_format else 0))


if __name__ == "__main__":
    _print_memory(sys.argv[1], Path(sys.argv[2]))
