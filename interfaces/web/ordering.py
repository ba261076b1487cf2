"""Holdings as somebody asked for them: in which order, and which of them (spec 8).

Both are said in the query string, so that buttons and a field do without scripts; `sorting.js`
does the same in place.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from interfaces.web.holdings import Holding
from interfaces.web.paging import Paging

_FALLING = "-"
_VALUE_FALLING = "-value"
_MOST_SHOWN = 1_000
_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table that can be put in order by it."""

    name: str
    label: str
    key: Callable[[Holding], Any]
    is_number: bool = True


_SYMBOL = Column("symbol", "Symbol", lambda held: held.position.symbol, is_number=False)
_ACCOUNT = Column(
    "account", "Account", lambda held: held.portfolio.account_name.casefold(), is_number=False
)
_CLASS = Column("class", "Class", lambda held: held.class_name, is_number=False)
_STATED = Column("stated", "Stated", lambda held: held.position.quantity)
_QUANTITY = Column("quantity", "Held", lambda held: held.position.open_quantity)
_ENTRY = Column("entry", "Entry price", lambda held: held.position.entry_price)
_ENTERED = Column("entered", "Entered", lambda held: held.position.entry_on)
_CLOSED = Column("closed", "Closed", lambda held: held.position.exit_on)
_MARK = Column(
    "mark", "Mark", lambda held: held.position.mark.price if held.position.mark else None
)
_QUALITY = Column("quality", "Quality", lambda held: held.quality or None, is_number=False)
_VALUE = Column("value", "Market value", lambda held: held.position.market_value)
_WEIGHT = Column("weight", "Weight", lambda held: held.weight)
_DAY = Column("day", "P&L of the day", lambda held: held.position.pnl)
_UNREALIZED = Column("unrealized", "Unrealised P&L", lambda held: held.position.unrealized_pnl)
_REALIZED = Column("realized", "Realised P&L", lambda held: held.position.realized_pnl)

_FIGURES = (_QUANTITY, _MARK, _QUALITY, _VALUE, _WEIGHT, _DAY, _UNREALIZED)
OF_ACCOUNT = (_SYMBOL, *_FIGURES)
"""What is said of the holdings of an account."""
OF_ACCOUNTS = (_SYMBOL, _ACCOUNT, *_FIGURES)
"""What is said of those of several."""
OF_POSITIONS = (
    *(_SYMBOL, _CLASS, _STATED, _QUANTITY, _ENTRY, _ENTERED, _CLOSED),
    *(_MARK, _QUALITY, _VALUE, _UNREALIZED, _REALIZED),
)
"""What is said of positions, closed ones too."""


@dataclass(frozen=True, slots=True)
class Order:
    """The rows that have all words of `filter`, by a column; without a figure they come last.

    `offset` is that of the first of those to show.
    """

    columns: Sequence[Column]
    column: Column
    falling: bool
    filter: str
    offset: int = 0

    @classmethod
    def asked(
        cls, columns: Sequence[Column], query: Mapping[str, str], otherwise: str = _VALUE_FALLING
    ) -> Self:
        """The order that a query string asks for, or else `otherwise`; `-` before it is falling."""
        known = {column.name: column for column in columns}
        sort = query.get("sort", "")
        if sort.removeprefix(_FALLING) not in known:
            sort = otherwise
        column = known[sort.removeprefix(_FALLING)]
        words, offset = query.get("filter", "").strip(), query.get("offset", "")
        is_told = offset.isdecimal() and len(offset) <= _MOST_DIGITS
        falling = sort.startswith(_FALLING)
        return cls(columns, column, falling, words, int(offset) if is_told else 0)

    @property
    def sort(self) -> str:
        """This order as a query string says it."""
        return _FALLING * self.falling + self.column.name

    def next(self, column: Column) -> str:
        """What a column's button asks for: the other way round, or the largest or A first."""
        falling = not self.falling if column is self.column else column.is_number
        return _FALLING * falling + column.name

    def of(self, holdings: Iterable[Holding]) -> list[Holding]:
        """The holdings that are asked for, in this order."""
        words = self.filter.casefold().split()
        keyed = [
            (self.column.key(held), held)
            for held in holdings
            if all(word in held.words for word in words)
        ]
        told = [(key, held) for key, held in keyed if key is not None]
        untold = [held for key, held in keyed if key is None]
        told.sort(key=lambda pair: pair[0], reverse=self.falling)
        return [*(held for _, held in told), *untold]

    def page_of(
        self, holdings: Iterable[Holding], url: str, kept: Mapping[str, str]
    ) -> tuple[list[Holding], Paging]:
        """Those of them to show at once, and where the others are.

        `url` is the page, `kept` what else it was asked for by.
        """
        listed = self.of(holdings)
        offset = self.offset if self.offset < len(listed) else 0
        asked = {**kept, "sort": self.sort} | ({"filter": self.filter} if self.filter else {})
        paging = Paging(url, asked, offset, len(listed), _MOST_SHOWN)
        return listed[offset : offset + _MOST_SHOWN], paging
