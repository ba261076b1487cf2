"""Rows of the template into positions: what takes more than one column (spec 3.3, 3.4)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from sys import intern

from msgspec import structs

from domain import instrument
from domain.instrument import SUBTYPE_SPELLINGS, SUBTYPES, InvestmentClass, OptionTerms
from domain.position import Closing, PositionTerms
from interfaces.files.parsed_file import listed, quoted
from interfaces.files.template.columns import (
    CLASS_RULE,
    ENTRY_DATE,
    ENTRY_DATE_RULE,
    ENTRY_PRICE,
    ENTRY_PRICE_RULE,
    EXIT_DATE,
    EXIT_DATE_RULE,
    EXIT_PRICE,
    EXIT_PRICE_RULE,
    INVESTMENT_CLASS,
    INVESTMENT_SUBTYPE,
    OPTION_COLUMNS,
    QUANTITY,
    QUANTITY_RULE,
    SYMBOL,
    SYMBOL_RULE,
)
from interfaces.files.template.limits import LARGEST_AMOUNT
from interfaces.files.template.options import OptionColumns, check_option, option_terms
from interfaces.files.template.row import WHOLE_ROW, Row


class RowReader:
    """Reads the rows of one file, remembering where each lot was first seen.

    `mislabelled` are the rows that look like options but say they are not: they are read as what
    they say.
    """

    def __init__(self) -> None:
        self._first_rows: dict[tuple[str, date], int] = {}
        self.mislabelled: list[int] = []

    def read(self, row: Row) -> PositionTerms | None:
        """The row's position, None where the row has an error: all of them are noted on it."""
        quantity = row.value(QUANTITY_RULE)
        entry_price = row.value(ENTRY_PRICE_RULE)
        entry_on = row.day(ENTRY_DATE_RULE)
        asset = _asset(row, entry_on)
        exit_on, exit_price = _exit(row, entry_on, asset.investment_class)
        self._refuse_duplicate(row, asset.symbol, entry_on)
        _refuse_huge_amount(row, asset.investment_class, quantity, entry_price, exit_price)
        if asset.mislabelled:
            self.mislabelled.append(row.number)
        if row.errors or not (asset.symbol and asset.investment_class):
            return None
        if not (quantity and entry_price and entry_on):
            return None
        position = PositionTerms(
            symbol=asset.symbol,
            quantity=quantity,
            entry_price=entry_price,
            entry_on=entry_on,
            investment_class=asset.investment_class,
            investment_subtype=asset.subtype,
            closings=_whole(quantity, exit_on, exit_price),
            row=row.number,
        )
        return _on_option(position, asset.option) if asset.option else position

    def _refuse_duplicate(self, row: Row, symbol: str | None, entry_on: date | None) -> None:
        if symbol is None or entry_on is None:
            return
        first = self._first_rows.setdefault((symbol, entry_on), row.number)
        if first != row.number:
            row.complain(
                WHOLE_ROW,
                "ERR_POS_022",
                f"{symbol} with the {ENTRY_DATE} {entry_on} is in row {first} already. Put both "
                "into one row, or correct one of the dates.",
            )


@dataclass(frozen=True, slots=True)
class _Asset:
    """What a row is a position in; None where the row does not say or says wrong."""

    symbol: str | None
    investment_class: InvestmentClass | None
    subtype: str | None
    option: OptionTerms | None
    mislabelled: bool


def _asset(row: Row, entry_on: date | None) -> _Asset:
    occ = OptionTerms.parse(row.text(SYMBOL).upper()) if row.text(SYMBOL).isascii() else None
    symbol = occ.occ_symbol if occ else row.value(SYMBOL_RULE)
    investment_class = _investment_class(row, occ)
    subtype = _subtype(row, investment_class)
    columns = OptionColumns.of(row)
    option = None
    if investment_class is InvestmentClass.OPTIONS:
        option = option_terms(row, columns, occ)
        check_option(row, option, entry_on, subtype)
        if option and subtype is None:
            subtype = option.right
    elsewhere = investment_class in (InvestmentClass.PUBLIC, InvestmentClass.PRIVATE)
    mislabelled = elsewhere and (occ is not None or _has_option_columns(row))
    symbol = symbol or _symbol_from_columns(row, option)
    return _Asset(symbol, investment_class, subtype, option, mislabelled)


def _on_option(position: PositionTerms, option: OptionTerms) -> PositionTerms:
    return structs.replace(
        position,
        underlying=option.underlying,
        strike=option.strike,
        expires_on=option.expires_on,
        right=option.right,
    )


def _investment_class(row: Row, occ: OptionTerms | None) -> InvestmentClass | None:
    """The class the row says; detected where it says none (spec 3.4); None if it is unknown."""
    if row.text(INVESTMENT_CLASS):
        word = row.value(CLASS_RULE)
        return InvestmentClass(word) if word else None
    if occ or _has_option_columns(row):
        return InvestmentClass.OPTIONS
    return InvestmentClass.PRIVATE if _is_named_cash(row) else InvestmentClass.PUBLIC


def _subtype(row: Row, investment_class: InvestmentClass | None) -> str | None:
    """The subtype the row says, if its class has it; CASH for a private CASH_ symbol."""
    text = row.text(INVESTMENT_SUBTYPE)
    if not text:
        private_cash = investment_class is InvestmentClass.PRIVATE and _is_named_cash(row)
        return "CASH" if private_cash else None
    subtype = intern(SUBTYPE_SPELLINGS.get(text.upper(), text.upper()))
    classes = [name for name, subtypes in SUBTYPES.items() if subtype in subtypes]
    if investment_class in classes or (classes and investment_class is None):
        return subtype
    if investment_class is None:
        said = f"{quoted(text)} is not a subtype of any class. Leave {INVESTMENT_SUBTYPE} blank."
    else:
        said = f"{quoted(text)} is not a subtype of {investment_class}. "
        said += f"Use {listed(SUBTYPES[investment_class])}."
        if classes:
            said += f" {subtype} belongs to the {INVESTMENT_CLASS} {listed(tuple(classes))}."
    row.complain(INVESTMENT_SUBTYPE, "ERR_POS_015", said)
    return None


def _symbol_from_columns(row: Row, option: OptionTerms | None) -> str | None:
    """The OCC symbol of a row that gives none; ERR_POS_001 where none can be built."""
    if row.text(SYMBOL):
        return None
    if option and option.occ_symbol:
        return option.occ_symbol
    if option:
        said = f"{SYMBOL} is empty, and no OCC symbol can express these terms. Write a symbol."
    elif all(row.text(column) for column in OPTION_COLUMNS):
        return None
    else:
        said = f"{SYMBOL} is empty. Write the ticker, or a name such as CASH_USD."
    row.complain(SYMBOL, "ERR_POS_001", said)
    return None


def _exit(
    row: Row, entry_on: date | None, investment_class: InvestmentClass | None
) -> tuple[date | None, Decimal | None]:
    exit_on = row.day(EXIT_DATE_RULE)
    exit_price = row.value(EXIT_PRICE_RULE)
    if exit_on and entry_on and exit_on < entry_on:
        row.complain(
            EXIT_DATE,
            "ERR_POS_016",
            f"{EXIT_DATE} {exit_on} is before the {entry_on} of the entry. Correct one of them.",
        )
    if exit_price == 0 and investment_class in (InvestmentClass.PUBLIC, InvestmentClass.PRIVATE):
        row.complain(
            EXIT_PRICE,
            "ERR_POS_023",
            f"{EXIT_PRICE} is zero, which only an option that expired worthless has. "
            "Write the price it was sold at.",
        )
    if bool(row.text(EXIT_DATE)) != bool(row.text(EXIT_PRICE)):
        given, lacking = (EXIT_DATE, EXIT_PRICE) if row.text(EXIT_DATE) else (EXIT_PRICE, EXIT_DATE)
        row.complain(
            EXIT_PRICE,
            "ERR_POS_017",
            f"{given} is given without {lacking}. Fill in both, or none if the position is open.",
        )
    return exit_on, exit_price


def _whole(
    quantity: Decimal, exit_on: date | None, exit_price: Decimal | None
) -> tuple[Closing, ...]:
    """The closing of all of a position that the row says was sold."""
    if exit_on is None or exit_price is None:
        return ()
    return (Closing(closed_on=exit_on, quantity=quantity, price=exit_price),)


def _refuse_huge_amount(
    row: Row,
    investment_class: InvestmentClass | None,
    quantity: Decimal | None,
    *prices: Decimal | None,
) -> None:
    if quantity is None or investment_class is None:
        return
    units = abs(quantity) * instrument.multiplier(investment_class)
    for column, price in zip((ENTRY_PRICE, EXIT_PRICE), prices, strict=True):
        if price is not None and units * price > LARGEST_AMOUNT:
            row.complain(
                QUANTITY,
                "ERR_POS_027",
                f"{QUANTITY} x {column} is over 1 trillion USD. Correct the number that is "
                "too large, or split the position.",
            )


def _has_option_columns(row: Row) -> bool:
    return any(row.text(column) for column in OPTION_COLUMNS)


def _is_named_cash(row: Row) -> bool:
    return row.text(SYMBOL).upper().startswith("CASH_")
