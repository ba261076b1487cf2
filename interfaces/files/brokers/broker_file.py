"""What a broker's format module has to do, and what it hands over (spec 3.6, 03b).

A module recognises its broker's file by content and sorts the texts of each row by their meaning.
It reads no number and refuses nothing: `conversion` does that, for all brokers alike.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from domain.instrument import OptionTerms
from interfaces.files.guide import Guide
from interfaces.files.reading import Record


class Kind(Enum):
    """What a row of a broker's file stands for."""

    ASSET = "asset"
    CASH = "cash"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A row that is a position or cash. Texts are as the file has them, "" where it says nothing.

    `quantity` is signed, face value for bonds. `total_cost` is in USD for all of it; `price_paid`
    and `last_price` are USD a share (for options too), or per 100 of face for bonds, where
    `value` tells which: one of the two costs is enough. `entry_date` is a day in any spelling
    that `values.day` reads. `symbol` may be blank: one is made from `description`. `subtype` is
    of `domain.instrument.SUBTYPES`, None where the file does not tell. For cash only `account`,
    `value` and `row` count. `assumptions` are sentences on what was concluded beyond the text.
    """

    row: int
    account: str
    kind: Kind = Kind.ASSET
    symbol: str = ""
    description: str = ""
    quantity: str = ""
    total_cost: str = ""
    price_paid: str = ""
    last_price: str = ""
    value: str = ""
    entry_date: str = ""
    option: OptionTerms | None = None
    subtype: str | None = None
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowNote:
    """A sentence on a row that is no position and that a user may miss."""

    row: int
    account: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerFile:
    """What a broker's file says, of all its accounts, in file order.

    `accounts` are those with rows to read; of a file that names none, the one that `holdings`
    have. `as_of` is the file's own
    date, in any spelling that `values.day` reads, "" where it names none. `header_rows` are the
    physical lines of the headers above positions. `notes` are on what was left out (futures, a
    wrapper account); totals and disclaimers are not worth one.
    """

    accounts: Sequence[str]
    as_of: str
    header_rows: Sequence[int]
    holdings: Sequence[Holding]
    notes: Sequence[RowNote] = ()


class BrokerFormat(Protocol):
    """One broker's export. Each module has one object of this shape, named `FORMAT`."""

    @property
    def guide(self) -> Guide:
        """What a user should know: name, title, how to export, what is assumed."""
        ...

    def recognises(self, head: Sequence[Record]) -> bool:
        """Whether the file is this broker's, by its first records (at most 100).

        By the names of columns and by titles, never by their places or by the file's name;
        strict enough that no other broker's file and no template is taken for it.
        """
        ...

    def read(self, records: Iterable[Record], file_name: str) -> BrokerFile:
        """The whole file, from its first record; never raises, whatever the cells hold.

        `file_name` may carry a date or an account. Rows may be shorter or longer than their
        header.
        """
        ...
