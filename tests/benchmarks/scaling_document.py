"""Writes what was measured into docs/scaling.md, between two markers; the prose around it stays."""

import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks import partitioning, side_by_side
from tests.benchmarks.databases import silence_logs
from tests.benchmarks.document import machine, share_in_use
from tests.benchmarks.row import HEADS, Row, figure
from tests.benchmarks.scaling import ROUNDS, RUN, SIZES, Found, grow, show
from tests.benchmarks.slopes import least

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "scaling.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
PORTFOLIOS, NIGHT_S = 100_000, 8 * 3600
"""What one machine should value, and in which time: from the close's evening to the morning."""

_MOST_PARTITIONED = 100_000
_OF_ACCOUNTS = ("users", "positions", "days")
_TOLD = {
    "users": "Users, each with an account of 50 positions",
    "positions": "Positions of an account valued for 16 sessions",
    "days": "Sessions valued, of an account of 25 positions",
    "events": "Events of the log, of accounts of 5 positions valued for a year",
}


def write(events: int) -> None:
    """Measure everything and put it into the document, each part as soon as it is known.

    The log that grows comes last, as it takes longest.
    """
    in_use = share_in_use()
    found = [one for dimension in _OF_ACCOUNTS for one in grow(dimension, SIZES[dimension])]
    _keep(between(found, [], [], in_use))
    beside = side_by_side.compare()
    _keep(between(found, beside, [], in_use))
    parted = partitioning.trial(min(events, _MOST_PARTITIONED))
    for grown in grow("events", events):
        show(grown)
        _keep(between([*found, grown], beside, parted, in_use))


def _keep(told: str) -> None:
    DOCUMENT.write_text(put(DOCUMENT.read_text("utf-8"), told), "utf-8")


def put(document: str, told: str) -> str:
    """The document with other words between the markers.

    Raises:
        ValueError: it has not both, in their order.
    """
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the document lacks {BEGIN} or {END}")
    return f"{before}{BEGIN}\n\n{told.strip()}\n\n{END}{after}"


def between(
    found: Sequence[Found], beside: Sequence[Row], parted: Sequence[Row], in_use: float = 0
) -> str:
    """What was measured so far, as Markdown; `in_use` by others was that share of the cores."""
    sections = [_machine(in_use), *map(_slopes, found), _bytes(found)]
    if beside:
        sections += [_capacity(found[0], beside[0]), _rows("Two processes", beside)]
    if parted:
        sections.append(_rows("Events in partitions", parted))
    return "\n\n".join(sections)


def _machine(in_use: float) -> str:
    asked = " ".join(["make scaling", *(f"EVENTS={number}" for number in sys.argv[1:])])
    return (
        f"{machine()} Written by `{asked}` on {datetime.now(UTC):%Y-%m-%d},"
        f" {in_use:.0%} of the cores in use by others. Times are the least of {ROUNDS} rounds; what"
        " reads a whole log of many events is timed once. A slope of 0 does not grow, 1 grows in"
        " proportion; in brackets those of single rounds."
    )


def _slopes(found: Found) -> str:
    heads = [f"{size:,}" for size in found.sizes]
    lines = [f"### {_TOLD[found.dimension]}", ""]
    lines += _table(["What", *heads, "Slope"], ())
    for what, rounds in found.costs.items():
        lines.append(_line([what, *map(_seconds, least(rounds)), str(found.slope(what))]))
    events = ", ".join(f"{number:,}" for number in found.events)
    return "\n".join([*lines, "", f"Events in the log at the end: {events}."])


def _bytes(found: Sequence[Found]) -> str:
    kinds = list(dict.fromkeys(kind for one in found for kind in one.bytes_each))
    rows = (
        [kind, *(f"{one.bytes_each[kind]:,.0f}" if kind in one.bytes_each else "" for one in found)]
        for kind in kinds
    )
    heads = ["Bytes of", *(f"{one.sizes[-1]:,} {one.dimension}" for one in found)]
    return "\n".join(["### On disk, with indexes", "", *_table(heads, rows)])


def _capacity(users: Found, by_two: Row) -> str:
    """Computed by the steepest slope of a round, and as if a run never got cheaper by its size."""
    slope, most, measured = users.slope(RUN), users.sizes[-1], least(users.costs[RUN])[-1]
    each = measured * (PORTFOLIOS / most) ** max(0.0, slope.most)
    night_s = PORTFOLIOS * each
    by_two_s = night_s / by_two.ratio
    verdict = "reached" if min(night_s, by_two_s) <= NIGHT_S else "not reached"
    return "\n".join(
        [
            f"### {PORTFOLIOS:,} portfolios in a night",
            "",
            f"One worker takes {_seconds(measured)} for an account of 50 positions in a night of"
            f" {most:,}; by the steepest slope of a round, {max(0.0, slope.most):.2f},"
            f" {_seconds(each)} in one of {PORTFOLIOS:,}: {night_s / 3600:.1f} hours by one worker,"
            f" {by_two_s / 3600:.1f} by two ({by_two.ratio:.2f}x). The aim is a night of"
            f" {NIGHT_S // 3600} hours: **{verdict}**.",
        ]
    )


def _rows(title: str, rows: Iterable[Row]) -> str:
    table = _table(HEADS, (row.cells for row in rows))
    return "\n".join([f"### {title}", "", *table])


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [_line(heads), "|---" * len(heads) + "|", *map(_line, rows)]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _seconds(seconds: float) -> str:
    return figure(seconds, "s")


if __name__ == "__main__":
    silence_logs()
    write(int(sys.argv[1]) if len(sys.argv) > 1 else SIZES["events"])
