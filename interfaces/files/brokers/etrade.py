"""E*TRADE's positions: `PortfolioDownload.csv`, with and without lots (spec 3.6, 03b).

A file is a summary that names the account, a title with the view's name, and a table whose
columns the user has chosen. Where the lots are opened, they stand below their symbol's row,
a date in the column Symbol (`--` where E*TRADE knows none), and that row repeats their sum.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from domain.instrument import OptionTerms
from interfaces.files.brokers.broker_file import BrokerFile, BrokerFormat, Holding, Kind, RowNote
from interfaces.files.brokers.values import day, is_nothing, number
from interfaces.files.guide import Guide
from interfaces.files.parsed_file import shortened
from interfaces.files.reading import Record

UNNAMED_ACCOUNT = "E*TRADE"
"""What an account is called where the summary's row is missing."""

_MEANINGS = {
    "symbol": "symbol",
    "quantity": "quantity",
    "qty": "quantity",
    "price paid": "price_paid",
    "cost/share": "cost_per_share",
    "total cost": "total_cost",
    "last price": "last_price",
    "value": "value",
    "date acquired": "date_acquired",
    "entry date": "entry_date",
}
"""What a column means, by its name without the unit behind it (`Last Price $`, `Qty #`).

All are E*TRADE's but the last, which a user may add.
"""

_OWN_SPELLINGS = frozenset({"last price $", "price paid $", "total gain $", "value $", "qty #"})
"""Names no other broker spells so: two of them reveal a table whose title was cut off."""

_COSTS = ("price_paid", "cost_per_share", "total_cost")

_ROUNDING = Decimal("0.00005")
"""Half of the last place that E*TRADE gives of a quantity."""

_DATE = re.compile(
    r"[0-9]{1,4}(?P<mark>[-/.])(?:[0-9]{1,2}|[A-Za-z]{3})(?P=mark)[0-9]{1,4}(?: .*)?"
)
_MATURITY = re.compile(r"\b[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}\b")
_GENERATED = re.compile(r"generated at\s+(?P<instant>\S.*)", re.IGNORECASE)
_OPTION = re.compile(
    r"(?P<underlying>\S+) +(?P<month>[a-z]{3}) +(?P<day>[0-9]{1,2}) +"
    r"['\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}](?P<year>[0-9]{2}) +"
    r"\$(?P<strike>[0-9.,]+) +(?P<right>call|put)",
    re.IGNORECASE,
)
_OPTION_LIKE = re.compile(r"\$[0-9.,]+ +(?:call|put)\b", re.IGNORECASE)

_UNREADABLE = OptionTerms("", date.max, "CALL", Decimal(0))
"""Terms that no OCC symbol expresses."""

_GUIDE = Guide(
    name="etrade",
    title="E*TRADE positions",
    file_name="PortfolioDownload.csv",
    how_to_export=(
        "At E*TRADE open Portfolios, choose one account and the view All Positions, open the lots "
        "with the arrows beside Symbol, and click the download icon. Upload the file unchanged."
    ),
    has_cost=True,
    has_entry_dates=False,
    where_cost=(
        "E*TRADE's columns Price Paid and Total Cost have it; choose a view that shows one of "
        "them. Where they show 0.00, E*TRADE does not know the cost: the trade's confirmation or "
        "the broker the shares came from does."
    ),
    where_dates=(
        "E*TRADE's download has dates where the lots are open: click the arrows beside Symbol on "
        "the Portfolios page before you download. You may also add a column Entry Date to the file."
    ),
    assumptions=(
        "A symbol's lots are imported, each with its own date; the symbol's row, which repeats "
        "their sum, is not.",
        "Price Paid is USD a share, for options too; a price paid of 0.00 means that E*TRADE does "
        "not know the cost.",
        "The row CASH is the account's cash; money funds are positions; TOTAL is left out.",
        "A row with a description instead of a symbol is a bond if the description names a "
        "maturity date.",
    ),
    documentation="docs/import/etrade.md",
)


class Etrade:
    """The format: see the module."""

    @property
    def guide(self) -> Guide:
        """What a user should know before downloading such a file."""
        return _GUIDE

    def recognises(self, head: Sequence[Record]) -> bool:
        """Whether a table of positions follows E*TRADE's title or has columns of its spelling."""
        is_titled = False
        for record in head:
            is_titled = is_titled or _first_text(record.cells).startswith("view summary")
            if _columns(record.cells) and (is_titled or _own_spellings(record.cells) >= 2):
                return True
        return False

    def read(self, records: Iterable[Record], file_name: str) -> BrokerFile:
        """The whole file; its name (always the same at E*TRADE) tells nothing."""
        del file_name
        reading = _Reading()
        for record in records:
            reading.take(record)
        return reading.finish()


FORMAT: BrokerFormat = Etrade()


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the table, with its texts by what they mean."""

    row: int
    cells: Sequence[str]
    columns: Mapping[str, int]

    @property
    def name(self) -> str:
        """The cell of the column Symbol: a symbol, a description, a lot's date or dashes."""
        index = self.columns["symbol"]
        return self.cells[index] if index < len(self.cells) else ""

    @property
    def is_lot(self) -> bool:
        """Whether it is a lot, with its date or with dashes for one that E*TRADE lacks."""
        return bool(self.name and (_DATE.fullmatch(self.name) or not self.name.strip("-")))

    @property
    def entry_date(self) -> str:
        """The lot's date, or that of the columns for it; "" where none tells it."""
        own = self.name if _DATE.fullmatch(self.name) else ""
        return own or self.text("entry_date") or self.text("date_acquired")

    @property
    def is_cash(self) -> bool:
        """Whether it is the account's cash, not the shares of the company with the symbol CASH."""
        quantity = number(self.text("quantity"))
        is_amount = quantity is None or quantity == number(self.text("value"))
        return self.name.casefold() == "cash" and is_amount

    def text(self, meaning: str) -> str:
        """The cell of that meaning; "" where it says nothing or there is no such cell."""
        index = self.columns.get(meaning, len(self.cells))
        cell = self.cells[index] if index < len(self.cells) else ""
        return "" if is_nothing(cell) else cell

    def cost(self, meaning: str) -> str:
        """Like `text`, but "" for zero too, which E*TRADE writes for a cost it does not know."""
        text = self.text(meaning)
        return "" if number(text) == 0 else text


class _Reading:
    """Takes records one by one; holds the current symbol's row back until its lots are known."""

    def __init__(self) -> None:
        self._accounts: dict[str, None] = {}
        self._account = UNNAMED_ACCOUNT
        self._account_at: int | None = None
        self._as_of = ""
        self._header_rows: list[int] = []
        self._columns: Mapping[str, int] = {}
        self._position: _Row | None = None
        self._lots: list[_Row] = []
        self._holdings: list[Holding] = []
        self._notes: list[RowNote] = []

    def take(self, record: Record) -> None:
        """Read the next record, whatever part of the file it belongs to."""
        title = _first_text(record.cells)
        generated = _GENERATED.fullmatch(", ".join(filter(None, record.cells)))
        if columns := _columns(record.cells):
            self._begin_table(record.row, columns)
        elif title.startswith(("account summary", "view summary")):
            self._end_table(title)
        elif generated:
            self._as_of = generated["instant"] if day(generated["instant"]) else self._as_of
        elif self._columns:
            self._take_row(_Row(record.row, record.cells, self._columns))
        else:
            self._take_summary(record.cells)

    def finish(self) -> BrokerFile:
        """What was read."""
        self._end_position()
        return BrokerFile(
            accounts=list(self._accounts),
            as_of=self._as_of,
            header_rows=self._header_rows,
            holdings=self._holdings,
            notes=self._notes,
        )

    def _begin_table(self, row: int, columns: Mapping[str, int]) -> None:
        self._end_position()
        self._header_rows.append(row)
        self._columns = columns
        self._accounts.setdefault(self._account)

    def _end_table(self, title: str) -> None:
        self._end_position()
        self._columns, self._account_at = {}, None
        if title.startswith("account"):
            self._account = UNNAMED_ACCOUNT

    def _take_summary(self, cells: Sequence[str]) -> None:
        """Find the account's name: below `Account`, in the one row under the summary's header."""
        if self._account_at is not None and self._account_at < len(cells):
            self._account = cells[self._account_at] or UNNAMED_ACCOUNT
        names = [cell.casefold() for cell in cells]
        self._account_at = names.index("account") if "account" in names else None

    def _take_row(self, row: _Row) -> None:
        texts = [cell for cell in row.cells if cell]
        if len(texts) < 2:
            return  # a line of the footer
        if row.is_lot and self._position:
            self._lots.append(row)
            return
        self._end_position()
        nameless = Holding(row=row.row, account=self._account)
        if row.is_lot:
            self._holdings.append(_with_figures(nameless, row))
        elif row.is_cash:
            amounts = [text for text in texts if number(text) is not None]
            value = row.text("value") or (amounts[0] if len(amounts) == 1 else "")
            self._holdings.append(replace(nameless, kind=Kind.CASH, symbol=row.name, value=value))
        elif row.name.casefold() != "total":
            self._position = row

    def _end_position(self) -> None:
        position, lots = self._position, self._lots
        self._position, self._lots = None, []
        if position is None:
            return
        named = _named(position, self._account)
        self._holdings.extend(_with_figures(named, part) for part in lots or [position])
        if lots:
            self._compare(position, lots)

    def _compare(self, position: _Row, lots: Sequence[_Row]) -> None:
        """Note where the lots do not add up to their symbol's row."""
        stated = number(position.text("quantity"))
        parts = [part for lot in lots if (part := number(lot.text("quantity"))) is not None]
        if stated is None or len(parts) < len(lots):
            return
        found = sum(parts, Decimal(0))
        if abs(found - stated) > _ROUNDING * (len(lots) + 1):
            told = (
                f"The lots of {shortened(position.name)} add up to {shortened(f'{found:f}')}, its "
                f"own row says {shortened(f'{stated:f}')}. The lots were taken; compare them with "
                "your account."
            )
            self._notes.append(RowNote(position.row, self._account, told))


def _columns(cells: Sequence[str]) -> Mapping[str, int]:
    """Where the columns of each meaning are; empty where `cells` are no header of positions.

    The header of the filter line, `Symbol,Security type(s),...`, has no second known column.
    """
    found: dict[str, int] = {}
    for index, cell in enumerate(cells):
        name = " ".join(cell.casefold().rstrip("$# ").split())
        if name in _MEANINGS:
            found.setdefault(_MEANINGS[name], index)
    return found if "symbol" in found and len(found) >= 2 else {}


def _own_spellings(cells: Sequence[str]) -> int:
    return len(_OWN_SPELLINGS & {" ".join(cell.casefold().split()) for cell in cells})


def _first_text(cells: Sequence[str]) -> str:
    """The first cell that is not blank, where a title stands; in small letters."""
    return next(filter(None, cells), "").casefold()


def _named(position: _Row, account: str) -> Holding:
    """What a symbol's row is a position in, still without figures.

    An option in a spelling unknown to us is still handed over as one, so that its row is refused
    instead of being taken for something without an option's multiplier.
    """
    named = Holding(row=position.row, account=account)
    name = position.name
    if _OPTION_LIKE.search(name):
        return replace(named, symbol=name, option=_option(name) or _UNREADABLE)
    if " " not in name:
        return replace(named, symbol=name)
    if not _MATURITY.search(name):
        return replace(named, description=name)
    told = "Read as a bond, because its description names a maturity date."
    return replace(named, description=name, subtype="BOND", assumptions=(told,))


def _with_figures(named: Holding, part: _Row) -> Holding:
    """The position as the figures of one row have it: of a lot, or of a symbol without lots."""
    price_paid = part.cost("price_paid") or part.cost("cost_per_share")
    total_cost = part.cost("total_cost")
    assumptions = named.assumptions
    if any(part.text(meaning) for meaning in _COSTS) and not (price_paid or total_cost):
        assumptions += ("A cost of 0.00 was read as one that E*TRADE does not know.",)
    return replace(
        named,
        row=part.row,
        quantity=part.text("quantity"),
        total_cost=total_cost,
        price_paid=price_paid,
        last_price=part.text("last_price"),
        value=part.text("value"),
        entry_date=part.entry_date,
        assumptions=assumptions,
    )


def _option(text: str) -> OptionTerms | None:
    """The option in `QQQ Dec 31 '26 $600 Put`; None where the text is spelled otherwise."""
    found = _OPTION.fullmatch(text)
    if found is None:
        return None
    expires_on = day(f"{found['month']} {found['day']}, 20{found['year']}")
    strike = number(found["strike"])
    if expires_on is None or strike is None:
        return None
    return OptionTerms(found["underlying"].upper(), expires_on, found["right"].upper(), strike)
