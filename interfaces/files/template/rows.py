"""Rows of our own formats, each by itself: what takes more than one column (spec 3.3, 3.4)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from sys import intern

from domain import instrument
from domain.instrument import SUBTYPE_SPELLINGS, SUBTYPES, InvestmentClass, OptionTerms
from domain.position import Closing, PositionTerms
from interfaces.files.parsed_file import listed, quoted
from interfaces.files.template.columns import (
    CLASS_RULE,
    DESCRIPTION,
    ENTRY_DATE_RULE,
    ENTRY_PRICE,
    EXIT_DATE,
    EXIT_DATE_RULE,
    EXIT_PRICE,
    INVESTMENT_CLASS,
    INVESTMENT_SUBTYPE,
    OPTION_COLUMNS,
    QUANTITY,
    SYMBOL,
    SYMBOL_RULE,
    Rules,
)
from interfaces.files.template.limits import LARGEST_AMOUNT
from interfaces.files.template.options import OptionColumns, check_option, option_terms
from interfaces.files.template.row import Row


@dataclass(frozen=True, slots=True)
class Asset:
    """What a row is a position in; None where the row does not say or says wrong."""

    symbol: str | None
    investment_class: InvestmentClass | None
    subtype: str | None
    option: OptionTerms | None
    mislabelled: bool


@dataclass(frozen=True, slots=True)
class RowFound:
    """What one row says; None where it does not say or says wrong.

    `position` is what the row states by itself, None where the row has an error.
    """

    asset: Asset
    quantity: Decimal | None
    entry_price: Decimal | None
    entry_on: date | None
    position: PositionTerms | None


class RowReader:
    """Reads rows, each by itself.

    `mislabelled` are the rows that look like options but say they are not: they are read as what
    they say.
    """

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self.mislabelled: list[int] = []

    def read(self, row: Row) -> RowFound:
        """What the row says: all that is wrong with it is noted on it."""
        rules = self._rules
        quantity = row.value(rules.quantity)
        entry_price = row.value(rules.entry_price)
        entry_on = row.day(ENTRY_DATE_RULE)
        asset = _asset(row, entry_on, rules)
        exit_on, exit_price = _exit(row, entry_on, asset.investment_class, rules)
        _refuse_huge_amount(row, asset.investment_class, quantity, entry_price, exit_price)
        if asset.mislabelled:
            self.mislabelled.append(row.number)
        closings = _whole(quantity, exit_on, exit_price)
        position = None
        if quantity and entry_price and entry_on:
            position = _position(row, asset, quantity, entry_price, entry_on, closings)
        return RowFound(asset, quantity, entry_price, entry_on, position)


def _position(
    row: Row,
    asset: Asset,
    quantity: Decimal,
    entry_price: Decimal,
    entry_on: date,
    closings: tuple[Closing, ...],
) -> PositionTerms | None:
    option = asset.option
    if row.is_faulty or not (asset.symbol and asset.investment_class):
        return None
    return PositionTerms(
        symbol=asset.symbol,
        quantity=quantity,
        entry_price=entry_price,
        entry_on=entry_on,
        investment_class=asset.investment_class,
        investment_subtype=asset.subtype,
        underlying=option.underlying if option else None,
        strike=option.strike if option else None,
        expires_on=option.expires_on if option else None,
        right=option.right if option else None,
        closings=closings,
        row=row.number,
        stated_as=row.text(DESCRIPTION) or None,
    )


def _asset(row: Row, entry_on: date | None, rules: Rules) -> Asset:
    occ = OptionTerms.parse(row.text(SYMBOL).upper()) if row.text(SYMBOL).isascii() else None
    symbol = occ.occ_symbol if occ else row.value(SYMBOL_RULE)
    investment_class = _investment_class(row, occ)
    subtype = _subtype(row, investment_class, rules)
    columns = OptionColumns.of(row)
    option = None
    if investment_class is InvestmentClass.OPTIONS:
        option = option_terms(row, columns, occ)
        check_option(row, occ or columns, entry_on, subtype)
        if option and subtype is None:
            subtype = option.right
    elsewhere = investment_class in (InvestmentClass.PUBLIC, InvestmentClass.PRIVATE)
    mislabelled = elsewhere and (occ is not None or _has_option_columns(row))
    symbol = symbol or _symbol_from_columns(row, option)
    return Asset(symbol, investment_class, subtype, option, mislabelled)


def _investment_class(row: Row, occ: OptionTerms | None) -> InvestmentClass | None:
    """The class the row says; detected where it says none (spec 3.4); None if it is unknown."""
    if row.text(INVESTMENT_CLASS):
        word = row.value(CLASS_RULE)
        return InvestmentClass(word) if word else None
    if occ or _has_option_columns(row):
        return InvestmentClass.OPTIONS
    return InvestmentClass.PRIVATE if _is_named_cash(row) else InvestmentClass.PUBLIC


def _subtype(row: Row, investment_class: InvestmentClass | None, rules: Rules) -> str | None:
    """The subtype the row says, if its class has it; CASH for a private CASH_ symbol."""
    text = row.text(INVESTMENT_SUBTYPE)
    if not text:
        is_said = rules.says_what_is_held and bool(row.text(INVESTMENT_CLASS))
        is_private = investment_class is InvestmentClass.PRIVATE
        return "CASH" if is_private and _is_named_cash(row) and not is_said else None
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
    row: Row, entry_on: date | None, investment_class: InvestmentClass | None, rules: Rules
) -> tuple[date | None, Decimal | None]:
    exit_on = row.day(EXIT_DATE_RULE)
    exit_price = row.value(rules.exit_price)
    if exit_on and entry_on and exit_on < entry_on:
        row.complain(
            EXIT_DATE,
            "ERR_POS_016",
            f"{EXIT_DATE} {exit_on} is before the {entry_on} of the entry. Correct one of them.",
        )
    expires = investment_class not in (InvestmentClass.PUBLIC, InvestmentClass.PRIVATE)
    if exit_price == 0 and not expires and not rules.says_what_is_held:
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
    quantity: Decimal | None, exit_on: date | None, exit_price: Decimal | None
) -> tuple[Closing, ...]:
    """The closing of all that the row says was sold."""
    if quantity is None or exit_on is None or exit_price is None:
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
