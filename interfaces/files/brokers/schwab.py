"""Schwab's exports: positions of one account, of all accounts, and lot details (spec 3.6, 03b)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from domain.instrument import OptionTerms
from interfaces.files.brokers.broker_file import BrokerFile, BrokerFormat, Holding, Kind, RowNote
from interfaces.files.brokers.values import day, is_nothing, number
from interfaces.files.guide import Guide
from interfaces.files.parsed_file import shortened
from interfaces.files.reading import Record

_COLUMNS = {
    "symbol": "symbol",
    "description": "description",
    "name": "description",
    "quantity": "quantity",
    "qty": "quantity",
    "price": "last price",
    "last": "last price",
    "market value": "value",
    "mkt val": "value",
    "cost basis": "total cost",
    "cost/share": "cost a share",
    "security type": "type",
    "asset type": "type",
    "open date": "open date",
}
"""What a column of this plain name means, whatever its era (spec 03b)."""

_OURS = frozenset(
    {
        "qty (quantity)",
        "price chng $ (price change $)",
        "price chng % (price change %)",
        "mkt val (market value)",
        "day chng $ (day change $)",
        "day chng % (day change %)",
        "gain $ (gain/loss $)",
        "gain % (gain/loss %)",
        "% of acct (% of account)",
        "reinvest dividends?",
        "reinvest capital gains?",
    }
)
"""Names that only Schwab gives: two of them tell a positions file whose title was cut off."""

_CASH_TYPE = "cash and money market"
_SUBTYPES = {
    "equity": "STOCK",
    "etfs & closed end funds": "ETF",
    "mutual fund": "MUTUAL_FUND",
    "fixed income": "BOND",
    "cryptocurrency": "CRYPTOCURRENCY",
    _CASH_TYPE: "CASH",
}
_TOTALS = frozenset({"account total", "positions total", "total"})
_FUTURES_SUMS = frozenset({"futures cash", "futures positions market value"})
_COST_NOT_KNOWN = frozenset({"incomplete", "missing"})

_POSITIONS_TITLE = re.compile(
    r"positions for (?P<one>account )?(?P<account>.+?)(?: as of (?P<when>.*))?\Z", re.IGNORECASE
)
_LOTS_TITLE = re.compile(
    r"(?P<symbol>\S+(?: \S+ \S+ [CP])?) lot details(?: for (?:account )?(?P<account>.+?))?"
    r"(?: as of (?P<when>.*))?\Z",
    re.IGNORECASE,
)
_OPTION = re.compile(
    r"(?P<underlying>[A-Z][A-Z0-9./]*) +(?P<expires>[0-9/]+) +(?P<strike>[0-9.,]+) +(?P<right>[CP])"
)
_DAY = re.compile(r"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}|[0-9]{1,2}[-/][0-9]{1,2}[-/][0-9]{4}")
_LONG_NAME = re.compile(r".+? \((?P<long>[^()]+)\)\Z")
_CASH_ROW = re.compile(r"cash (?:&|and) ")
_MASKED_NUMBER = re.compile(r"(?:\.{3}|\N{HORIZONTAL ELLIPSIS}|X{3,}-)\w[\w-]*\Z")
_FILE_NAME = re.compile(r"(?P<account>.+?)-Positions\b", re.IGNORECASE)
_LONGEST_NUMBER = 100
"""Characters at a label's end that are searched for a masked number."""

_LABEL_CELLS = 3
"""Most cells of an account's label: one, and more where commas of its name stand unquoted."""


@dataclass(frozen=True, slots=True)
class Schwab:
    """Schwab's format. A title or the names of columns tell it, never their places."""

    guide: Guide

    def recognises(self, head: Sequence[Record]) -> bool:
        """Whether a header stands below one of Schwab's titles, or has names only Schwab gives."""
        title = None
        for record in head:
            if found := _Title.of(record):
                title = found
            elif _header(record, title) and (title or len(_OURS & set(_folded(record))) >= 2):
                return True
        return False

    def read(self, records: Iterable[Record], file_name: str) -> BrokerFile:
        """The whole file: each title, label and header counts until the next one."""
        reading = _Reading(file_name)
        for record, following in pairwise(chain(records, [None])):
            if record is not None:
                reading.take(record, following)
        return BrokerFile(
            accounts=reading.accounts,
            as_of=reading.as_of,
            header_rows=reading.header_rows,
            holdings=reading.holdings,
            notes=reading.notes,
        )


@dataclass(frozen=True, slots=True)
class _Title:
    """A title line. `symbol` is of lot details only; `account` may be a group of accounts."""

    symbol: str
    account: str
    is_group: bool
    as_of: str

    @classmethod
    def of(cls, record: Record) -> "_Title | None":
        """The record as a title, None if it is none. A spreadsheet may have padded or split it."""
        line = _line(record)
        found = _POSITIONS_TITLE.match(line) or _LOTS_TITLE.match(line)
        if found is None:
            return None
        parts = found.groupdict(default="")
        symbol = parts.get("symbol", "")
        return cls(symbol, parts["account"], not (symbol or parts["one"]), _day_in(parts["when"]))


class _Reading:
    """One file being read: where the reader stands, and what was found so far."""

    def __init__(self, file_name: str) -> None:
        named = _FILE_NAME.match(file_name)
        self._account = named["account"] if named else "Schwab"
        self._day_in_file_name = _day_in(file_name)
        self._title: _Title | None = None
        self._columns: Mapping[str, int] | None = None
        self._as_of = ""
        self._accounts: dict[str, None] = {}
        self.header_rows: list[int] = []
        self.holdings: list[Holding] = []
        self.notes: list[RowNote] = []

    @property
    def accounts(self) -> Sequence[str]:
        """All accounts named, each once, in file order."""
        return tuple(self._accounts)

    @property
    def as_of(self) -> str:
        """The day of the first title that has one, else of the file's name."""
        return self._as_of or self._day_in_file_name

    def take(self, record: Record, following: Record | None) -> None:
        """Read `record`; the one after it tells whether it may be an account's label."""
        if title := _Title.of(record):
            self._take_title(title)
        elif columns := _header(record, self._title):
            self._columns = columns
            self.header_rows.append(record.row)
        elif self._is_label(record, following):
            self._enter(_line(record))
        elif self._columns is not None:
            self._take_row(_Row(record, self._columns))

    def _take_title(self, title: _Title) -> None:
        self._title, self._columns = title, None
        self._as_of = self._as_of or title.as_of
        if title.account:
            self._account = title.account
            if not title.is_group:
                self._enter(title.account)

    def _enter(self, account: str) -> None:
        self._account = account
        self._accounts.setdefault(account)

    def _is_label(self, record: Record, following: Record | None) -> bool:
        """Whether the record names the account of the rows below it.

        A masked number at its end says so; else, where the title names no single account, that
        it is the line above a header.
        """
        if not 0 < sum(map(bool, record.cells)) <= _LABEL_CELLS:
            return False
        if _MASKED_NUMBER.search(_line(record)[-_LONGEST_NUMBER:]):
            return True
        may_hold_several = self._title is None or self._title.is_group
        is_above_header = following is not None and bool(_header(following, self._title))
        return may_hold_several and is_above_header

    def _take_row(self, row: "_Row") -> None:
        if row.is_remark or row.name in _TOTALS:
            return
        self._enter(self._account)
        if row.is_of_futures:
            if number(row["value"]) or number(row["quantity"]):
                self.notes.append(RowNote(row.row, self._account, _left_out(row)))
            return
        self.holdings.append(self._cash(row) if row.is_cash else self._asset(row))

    def _cash(self, row: "_Row") -> Holding:
        return Holding(
            row=row.row,
            account=self._account,
            kind=Kind.CASH,
            symbol=row["symbol"],
            description=row["description"],
            value=row["value"],
        )

    def _asset(self, row: "_Row") -> Holding:
        symbol = self._title.symbol if self._title and self._title.symbol else row["symbol"]
        option = _option(symbol)
        return Holding(
            row=row.row,
            account=self._account,
            symbol=symbol,
            description=row["description"],
            quantity=row["quantity"],
            total_cost=row.cost("total cost"),
            # Schwab does not say whether an option's is a share's or a contract's.
            price_paid="" if option else row.cost("cost a share"),
            last_price=row["last price"],
            value=row["value"],
            entry_date=row["open date"],
            option=option,
            subtype=None if option else _SUBTYPES.get(row["type"].casefold()),
        )


class _Row:
    """A row below a header, its texts by meaning: "" for what it lacks or says nothing about."""

    def __init__(self, record: Record, columns: Mapping[str, int]) -> None:
        self.row = record.row
        self._cells = record.cells
        self._columns = columns
        self.name = (self["symbol"] or self["open date"]).casefold()

    def __getitem__(self, meaning: str) -> str:
        place = self._columns.get(meaning)
        if place is None or place >= len(self._cells) or is_nothing(self._cells[place]):
            return ""
        return self._cells[place]

    def cost(self, meaning: str) -> str:
        """A cost, "" where Schwab says in words that it does not know it."""
        return "" if self[meaning].casefold() in _COST_NOT_KNOWN else self[meaning]

    @property
    def is_remark(self) -> bool:
        """A row of one cell with words in it, as of a disclaimer, or of none that says anything."""
        filled = [cell for cell in self._cells if not is_nothing(cell)]
        return not filled or (len(filled) == 1 and " " in filled[0] and not _option(filled[0]))

    @property
    def is_cash(self) -> bool:
        """Cash has no quantity; a money fund of the same type has one."""
        is_of_type = self["type"].casefold() == _CASH_TYPE and not self["quantity"]
        return is_of_type or bool(_CASH_ROW.match(self.name))

    @property
    def is_of_futures(self) -> bool:
        """A contract on a future, `/ESZ25`, or a sum of such: an asset of no class of ours."""
        is_of_type = self["type"].casefold() == "futures"
        return is_of_type or self.name.startswith("/") or self.name in _FUTURES_SUMS


def _left_out(row: _Row) -> str:
    name, value = shortened(row["symbol"] or row["description"]), shortened(row["value"])
    told = f"{name} ({value})" if value else name
    return f"{told} was left out: futures are not imported."


def _header(record: Record, title: _Title | None) -> Mapping[str, int] | None:
    """Where each meaning's column stands, the first of several; None if this is no header.

    A header has Symbol and one more of the columns; that of lot details, whose title has the
    symbol, has Open Date instead.
    """
    names = _folded(record)
    if ("open date" if title and title.symbol else "symbol") not in names:
        return None
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        long = _LONG_NAME.match(name)
        meaning = _COLUMNS.get(long["long"] if long else name)
        if meaning:
            places.setdefault(meaning, place)
    return places if len(places) >= 2 else None


def _option(symbol: str) -> OptionTerms | None:
    """The terms in `MAR 12/28/2018 112.00 C`, None where the symbol is not an option's."""
    found = _OPTION.fullmatch(symbol)
    if found is None:
        return None
    expires_on, strike = day(found["expires"]), number(found["strike"])
    if expires_on is None or not strike:
        return None
    right = "CALL" if found["right"] == "C" else "PUT"
    return OptionTerms(found["underlying"], expires_on, right, strike)


def _line(record: Record) -> str:
    """What the record says as one line of text, padding of a spreadsheet aside."""
    return " ".join(", ".join(filter(None, record.cells)).split())


def _folded(record: Record) -> list[str]:
    return [" ".join(cell.split()).casefold() for cell in record.cells]


def _day_in(text: str) -> str:
    found = _DAY.search(text)
    return found[0] if found else ""


FORMAT: BrokerFormat = Schwab(
    Guide(
        name="schwab",
        title="Charles Schwab",
        file_name="<Account>-Positions-YYYY-MM-DD-hhmmss.csv",
        how_to_export=(
            "On schwab.com open Accounts, Positions, choose an account or all accounts, and choose "
            "Export, CSV. For entry dates, click a position's Cost Basis and export its lot "
            "details: one file for each symbol."
        ),
        has_cost=True,
        has_entry_dates=False,
        where_cost=(
            "Schwab shows it on the Positions page as Cost Basis: choose that column there before "
            "exporting. Where it reads Incomplete, click it and enter what you paid."
        ),
        where_dates=(
            "Schwab shows them on the Positions page: click a position's Cost Basis. The lot "
            "details open, and their export has the Open Date of each lot."
        ),
        assumptions=(
            "Cost Basis is what the whole position cost.",
            "The type Equity is read as STOCK, ETFs & Closed End Funds as ETF, Mutual Fund as "
            "MUTUAL_FUND, Fixed Income as BOND, Cryptocurrency as CRYPTOCURRENCY, and a fund of "
            "the type Cash and Money Market as CASH.",
            "In lot details each row is a lot with an entry date of its own.",
            "Futures, and the rows Futures Cash and Futures Positions Market Value, are left out.",
        ),
        documentation="docs/import/schwab.md",
    )
)
