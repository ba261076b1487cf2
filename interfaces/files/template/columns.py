"""The columns of our two formats and the rule of each, as one table (spec 3.1, 3.3, 3.7).

What needs two columns stands in `rows` and `options`, what needs two rows in `lots`.
"""

from dataclasses import dataclass, replace

from domain.instrument import SUBTYPES, InvestmentClass
from interfaces.files.template.cell_rules import ChoiceRule, DateRule, NumberRule, Sign, SymbolRule

SYMBOL = "Symbol"
QUANTITY = "Quantity"
ENTRY_PRICE = "Entry Price Per Share"
ENTRY_DATE = "Entry Date"
INVESTMENT_CLASS = "Investment Class"
INVESTMENT_SUBTYPE = "Investment Subtype"
UNDERLYING = "Underlying Symbol"
STRIKE = "Strike Price"
EXPIRATION = "Expiration Date"
OPTION_TYPE = "Option Type"
EXIT_DATE = "Exit Date"
EXIT_PRICE = "Exit Price Per Share"
LOT = "Lot"
DESCRIPTION = "Description"
ERROR = "Error"
"""What rejected rows carry their messages in; known in both formats, and never read."""

REQUIRED_COLUMNS = (SYMBOL, QUANTITY, ENTRY_PRICE, ENTRY_DATE)
OPTION_COLUMNS = (UNDERLYING, STRIKE, EXPIRATION, OPTION_TYPE)
COLUMNS = (
    *REQUIRED_COLUMNS,
    INVESTMENT_CLASS,
    INVESTMENT_SUBTYPE,
    *OPTION_COLUMNS,
    EXIT_DATE,
    EXIT_PRICE,
)
EXPORT_COLUMNS = (*COLUMNS, LOT, DESCRIPTION)

SYMBOL_RULE = SymbolRule(SYMBOL, 100, "ERR_POS_003", "ERR_POS_002")
QUANTITY_RULE = NumberRule(
    QUANTITY, "ERR_POS_004", Sign.NOT_ZERO, "ERR_POS_005", 6, "ERR_POS_006", required=True
)
ENTRY_PRICE_RULE = NumberRule(
    ENTRY_PRICE, "ERR_POS_007", Sign.ABOVE_ZERO, "ERR_POS_008", 2, "ERR_POS_009", required=True
)
ENTRY_DATE_RULE = DateRule(ENTRY_DATE, "ERR_POS_011", "ERR_POS_010", "ERR_POS_012", "ERR_POS_013")
CLASS_RULE = ChoiceRule(INVESTMENT_CLASS, "ERR_POS_014", tuple(InvestmentClass))
UNDERLYING_RULE = SymbolRule(UNDERLYING, 10, "ERR_POS_026", "ERR_POS_026")
STRIKE_RULE = NumberRule(STRIKE, "ERR_POS_019", Sign.ABOVE_ZERO, "ERR_POS_019")
EXPIRATION_RULE = DateRule(EXPIRATION, "ERR_POS_020")
OPTION_TYPE_RULE = ChoiceRule(OPTION_TYPE, "ERR_POS_021", SUBTYPES[InvestmentClass.OPTIONS])
EXIT_DATE_RULE = DateRule(EXIT_DATE, "ERR_POS_016", too_late="ERR_POS_016")
EXIT_PRICE_RULE = NumberRule(
    EXIT_PRICE, "ERR_POS_023", Sign.ZERO_OR_ABOVE, "ERR_POS_023", 2, "ERR_POS_023"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What tells our two formats apart: their columns, and how exact their numbers are.

    An export says what is held already, so nothing is concluded from its blanks, and anything may
    have been closed at zero (`says_what_is_held`).
    """

    columns: tuple[str, ...]
    quantity: NumberRule
    entry_price: NumberRule
    exit_price: NumberRule
    says_what_is_held: bool


TEMPLATE_RULES = Rules(
    columns=COLUMNS,
    quantity=QUANTITY_RULE,
    entry_price=ENTRY_PRICE_RULE,
    exit_price=EXIT_PRICE_RULE,
    says_what_is_held=False,
)
EXPORT_RULES = Rules(
    columns=EXPORT_COLUMNS,
    quantity=replace(QUANTITY_RULE, decimals=8),
    entry_price=replace(ENTRY_PRICE_RULE, decimals=6),
    exit_price=replace(EXIT_PRICE_RULE, decimals=6),
    says_what_is_held=True,
)
