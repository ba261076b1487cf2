"""Fidelity's positions export, `Portfolio_Positions_Nov-19-2025.csv` (spec 3.6, 03b).

One table of all accounts under one header, then disclaimers and the day of the download. Title
case until 2025, sentence case from 2026; before about 2021 one column `Account Name/Number`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from domain.instrument import MONEY_FUNDS, OptionTerms
from interfaces.files.brokers.broker_file import BrokerFile, BrokerFormat, Holding, Kind, RowNote
from interfaces.files.brokers.values import day, is_nothing, number
from interfaces.files.guide import Guide
from interfaces.files.parsed_file import shortened
from interfaces.files.reading import Record

_ACCOUNT = ("account number", "account name/number", "account name")
_SYMBOL = "symbol"
_DESCRIPTION = "description"
_QUANTITY = "quantity"
_LAST_PRICE = "last price"
_VALUE = "current value"
_TOTAL_COST = "cost basis total"
_PRICE_PAID = ("average cost basis", "cost basis per share")
_ENTRY_DATE = "entry date"
_FIGURES = (_QUANTITY, _LAST_PRICE, _VALUE, _TOTAL_COST, *_PRICE_PAID)
_OWN_NAMES = frozenset(
    {
        *("last price change", _VALUE, "percent of account", _TOTAL_COST, *_PRICE_PAID),
        *("today's gain/loss dollar", "today's gain/loss percent"),
        *("total gain/loss dollar", "total gain/loss percent"),
    }
)
_NAME_OF_THE_TEMPLATE = "entry price per share"

_TOTALS = frozenset({"total", "account total", "grand total"})
_PENDING = "pending activity"
_WRAPPER = "brokeragelink"
_CASH_NAMES = frozenset({"CASH", "CORE", "FCASH", "USD"})
"""What stands before the asterisks of core cash that is no fund; without them, CASH and USD are
tickers."""

_WORDS_OF_PROSE = 8
"""So many words in a row's first cell, not all upper-case, are a disclaimer without quotes."""

_WRAPPER_SKIPPED = (
    "BROKERAGELINK stands for another account and was skipped: what it holds is in that account's "
    "own rows. If the file lacks them, export that account too."
)

_DOWNLOADED = re.compile(r"date downloaded[: ]*(?P<day>.*)", re.IGNORECASE | re.DOTALL)
_DAY_IN_NAME = re.compile(r"[A-Za-z]{3}-[0-9]{1,2}-[0-9]{4}(?![0-9])")
_OPTION = re.compile(
    r"-(?P<root>[A-Z][A-Z0-9]{0,5})(?P<ymd>[0-9]{6})(?P<right>[CP])"
    r"(?P<strike>[0-9]{1,6}(?:\.[0-9]{1,4})?)"
)
_OPTION_IN_WORDS = re.compile(
    r"(?P<root>[A-Z][A-Z0-9]{0,5}) (?P<day>[A-Z]{3} [0-9]{1,2} [0-9]{4}) "
    r"\$(?P<strike>[0-9,]{1,9}(?:\.[0-9]{1,4})?) (?P<right>CALL|PUT)"
)
_CRYPTO_PAIR = re.compile(r"[A-Z0-9]{2,10}/USD")
_CUSIP = re.compile(r"(?=[A-Z]*[0-9])[0-9A-Z]{9}")
_MATURITY = re.compile(r"[0-9]{2}/[0-9]{2}/[0-9]{4}")
_DEBT = re.compile(r"\b(?:CD|TREAS)\b")


class Fidelity:
    """The format of Fidelity's positions page."""

    guide = Guide(
        name="fidelity",
        title="Fidelity positions",
        file_name="Portfolio_Positions_Nov-19-2025.csv",
        how_to_export=(
            "On fidelity.com open Accounts & Trade, Portfolio, Positions; choose the account at "
            "the left, then the three dots above the table and Download."
        ),
        has_cost=True,
        has_entry_dates=False,
        where_cost=(
            "Fidelity shows the cost of each lot on the Positions page: open the position and "
            "choose Purchase History. Write the sum into the row's Cost Basis Total."
        ),
        where_dates=(
            "Fidelity shows the day of each lot on the Positions page: open the position and "
            "choose Purchase History. You may add a column Entry Date to the file."
        ),
        assumptions=(
            "Core cash (SPAXX**, FCASH** and the like without a quantity) and Pending activity "
            "are cash in USD.",
            "A core fund with a quantity and a last price of $1.00 but without cost was bought "
            "at $1.00.",
            "BROKERAGELINK stands for another account and is skipped: it would count twice.",
            "The sign of Quantity tells long from short, not the dash before an option's symbol.",
            "Pairs such as BTC/USD are cryptocurrency. CDs, notes and bills under a CUSIP are "
            "bonds: quantity is face value, prices are per 100 of it.",
            "The file's date is its last line, Date downloaded, else the date in its name.",
        ),
        documentation="docs/import/fidelity.md",
    )

    def recognises(self, head: Sequence[Record]) -> bool:
        """Whether a record is a header with Fidelity's own column names, in any case and order."""
        return any(_places(record.cells) is not None for record in head)

    def read(self, records: Iterable[Record], file_name: str) -> BrokerFile:
        """All rows below a header; a second header starts a second table."""
        reading = _Reading()
        for record in records:
            reading.take(record)
        in_name = _DAY_IN_NAME.search(file_name)
        return BrokerFile(
            accounts=tuple(reading.accounts),
            as_of=reading.as_of or (in_name[0] if in_name and day(in_name[0]) else ""),
            header_rows=tuple(reading.header_rows),
            holdings=tuple(reading.holdings),
            notes=tuple(reading.notes),
        )


FORMAT: BrokerFormat = Fidelity()


def _places(cells: Sequence[str]) -> Mapping[str, int] | None:
    """Where each column stands, the first where one stands twice; None if this is no header.

    Symbol, Quantity and two of Fidelity's own names make one; an account counts as one of them.
    """
    places: dict[str, int] = {}
    for place, name in enumerate(cells):
        places.setdefault(_plain(name), place)
    if not {_SYMBOL, _QUANTITY} <= places.keys() or _NAME_OF_THE_TEMPLATE in places:
        return None
    own = len(_OWN_NAMES & places.keys()) + any(name in places for name in _ACCOUNT)
    return places if own >= 2 else None


def _plain(text: str) -> str:
    return " ".join(text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split()).casefold()


class _Row:
    """A record below a header: its texts by meaning.

    A symbol that is a dash or a spreadsheet's error (`#NAME?`) is as good as none. `assumptions`
    are sentences on what was concluded about the row as a whole.
    """

    def __init__(self, record: Record, places: Mapping[str, int]) -> None:
        self._cells = record.cells
        self._places = places
        self.number = record.row
        self.assumptions: tuple[str, ...] = ()
        self.account = " ".join(filter(None, map(self.text, _ACCOUNT)))
        symbol = self.text(_SYMBOL)
        is_broken = symbol.startswith("#") or not any(map(str.isalnum, symbol))
        self.symbol = "" if is_broken else symbol
        self.description = self.text(_DESCRIPTION)
        self.quantity = self.text(_QUANTITY)
        self.value = self.text(_VALUE)

    def text(self, *names: str) -> str:
        """The first of these columns' cells that is not blank."""
        for name in names:
            place = self._places.get(name)
            if place is not None and place < len(self._cells) and self._cells[place]:
                return self._cells[place]
        return ""

    @property
    def names(self) -> tuple[str, str]:
        """Symbol and description, to compare them: lower case, single blanks."""
        return _plain(self.symbol), _plain(self.description)

    def is_position_or_cash(self) -> bool:
        """Whether the row is more than a disclaimer, a label or a total."""
        filled = [cell for cell in self._cells if cell]
        if any(number(self.text(name)) is not None for name in _FIGURES):
            is_total = not _TOTALS.isdisjoint((_plain(self.account), *self.names))
            return not is_nothing(self.quantity) or (any(self.names) and not is_total)
        is_prose = len(filled[0].split()) >= _WORDS_OF_PROSE and not filled[0].isupper()
        return len(filled) > 1 and not is_prose and any(self.names)

    def amount(self) -> str:
        """Current Value, or the amount that stands nearest to it: that of Pending activity.

        Until summer 2025 that amount stood one column to the left, under Last Price Change.
        """
        if number(self.value) is not None:
            return self.value
        wordy = {self._places.get(name) for name in (*_ACCOUNT, _SYMBOL, _DESCRIPTION)}
        middle = self._places.get(_VALUE, 0)
        amounts = [
            (abs(place - middle), cell)
            for place, cell in enumerate(self._cells)
            if place not in wordy and "%" not in cell and number(cell) is not None
        ]
        return min(amounts)[1] if amounts else self.value


class _Reading:
    """One file being read: what was found so far."""

    def __init__(self) -> None:
        self._places: Mapping[str, int] | None = None
        self._account = ""
        self.accounts: dict[str, None] = {}
        self.as_of = ""
        self.header_rows: list[int] = []
        self.holdings: list[Holding] = []
        self.notes: list[RowNote] = []

    def take(self, record: Record) -> None:
        """Sort the next record."""
        places = _places(record.cells)
        downloaded = _DOWNLOADED.match(" ".join(filter(None, record.cells)))
        if places is not None:
            self._places = places
            self.header_rows.append(record.row)
        elif downloaded:
            self.as_of = self.as_of or (downloaded["day"] if day(downloaded["day"]) else "")
        elif self._places is not None and any(record.cells):
            row = _Row(record, self._places)
            if row.is_position_or_cash():
                self._take_row(row)

    def _take_row(self, row: _Row) -> None:
        self._settle_account(row)
        if any(name.startswith(_WRAPPER) for name in row.names):
            self.notes.append(RowNote(row.number, row.account, _WRAPPER_SKIPPED))
        elif _PENDING in row.names:
            value = row.amount()
            if value != row.value:
                row.assumptions += (f"The amount {shortened(value)} stands beside Current Value.",)
            self._take_cash(row, value)
        elif _is_core_cash(row):
            self._take_cash(row, row.value)
        else:
            self.holdings.append(_asset(row))

    def _settle_account(self, row: _Row) -> None:
        """A row that names no account belongs to that of the row above: no row may get lost."""
        if row.account:
            self.accounts.setdefault(row.account)
        elif self.accounts:
            row.account = self._account
            account = shortened(row.account)
            row.assumptions += (f"It was taken for account {account}, as the row above it.",)
        self._account = row.account

    def _take_cash(self, row: _Row, value: str) -> None:
        if is_nothing(value):
            name = row.symbol or row.description
            self.notes.append(
                RowNote(
                    row.number, row.account, f"{shortened(name)} has no amount and was skipped."
                )
            )
            return
        self.holdings.append(
            Holding(
                row=row.number,
                account=row.account,
                kind=Kind.CASH,
                value=value,
                assumptions=row.assumptions,
            )
        )


def _is_core_cash(row: _Row) -> bool:
    """Whether the row is the account's uninvested cash, not shares of a fund.

    The asterisks may be lost in a re-save; then the words tell.
    """
    symbol = row.symbol.rstrip("*").upper()
    is_marked = row.symbol.endswith("*")
    if is_marked and symbol in _CASH_NAMES:
        return True
    is_held_in_core = symbol in MONEY_FUNDS or row.names[1].startswith("held in ")
    return is_nothing(row.quantity) and (is_marked or is_held_in_core)


def _asset(row: _Row) -> Holding:
    last_price, price_paid = row.text(_LAST_PRICE), row.text(*_PRICE_PAID)
    assumptions = row.assumptions
    if _is_core_fund_without_cost(row):
        price_paid = last_price
        assumptions += (f"{shortened(row.symbol)} is a core fund: its cost was taken as $1.00.",)
    return Holding(
        row=row.number,
        account=row.account,
        symbol=row.symbol,
        description=row.description,
        quantity=row.quantity,
        total_cost=row.text(_TOTAL_COST),
        price_paid=price_paid,
        last_price=last_price,
        value=row.value,
        entry_date=row.text(_ENTRY_DATE),
        option=_option(row.symbol, row.description),
        subtype=_subtype(row.symbol.upper(), row.description.upper()),
        assumptions=assumptions,
    )


def _is_core_fund_without_cost(row: _Row) -> bool:
    """Older exports give core funds a quantity and a price of 1, but no cost."""
    has_cost = not all(map(is_nothing, (row.text(_TOTAL_COST), row.text(*_PRICE_PAID))))
    return row.symbol.endswith("*") and not has_cost and number(row.text(_LAST_PRICE)) == 1


def _subtype(symbol: str, description: str) -> str | None:
    if _CRYPTO_PAIR.fullmatch(symbol):
        return "CRYPTOCURRENCY"
    has_coupon = "%" in description and _MATURITY.search(description)
    is_debt = has_coupon or _DEBT.search(description)
    return "BOND" if is_debt and _CUSIP.fullmatch(symbol) else None


def _option(symbol: str, description: str) -> OptionTerms | None:
    """The option that the symbol spells, OCC's way or Fidelity's, else the description.

    A spreadsheet may turn `-SNDK270917C1500` into `#NAME?`; `SNDK SEP 17 2027 $1,500 CALL` stays.
    """
    spelled = symbol.upper() if symbol.isascii() else ""
    occ = OptionTerms.parse(spelled.removeprefix("-"))
    if occ:
        return occ
    if found := _OPTION.fullmatch(spelled):
        ymd = found["ymd"]
        expiration = f"20{ymd[:2]}-{ymd[2:4]}-{ymd[4:]}"
        right = "CALL" if found["right"] == "C" else "PUT"
    elif found := _OPTION_IN_WORDS.fullmatch(" ".join(description.upper().split())):
        expiration, right = found["day"], found["right"]
    else:
        return None
    expires_on, strike = day(expiration), number(found["strike"])
    return OptionTerms(found["root"], expires_on, right, strike) if expires_on and strike else None
