"""The fast path for large files of the template: columns prove what is good (spec 9.1).

Most rows of a large file are good, and of a good row nothing has to be said. So whole columns are
asked which lines are good rows for sure, and these become positions at once. Every other line, and
every row whose symbol and entry date stood above already, goes to the same readers as in a small
file, each at its turn: errors are the same because the same code finds them.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from interfaces.files.choices import Horizon
from interfaces.files.reading import (
    ROW_LIMIT,
    Header,
    Lines,
    Problem,
    Record,
    Text,
    records_of,
    too_many_rows,
)
from interfaces.files.template.lots import SingleRows

if TYPE_CHECKING:
    from polars import DataFrame

    from interfaces.files.template.proof import Proof

_MOST_COLUMNS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """From how many bytes on columns are asked, and how many lines at a time.

    Below that, importing polars for a first file takes longer than reading it.
    """

    large_bytes: int = 512 * 1024
    lines_at_once: int = 8_192

    def suits(self, text: Text, header: Header) -> bool:
        """Whether columns are asked of this file; of one with very many they would be costly."""
        return len(text.content) >= self.large_bytes and len(header.cells) <= _MOST_COLUMNS


PACE = Pace()


class ColumnarReading:
    """One large file being read; its proven rows go straight into `together`."""

    def __init__(self, text: Text, header: Header, together: SingleRows, pace: Pace) -> None:
        self._header = header
        self._together = together
        self._lines_at_once = pace.lines_at_once
        self._lines = Lines(text.lines())
        self._records = records_of(self._lines, header.delimiter)
        self._room = ROW_LIMIT

    def rows_left(self, places: Mapping[str, int], horizon: Horizon) -> Iterator[Record | Problem]:
        """What is left to be read plainly below the header, each when all above it is taken."""
        for item in self._records:
            if isinstance(item, Problem):
                yield item
            elif item.row == self._header.row:
                break
        for item in self._unproven(places, horizon):
            if isinstance(item, Record):
                if not self._room:
                    yield too_many_rows(item.row)
                    return
                self._room -= 1
            yield item

    def _unproven(self, places: Mapping[str, int], horizon: Horizon) -> Iterator[Record | Problem]:
        for proof in self._proofs(places, horizon):
            for stop in (*proof.unproven, proof.size):
                while not self._take_up_to(stop, proof):
                    yield from islice(self._records, 1)
                if self._lines.row - proof.above == stop < proof.size:
                    yield from islice(self._records, 1)

    def _take_up_to(self, stop: int, proof: "Proof") -> bool:
        """Take the proven rows above the line `stop`; False where a record has to come first."""
        start = self._lines.row - proof.above
        if start >= stop:  # a record of several lines may reach beyond
            return True
        first = bisect_left(proof.proven, start)
        last = bisect_left(proof.proven, stop, first)
        some = proof.positions[first : min(last, first + self._room)]
        taken = self._together.take_proven(some)
        self._room -= taken
        is_done = first + taken == last
        self._lines.skip((stop if is_done else proof.proven[first + taken]) - start)
        return is_done

    def _proofs(self, places: Mapping[str, int], horizon: Horizon) -> Iterator["Proof"]:
        """The rest of the file, lines by lines; columns of the next are asked meanwhile."""
        from interfaces.files.template.proof import Prover  # noqa: PLC0415 - see `Pace`

        prover = Prover(self._header, places, horizon)
        expected: list[str] = []
        asked: Future[DataFrame] | None = None
        with ThreadPoolExecutor(1) as thread:
            while ahead := self._lines.ahead(2 * self._lines_at_once):
                lines, coming = ahead[: self._lines_at_once], ahead[self._lines_at_once :]
                if asked is None or lines != expected:
                    asked = thread.submit(prover.sure_rows.among, lines)
                rows = asked.result()
                expected, asked = coming, thread.submit(prover.sure_rows.among, coming)
                yield prover.prove(lines, rows, above=self._lines.row)
