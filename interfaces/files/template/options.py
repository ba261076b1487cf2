"""The options columns of a row, alone and against its OCC symbol (spec 3.1, 3.3, 3.4)."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from domain.instrument import OptionTerms
from interfaces.files.template.columns import (
    EXPIRATION,
    EXPIRATION_RULE,
    INVESTMENT_SUBTYPE,
    OPTION_COLUMNS,
    OPTION_TYPE,
    OPTION_TYPE_RULE,
    STRIKE,
    STRIKE_RULE,
    UNDERLYING,
    UNDERLYING_RULE,
)
from interfaces.files.template.row import OPTIONS_COLUMNS, Row


@dataclass(frozen=True, slots=True)
class OptionColumns:
    """What columns 7-10 say; None where a cell is blank or not allowed."""

    underlying: str | None
    strike: Decimal | None
    expires_on: date | None
    right: str | None

    @classmethod
    def of(cls, row: Row) -> "OptionColumns":
        """The row's options columns, each by its rule, whatever the row's class."""
        return cls(
            row.value(UNDERLYING_RULE),
            row.value(STRIKE_RULE),
            row.day(EXPIRATION_RULE),
            row.value(OPTION_TYPE_RULE),
        )


def option_terms(row: Row, columns: OptionColumns, occ: OptionTerms | None) -> OptionTerms | None:
    """What an OPTIONS row is on, by its columns and its OCC symbol, which must agree.

    None where a term is missing (ERR_POS_018) or not allowed. A column may name an underlying
    that OCC writes otherwise (AAPL for the adjusted root AAPL1): then the column is right.
    """
    if occ is None:
        missing = tuple(column for column in OPTION_COLUMNS if not row.text(column))
        if missing:
            row.complain(
                OPTIONS_COLUMNS,
                "ERR_POS_018",
                f"The option lacks {_and(missing)}. Fill in what is missing, or write the "
                "option's OCC symbol, such as SPY250919C00460000, as Symbol.",
            )
    elif disagreements := _disagreements(columns, occ):
        row.complain(
            OPTIONS_COLUMNS,
            "ERR_POS_024",
            f"The symbol {occ.occ_symbol} and the options columns disagree: {disagreements}. "
            "Correct one of them, or leave the options columns blank.",
        )
    if occ:
        return replace(occ, underlying=columns.underlying or occ.underlying)
    if columns.underlying and columns.expires_on and columns.right and columns.strike:
        return OptionTerms(columns.underlying, columns.expires_on, columns.right, columns.strike)
    return None


def check_option(
    row: Row, terms: OptionTerms | OptionColumns, entry_on: date | None, subtype: str | None
) -> None:
    """Expired before the entry: ERR_POS_020. Subtype against option type: ERR_POS_024.

    `terms` are those of the OCC symbol or, where there is none, those that the columns say.
    """
    if terms.expires_on and entry_on and terms.expires_on < entry_on:
        row.complain(
            EXPIRATION,
            "ERR_POS_020",
            f"{EXPIRATION} {terms.expires_on} is before the {entry_on} of the entry. "
            "Correct one of the dates.",
        )
    if terms.right and subtype and subtype != terms.right:
        row.complain(
            OPTIONS_COLUMNS,
            "ERR_POS_024",
            f"{INVESTMENT_SUBTYPE} says {subtype}, but the option is a {terms.right}. "
            f"Write {terms.right}, or leave {INVESTMENT_SUBTYPE} blank.",
        )


def _disagreements(columns: OptionColumns, occ: OptionTerms) -> str:
    """The columns that say otherwise than the symbol, as a list for a sentence."""
    pairs = (
        (UNDERLYING, columns.underlying, occ.underlying),
        (STRIKE, columns.strike, occ.strike),
        (EXPIRATION, columns.expires_on, occ.expires_on),
        (OPTION_TYPE, columns.right, occ.right),
    )
    return ", ".join(
        f"{column} says {said}, the symbol {meant}"
        for column, said, meant in pairs
        if said is not None
        and said != meant
        and not (column == UNDERLYING and occ.is_on(str(said)))
    )


def _and(words: tuple[str, ...]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
