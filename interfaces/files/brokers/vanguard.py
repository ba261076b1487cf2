"""Vanguard's exports: holdings with transactions, of funds and plans too, and costs (3.6, 03b).

A file is a row of tables, each below a header of its own: what is held, then what was traded.
"""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from decimal import Decimal

from domain.instrument import MONEY_FUNDS, OptionTerms
from interfaces.files.brokers.broker_file import BrokerFile, BrokerFormat, Holding, Kind, RowNote
from interfaces.files.brokers.values import day, is_nothing, number
from interfaces.files.brokers.vanguard_transactions import (
    Instrument,
    Purchase,
    Transaction,
    Transactions,
    instrument,
)
from interfaces.files.guide import Guide
from interfaces.files.parsed_file import shortened
from interfaces.files.reading import Record

UNNAMED_ACCOUNT = "Vanguard"
"""What an account is called where the file does not name it."""

_ACCOUNT = ("account number", "fund account number", "plan number", "account")
_NAME = ("investment name", "fund name", "description")
_SYMBOL = ("symbol", "symbol/cusip")
_SHARES = ("shares", "quantity")
_PRICE = ("share price", "price")
_VALUE = ("total value", "market value")
_COST = "total cost"
_ENTRY_DATE = "entry date"
_POSITION_TYPE = "position type"
_TRADE_DATE = "trade date"
_TRANSACTION_TYPE = "transaction type"
_NET = "net amount"
_PRINCIPAL = ("principal amount", "gross amount")
_ACCRUED = "accrued interest"

_HELD: tuple[Set[str], ...] = (
    {"investment name", "shares", "share price"},
    {"investment name", "shares", "total value"},
    {"symbol", "shares", "share price", "total value"},
    {"fund account number", "fund name", "shares"},
    {"plan number", "fund name", "shares"},
    {"fund name", "price", "shares", "total value"},
    {"symbol/cusip", "quantity", _COST},
)
"""Column names of which any one group tells a table of what is held."""

_OF_OTHER_TABLES = {_TRADE_DATE, _TRANSACTION_TYPE, "settlement date", "entry price per share"}
_OTHER_NAMES = {"process date", "run date", "transaction activity", "transaction shares"}
_NAMES = frozenset(
    {
        *(_ACCOUNT + _NAME + _SYMBOL + _SHARES + _PRICE + _VALUE + _PRINCIPAL),
        *(_COST, _ENTRY_DATE, _POSITION_TYPE, _NET, _ACCRUED, "plan name", "dollar amount"),
        *("transaction description", "account type", *_OF_OTHER_TABLES, *_OTHER_NAMES),
    }
)
_NAMES_OF_A_HEADER = 3

_TOTAL = re.compile(r"(?:(?:account|grand|portfolio) )?totals?:?", re.IGNORECASE)
_AS_OF = re.compile(r"\bas of:?\s+(?P<when>\S.*)", re.IGNORECASE | re.DOTALL)
_FUND_AND_ACCOUNT = re.compile(r"[0-9]{4}-(?P<account>[0-9]{8,})")
_MONEY_FUND = re.compile(r"\bmoney market\b|\bsettlement fund\b", re.IGNORECASE)
_BOND = re.compile(
    r"\A(?>.*?\bCPN\b).*\bMTD\b|\AU\.? ?S\.? TREASURY (?:BILL|NOTE|BOND|STRIP)",
    re.IGNORECASE | re.DOTALL,
)
_FUND = re.compile(r"\b(?:ETF|FUND)\b", re.IGNORECASE)

_OF_ROW_ABOVE = "It was taken for account {account}, as the row above it."
_READ_AS_SHORT = "The position type is Short, so the quantity was read as negative."
_COST_IS_VALUE = "It is a money fund, worth 1.00 USD a share: its cost was taken to be its value."
_COST_FROM_TRANSACTIONS = (
    "The cost is from the file's transactions: the average cost of what is held."
)
_DATE_FROM_TRANSACTIONS = (
    "The entry date is from the file's transactions: that of the earliest purchase still held, "
    "first in, first out."
)
_LEFT_OUT = "{name} has neither a quantity nor a value and was left out."

_GUIDE = Guide(
    name="vanguard",
    title="Vanguard holdings",
    file_name="OfxDownload.csv",
    how_to_export=(
        "On vanguard.com open Transaction history, choose Download, a spreadsheet-compatible CSV "
        "file, the longest period offered and one account. Upload the file unchanged."
    ),
    has_cost=False,
    has_entry_dates=False,
    where_cost=(
        "Vanguard shows it under Portfolio, Cost basis: upload the export of that page in place "
        "of this file, or add a column Total Cost to the holdings."
    ),
    where_dates=(
        "Vanguard shows it under Portfolio, Cost basis; you may add a column Entry Date to the "
        "holdings. A download whose transactions go back to the first purchase needs neither."
    ),
    assumptions=(
        "Where the transactions in the file account for all shares held, the entry date is that "
        "of the earliest purchase still held, first in, first out, and the cost is the average "
        "cost of what is held. Otherwise both are left open.",
        "A money fund cost its value: 1.00 USD a share.",
        "Treasuries and other bonds have no symbol; their shares are face value.",
        "Holdings of 529 plans and of fund accounts are mutual funds named by their fund name.",
        "In a cost file the position type Short makes the quantity negative.",
    ),
    documentation="docs/import/vanguard.md",
)


class Vanguard:
    """The format: see the module."""

    @property
    def guide(self) -> Guide:
        """What a user should know before downloading such a file."""
        return _GUIDE

    def recognises(self, head: Sequence[Record]) -> bool:
        """Whether a record is the header of one of Vanguard's tables of what is held."""
        return any(_is_of_holdings(_columns(record.cells).keys()) for record in head)

    def read(self, records: Iterable[Record], file_name: str) -> BrokerFile:
        """All tables; the file's name, always the same at Vanguard, tells nothing."""
        del file_name
        reading = _Reading()
        for record in records:
            reading.take(record)
        return reading.finish()


FORMAT: BrokerFormat = Vanguard()


def _columns(cells: Sequence[str]) -> Mapping[str, int]:
    """Where each known column stands, the first where one stands twice.

    The day behind `Market value as of 05/01/2026` is no part of the name.
    """
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        name = " ".join(cell.casefold().split()).partition(" as of ")[0]
        if name in _NAMES:
            found.setdefault(name, place)
    return found


def _is_of_holdings(names: Set[str]) -> bool:
    return names.isdisjoint(_OF_OTHER_TABLES) and any(held <= names for held in _HELD)


@dataclass(frozen=True, slots=True)
class _Row:
    """A record below a header: its texts by meaning, "" for what it lacks or leaves unsaid."""

    record: Record
    columns: Mapping[str, int]

    def text(self, *names: str) -> str:
        """The first of these columns' cells that says something."""
        cells = self.record.cells
        for name in names:
            place = self.columns.get(name, len(cells))
            if place < len(cells) and not is_nothing(cells[place]):
                return cells[place]
        return ""

    @property
    def account(self) -> str:
        """The account's number. Older fund accounts write a fund's number before it."""
        text = self.text(*_ACCOUNT)
        found = _FUND_AND_ACCOUNT.fullmatch(text)
        return found["account"] if found else text

    @property
    def is_remark(self) -> bool:
        """Whether it is a line of text or a total, not something held."""
        names = (self.text(*_ACCOUNT), self.text(*_SYMBOL), self.text(*_NAME))
        is_total = any(map(_TOTAL.fullmatch, names))
        is_nameless = not any(names[1:]) and not self.text(*_SHARES)
        return is_total or is_nameless or sum(map(bool, self.record.cells)) < 2


class _Reading:
    """One file being read: the table it stands in, and what was found so far."""

    def __init__(self) -> None:
        self._columns: Mapping[str, int] = {}
        self._account = UNNAMED_ACCOUNT
        self._accounts: dict[str, str] = {}
        self._traded: dict[str, str] = {}
        self._as_of = ""
        self._header_rows: list[int] = []
        self._holdings: list[Holding] = []
        self._notes: list[RowNote] = []
        self._transactions = Transactions()

    def take(self, record: Record) -> None:
        """Read the next record, whatever table it belongs to."""
        columns = _columns(record.cells)
        if len(columns) >= _NAMES_OF_A_HEADER:
            self._columns, self._account = columns, UNNAMED_ACCOUNT
            if _is_of_holdings(columns.keys()):
                self._header_rows.append(record.row)
                self._look_for_day(record)
        elif not self._columns:
            self._look_for_day(record)
        elif _is_of_holdings(self._columns.keys()):
            self._take_holding(_Row(record, self._columns))
        elif {_TRADE_DATE, _TRANSACTION_TYPE} <= self._columns.keys():
            self._take_transaction(_Row(record, self._columns))

    def finish(self) -> BrokerFile:
        """What was read, dates and costs from the transactions included.

        Accounts that only transactions name hold nothing; they count where nothing is held at all.
        """
        purchases = self._purchases()
        accounts = self._accounts or self._traded or (UNNAMED_ACCOUNT,)
        return BrokerFile(
            accounts=tuple(accounts),
            as_of=self._as_of,
            header_rows=self._header_rows,
            holdings=[_completed(held, purchases.get(held.row)) for held in self._holdings],
            notes=self._notes,
        )

    def _look_for_day(self, record: Record) -> None:
        for cell in record.cells:
            found = _AS_OF.search(cell)
            if found and day(found["when"]):
                self._as_of = self._as_of or found["when"]

    def _take_holding(self, row: _Row) -> None:
        if row.is_remark:
            return
        account = row.account or self._account
        if row.text(*_SHARES, *_VALUE, _COST):
            self._account = self._accounts.setdefault(account, account)
            self._holdings.append(_holding(row, self._account))
        elif account in self._accounts:
            name = shortened(row.text(*_SYMBOL, *_NAME))
            self._notes.append(RowNote(row.record.row, account, _LEFT_OUT.format(name=name)))

    def _take_transaction(self, row: _Row) -> None:
        account = row.account or UNNAMED_ACCOUNT
        account = self._traded.setdefault(account, account)
        self._transactions.add(_transaction(row, account))

    def _purchases(self) -> Mapping[int, Purchase]:
        """What the transactions tell of each row that holds something.

        What stands in several rows is one to the transactions: each row gets its part of the cost.
        """
        rows_of: dict[Instrument, list[Holding]] = {}
        for held in self._holdings if self._traded else ():
            key = instrument(held.account, held.symbol, held.description)
            rows_of.setdefault(key, []).append(held)
        found: dict[int, Purchase] = {}
        for rows in rows_of.values():
            shares = [number(held.quantity) or Decimal(0) for held in rows]
            total, first = sum(shares, Decimal(0)), rows[0]
            if min(shares) <= 0:
                continue
            purchase = self._transactions.take_purchase(
                first.account, first.symbol, first.description, total, is_money=_is_money(first)
            )
            if purchase:
                for held, part in zip(rows, shares, strict=True):
                    cost = purchase.total_cost * part / total
                    found[held.row] = replace(purchase, total_cost=round(cost, 2))
        return found


def _holding(row: _Row, account: str) -> Holding:
    symbol, name = row.text(*_SYMBOL), row.text(*_NAME)
    quantity, value = row.text(*_SHARES), row.text(*_VALUE)
    is_guessed = not row.account and account != UNNAMED_ACCOUNT
    told = (_OF_ROW_ABOVE.format(account=shortened(account)),) if is_guessed else ()
    held = Holding(row=row.record.row, account=account, value=value, assumptions=told)
    if (name or symbol).casefold() == "cash":
        return replace(held, kind=Kind.CASH, value=value or quantity)
    is_short = row.text(_POSITION_TYPE).casefold() == "short" and (number(quantity) or 0) > 0
    return replace(
        held,
        symbol=symbol,
        description=name,
        quantity=f"-{quantity}" if is_short else quantity,
        total_cost=row.text(_COST),
        last_price=row.text(*_PRICE),
        entry_date=row.text(_ENTRY_DATE),
        option=OptionTerms.parse(symbol.upper()),
        subtype=_subtype(row, name),
        assumptions=(*told, _READ_AS_SHORT) if is_short else told,
    )


def _subtype(row: _Row, name: str) -> str | None:
    """MUTUAL_FUND where the column says that it lists funds, BOND where the name is a bond's."""
    if row.text("fund name"):
        return "MUTUAL_FUND"
    return "BOND" if _BOND.search(name) and not _FUND.search(name) else None


def _transaction(row: _Row, account: str) -> Transaction:
    return Transaction(
        account=account,
        traded_on=row.text(_TRADE_DATE),
        kind=row.text(_TRANSACTION_TYPE),
        name=row.text(*_NAME),
        symbol=row.text(*_SYMBOL),
        shares=row.text(*_SHARES),
        net=row.text(_NET),
        principal=row.text(*_PRINCIPAL),
        accrued=row.text(_ACCRUED),
    )


def _is_money(held: Holding) -> bool:
    if held.symbol.rstrip("*").upper() in MONEY_FUNDS:
        return True
    return number(held.last_price) == 1 and bool(_MONEY_FUND.search(held.description))


def _completed(held: Holding, purchase: Purchase | None) -> Holding:
    """The row with what it does not say itself, each conclusion told."""
    if held.kind is Kind.CASH:
        return held
    if not held.total_cost and _is_money(held):
        told = (*held.assumptions, _COST_IS_VALUE)
        held = replace(held, total_cost=held.value or held.quantity, assumptions=told)
    if purchase and not held.total_cost:
        told = (*held.assumptions, _COST_FROM_TRANSACTIONS)
        held = replace(held, total_cost=f"{purchase.total_cost:f}", assumptions=told)
    if purchase and not held.entry_date:
        told = (*held.assumptions, _DATE_FROM_TRANSACTIONS)
        held = replace(held, entry_date=purchase.entry_on.isoformat(), assumptions=told)
    return held
