"""Writes what was measured into docs/scaling.md, between two markers; the prose around it stays.

Each part says by which command and when it was measured. Parts that were not measured anew stay;
those of another machine go.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
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

TITLES: Mapping[str, str] = {
    "users": "Users, each with an account of 50 positions",
    "positions": "Positions of an account valued for 16 sessions",
    "days": "Sessions valued, of an account of 25 positions",
    "processes": "Two processes",
    "partitions": "Events in partitions",
    "events": "Events of the log, of accounts of 5 positions valued for a year",
}
"""The parts, in their order: the log that grows comes last, as it takes longest."""

_HEADING = "### "
_MOST_PARTITIONED = 100_000
_BUSY = 0.1
_READING = (
    f"Times are the least of {ROUNDS} rounds; what reads a whole log of many events is timed once."
    " A slope of 0 does not grow, 1 grows in proportion; in brackets those of single rounds."
)


def write(parts: Sequence[str], events: int) -> None:
    """Measure parts and put them into the document, each as soon as it is known."""
    for part in parts:
        in_use = share_in_use()
        for measured in _measured(part, events):
            told = f"{measured}\n\n{_how(part, events, in_use)}"
            DOCUMENT.write_text(put(DOCUMENT.read_text("utf-8"), part, told), "utf-8")


def put(document: str, part: str, told: str) -> str:
    """The document with other words in that part.

    Raises:
        ValueError: it has not both markers, in their order.
    """
    before, begin, rest = document.partition(BEGIN)
    measured, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the document lacks {BEGIN} or {END}")
    parts = {**(_parts(measured) if machine() in measured else {}), part: told.strip()}
    sections = [f"{_HEADING}{TITLES[one]}\n\n{parts[one]}" for one in TITLES if one in parts]
    written = "\n\n".join([f"{machine()} {_READING}", *sections])
    return f"{before}{BEGIN}\n\n{written}\n\n{END}{after}"


def grown(found: Found) -> str:
    """How costs grow in a dimension, and what is on disk; of users, what a night takes."""
    heads = [f"{size:,}" for size in found.sizes]
    lines = [_line(["What", *heads, "Slope"]), "|---" * (len(heads) + 2) + "|"]
    for what, rounds in found.costs.items():
        lines.append(_line([what, *map(_seconds, least(rounds)), str(found.slope(what))]))
    events = ", ".join(f"{number:,}" for number in found.events)
    lines += ["", f"Events in the log at the end: {events}."]
    if found.bytes_each:
        each = (f"{kind} {size:,.0f}" for kind, size in found.bytes_each.items())
        lines += ["", f"Bytes on disk at the end, with indexes: {', '.join(each)}."]
    if found.dimension == "users":
        lines += ["", _night(found)]
    return "\n".join(lines)


def compared(rows: Iterable[Row]) -> str:
    """Rows as a table."""
    lines = [_line(HEADS), "|---" * len(HEADS) + "|", *(_line(row.cells) for row in rows)]
    return "\n".join(lines)


def _measured(part: str, events: int) -> Iterator[str]:
    if part == "processes":
        yield compared(side_by_side.compare())
    elif part == "partitions":
        yield compared(partitioning.trial(min(events, _MOST_PARTITIONED)))
    else:
        for found in grow(part, events if part == "events" else SIZES[part]):
            show(found)
            yield grown(found)


def _how(part: str, events: int, in_use: float) -> str:
    size = f" EVENTS={events}" if part in ("partitions", "events") else ""
    busy = f", {in_use:.0%} of the cores in use by others" if in_use > _BUSY else ""
    return f"By `make scaling ONLY={part}{size}` on {datetime.now(UTC):%Y-%m-%d}{busy}."


def _parts(measured: str) -> dict[str, str]:
    """What stands there by the part."""
    by_title = {title: part for part, title in TITLES.items()}
    parts = {}
    for section in f"\n{measured}".split(f"\n{_HEADING}")[1:]:
        title, _, told = section.partition("\n")
        if part := by_title.get(title.strip()):
            parts[part] = told.strip()
    return parts


def _night(users: Found) -> str:
    """Computed by the steepest slope of a round, and as if a run never got cheaper by its size."""
    slope, most, measured = users.slope(RUN), users.sizes[-1], least(users.costs[RUN])[-1]
    each = measured * (PORTFOLIOS / most) ** max(0.0, slope.most)
    night_s = PORTFOLIOS * each
    verdict = "reached" if night_s <= NIGHT_S else "not reached"
    return (
        f"**{PORTFOLIOS:,} portfolios in a night.** One worker takes {_seconds(measured)} for an"
        f" account of 50 positions in a night of {most:,}; by the steepest slope of a round,"
        f" {max(0.0, slope.most):.2f}, {_seconds(each)} in one of {PORTFOLIOS:,}:"
        f" {night_s / 3600:.1f} hours. The aim is a night of {NIGHT_S // 3600} hours:"
        f" **{verdict}**."
    )


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _seconds(seconds: float) -> str:
    return figure(seconds, "s")


if __name__ == "__main__":
    silence_logs()
    write(sys.argv[2:] or list(TITLES), int(sys.argv[1]))
