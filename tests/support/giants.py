"""Files of 10 MB that are as bad as can be, and a process of its own that reads one (spec 3.1).

`python -m tests.support.giants NAME ACCEPTS_VALID` prints what reading it took, as JSON.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from itertools import count
from pathlib import Path

from interfaces.files.choices import Choices, Horizon
from interfaces.files.reading import RECORD_LIMIT_CHARACTERS, SIZE_LIMIT_BYTES
from interfaces.files.recognition import parse
from interfaces.files.rejected_rows import rejected_csv

_TEMPLATE = b"Symbol,Quantity,Entry Price Per Share,Entry Date"
_SCHWAB = b"Positions for account A as of 2012/12/31\nSymbol,Quantity,Price,Market Value,Cost Basis"
_SCHWAB_ALL = b"Positions for All-Accounts as of 12/31/2012\n"
_LOTS = b"ABC Lot Details for A as of 12/31/2012\nOpen Date,Quantity,Price,Cost/Share"
_FIDELITY = b"Account Number,Symbol,Description,Quantity,Current Value,Cost Basis Total"
_VANGUARD = b"Account Number,Investment Name,Symbol,Shares,Share Price,Total Value"
_TRADED = b"Account Number,Trade Date,Transaction Type,Symbol,Shares,Net Amount"
_ETRADE = b"View Summary - All\nSymbol,Quantity,Price Paid $,Value $"
_ONE_RIGHT = _TEMPLATE + b",Notes\nA,1,1,2012-01-03"
_PADDING = "x" * 100  # so that 10 MB are less than 100,000 rows
_LINE = RECORD_LIMIT_CHARACTERS - 2


def _filled(beginning: bytes, repeated: bytes) -> bytes:
    """`beginning` and as many of `repeated` as a file of 10 MB holds."""
    room = SIZE_LIMIT_BYTES - len(beginning)
    return beginning + repeated * (room // len(repeated))


def _lines(header: bytes, line: bytes) -> bytes:
    return _filled(header + b"\n", line + b"\n")


def _long_lines(header: bytes, before: bytes, repeated: bytes, after: bytes = b"") -> bytes:
    """Lines of `repeated` between `before` and `after`, each as long as a record may be."""
    room = _LINE - len(before) - len(after)
    line = before + repeated * (room // len(repeated)) + after
    return _filled(header + b"\n", line + b"\n")


def _numbered(header: bytes, line: str) -> bytes:
    """Lines with `{n}` counted up."""
    content = bytearray(header + b"\n")
    lines = (f"{line}\n".format(n=n).encode() for n in count())
    while len(content) + len(more := next(lines)) <= SIZE_LIMIT_BYTES:
        content += more
    return bytes(content)


_REPEATED: Mapping[str, bytes] = {
    "one line": b"x",
    "quotes": b'"',
    "delimiters": b",",
    "delimiters of all kinds": b",;\t",
    "blank lines": b"\n",
    "carriage returns": b"\r",
    "blanks": b" ",
    "comments": b"#\n",
    "a quote on every line": b'"\n',
    "two letters on every line": b"ab\n",
    "apostrophes": b"'",
    "headers of the template": _TEMPLATE + b"\n",
    "headers of Schwab": _SCHWAB + b"\n",
    "headers of Fidelity": _FIDELITY + b"\n",
    "headers of Vanguard": _VANGUARD + b"\n",
    "headers of E*TRADE": _ETRADE + b"\n",
    "one header without an end": _TEMPLATE + b",",
}
_ROWS: Mapping[str, tuple[bytes, bytes]] = {
    "rows of commas": (_TEMPLATE, b"," * 50 + b"1"),
    "errors in every cell": (_TEMPLATE + b",Exit Date,Exit Price Per Share", b"?,a,b,c,d,e"),
    "quotes left open": (_TEMPLATE, b'A,"1'),
    "duplicates": (_TEMPLATE, b"A,1,1,2012-01-03"),
    "short rows of Schwab": (_SCHWAB, b"A,1,1,1,1"),
    "futures of Schwab": (_SCHWAB, b"/A,1,1,1,1"),
    "short lots of Schwab": (_LOTS, b"1/3/2012,1,1,1"),
    "short rows of Fidelity": (_FIDELITY, b"1,A,A,1,1,1"),
    "rows of Fidelity without an account": (_FIDELITY + b"\n1,A,A,1,1,1", b",A,A,1,1,1"),
    "short rows of Vanguard": (_VANGUARD, b"1,A,A,1,1,1"),
    "short transactions of Vanguard": (
        _VANGUARD + b"\n1,A,A,1,1,1\n" + _TRADED,
        b"1,1/3/2012,Buy,A,1,1",
    ),
    "short rows of E*TRADE": (_ETRADE, b"A,1,1,1"),
    "short lots of E*TRADE": (_ETRADE + b"\nA,1,1,1", b"1/3/2012,1,1,1"),
}
_LONG: Mapping[str, tuple[bytes, bytes, bytes, bytes]] = {
    "cells of two letters": (_TEMPLATE, b"", b"ab,", b""),
    "many columns": (_TEMPLATE + b",c" * 40_000, b"A,1,1,2012-01-03", b",1", b""),
    "one long number": (_TEMPLATE, b"A,1,1,2012-01-03,", b"9", b""),
    "long numbers of Schwab": (_SCHWAB, b"A,1,1,1,", b"9", b""),
    "long quantities of E*TRADE": (_ETRADE, b"A,", b"9", b",1,1"),
    "brackets in a header of Schwab": (_SCHWAB, b"Symbol,Quantity,", b" (", b""),
    "masked numbers of Schwab": (_SCHWAB, b"", b"XXX-", b"!"),
    "masks of Schwab": (_SCHWAB, b"", b"X", b""),
    "titles of Schwab": (_SCHWAB, b"Positions for ", b" as of", b'"'),
    "coupons of Vanguard": (_VANGUARD, b"1,", b"CPN ", b",,1,1,1"),
    "blanks before a day of E*TRADE": (_ETRADE, b'"Generated at', b" ", b'x\nx"'),
    "bonds of E*TRADE": (_ETRADE, b"", b"1/1/", b" x,1,1,1"),
}
_COUNTED: Mapping[str, tuple[bytes, str]] = {
    "accounts of Schwab": (
        _SCHWAB_ALL,
        "A{n} XXX-{n}\nSymbol,Quantity,Cost Basis\nA,1,1",
    ),
    "accounts of Fidelity": (_FIDELITY, "{n},A,A,1,1,1"),
    "accounts of Vanguard": (_VANGUARD, "{n},A,A,1,1,1"),
    "accounts of E*TRADE": (
        b"",
        "Account Summary\nAccount,X\nA{n},\nView Summary\nSymbol,Quantity\nA,1",
    ),
    "different rows": (_TEMPLATE, "S{n},1,1,2012-01-03"),
    "wrong rows": (_ONE_RIGHT, f"S{{n}},x,1,2012-01-03,{_PADDING}"),
    "rows wrong in every cell": (_ONE_RIGHT, f"?{{n}},{{n}}x,{{n}}y,{{n}},{_PADDING}"),
    "wrong rows of Fidelity": (_FIDELITY + b"\n1,A,A,1,1,1", f"1,A{{n}},A,x,1,1,{_PADDING}"),
    "wrong lots of E*TRADE": (
        _ETRADE,
        f"A{{n}},2,1,1\n1/3/2012,1,1,1,{_PADDING}{_PADDING}{_PADDING}\n1/3/2012,x,1",
    ),
    "different assumptions": (_FIDELITY, "1,Pending activity,,,{n},x"),
}


def _bound(
    make: Callable[..., bytes], all_parts: Mapping[str, tuple[bytes | str, ...]]
) -> dict[str, Callable[[], bytes]]:
    return {name: partial(make, *parts) for name, parts in all_parts.items()}


GIANTS: Mapping[str, Callable[[], bytes]] = {
    **_bound(_filled, {name: (b"", part) for name, part in _REPEATED.items()}),
    **_bound(_lines, _ROWS),
    **_bound(_long_lines, _LONG),
    **_bound(_numbered, _COUNTED),
    "two letters in UTF-16": lambda: (
        "ab,\n".encode("utf-16")[:2] + "ab,\n".encode("utf-16-le") * (SIZE_LIMIT_BYTES // 8 - 1)
    ),
}
"""What makes each giant."""


@dataclass(frozen=True)
class Weight:
    """What reading a giant took: seconds, and bytes of memory beyond those in use before.

    `codes` are those of its errors, without double ones.
    """

    size: int
    seconds: float
    memory: int
    codes: list[str]


def weigh(name: str, within_s: float, *, accepts_valid: bool) -> Weight:
    """Read a giant in a process of its own.

    Raises:
        subprocess.TimeoutExpired: it takes longer than `within_s`.
        subprocess.CalledProcessError: the process ended by an exception or by a signal.
    """
    command = [sys.executable, "-m", "tests.support.giants", name, str(int(accepts_valid))]
    done = subprocess.run(command, timeout=within_s, check=True, stdout=subprocess.PIPE)
    return Weight(**json.loads(done.stdout))


def _read(name: str, *, accepts_valid: bool) -> Weight:
    content = GIANTS[name]()
    choices = Choices(
        horizon=Horizon(today=date(2026, 1, 5)),
        default_entry_date="2012-12-31",
        accepts_valid=accepts_valid,
    )
    for size in (100, 550_000):  # what is loaded once, for small files and for large ones
        few = Choices(horizon=choices.horizon)
        parse(_lines(_TEMPLATE, b"A,1,1,2012-01-03")[:size], "positions.csv", few)
    before, began = _memory("VmRSS"), time.perf_counter()
    file = parse(content, "positions.csv", choices)
    if accepts_valid and file.layout and not file.refuses_file:
        rejected_csv(content, "positions.csv", file)
    seconds, peak = time.perf_counter() - began, _memory("VmHWM")
    codes = sorted({error.code for error in file.errors})
    return Weight(len(content), seconds, peak - before, codes)


def _memory(figure: str) -> int:
    """Linux's figure of this process in bytes, 0 on other systems."""
    status = Path("/proc/self/status")
    lines = status.read_text("ascii").splitlines() if status.exists() else []
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(figure))


if __name__ == "__main__":
    weight = _read(sys.argv[1], accepts_valid=sys.argv[2] == "1")
    sys.stdout.write(json.dumps(asdict(weight)))
