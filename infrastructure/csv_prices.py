"""Prices from a folder of CSV files, for networks without a provider (spec 5.2)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Lock

import msgspec

from application.ports import Close, Fetched, TradingCalendar
from application.price_files import BadRow, PriceFile, read_price_file
from domain.closing_price import is_price
from domain.corporate_action import CorporateAction

_MOST_SENTENCES = 5


class _Read(msgspec.Struct, frozen=True):
    """A file as it was read: how it was stamped then, and what it said of each symbol."""

    stamp: tuple[int, int]
    closes: Mapping[str, Sequence[Close]]
    actions: Sequence[CorporateAction]
    bad_rows: Sequence[BadRow]


@dataclass
class CsvPrices:
    """The PriceSource named `csv`: every *.csv of a folder, read again when it changes.

    Of several prices of a symbol and day the last one counts, files in the order of their names.
    A row that cannot be used is a warning with file and line, for whoever asks for its symbol; one
    without a symbol is for everybody.
    """

    folder: Path
    calendar: TradingCalendar
    _files: dict[str, _Read] = field(default_factory=dict)
    _one_at_a_time: Lock = field(default_factory=Lock, repr=False)

    name = "csv"

    def fetch(self, spans: Mapping[str, tuple[date, date]]) -> Fetched:
        """What the files say of each symbol within its span; a folder that is gone is an outage."""
        try:
            with self._one_at_a_time:
                files = self._current()
        except OSError:
            told = f"The folder of prices '{self.folder.name}' cannot be read: look at MARKET_DATA."
            return Fetched(warnings=[told], is_outage=True)
        closes = [
            close
            for file in files.values()
            for symbol, span in spans.items()
            for close in file.closes.get(symbol, ())
            if span[0] <= close.session <= span[1]
        ]
        answered = {close.symbol for close in closes}
        return Fetched(
            closes=closes,
            actions=[a for file in files.values() for a in file.actions if _is_within(a, spans)],
            missing=[symbol for symbol in spans if symbol not in answered],
            warnings=list(_warnings(files, spans)),
        )

    def _current(self) -> Mapping[str, _Read]:
        """The files as they are now; those that changed are read again.

        Raises:
            OSError: the folder or one of its files cannot be read.
        """
        known, self._files = self._files, {}
        for path in sorted(self.folder.iterdir()):
            if path.suffix.lower() == ".csv" and path.is_file():
                status = path.stat()
                stamp = (status.st_mtime_ns, status.st_size)
                read = known.get(path.name)
                if read is None or read.stamp != stamp:
                    read = self._read(path, stamp)
                self._files[path.name] = read
        return dict(self._files)

    def _read(self, path: Path, stamp: tuple[int, int]) -> _Read:
        try:
            file = read_price_file(path.read_text(encoding="utf-8"), self.name)
        except UnicodeDecodeError:
            file = PriceFile(bad_rows=[BadRow(1, "", "The file is not text in UTF-8.")])
        closes: dict[str, list[Close]] = defaultdict(list)
        bad_rows = list(file.bad_rows)
        for line, close in file.closes:
            if reason := self._refusal(close):
                bad_rows.append(BadRow(line, close.symbol, reason))
            else:
                closes[close.symbol].append(close)
        return _Read(stamp, closes, file.actions, bad_rows)

    def _refusal(self, close: Close) -> str | None:
        if not is_price(close.price):
            return "A close is above zero and has at most 6 decimals."
        if not self.calendar.is_session(close.session):
            return f"{close.session} is a day without trading."
        return None


def _is_within(action: CorporateAction, spans: Mapping[str, tuple[date, date]]) -> bool:
    span = spans.get(action.symbol)
    return span is not None and span[0] <= action.ex_on <= span[1]


def _warnings(files: Mapping[str, _Read], symbols: Mapping[str, object]) -> Iterator[str]:
    for name, file in files.items():
        told = [bad for bad in file.bad_rows if not bad.symbol or bad.symbol in symbols]
        for bad in told[:_MOST_SENTENCES]:
            yield f"{name}, line {bad.line}: {bad.reason} The row was not used."
        if len(told) > _MOST_SENTENCES:
            yield f"{name}: {len(told) - _MOST_SENTENCES} more rows were not used."
