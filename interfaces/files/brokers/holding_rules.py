"""One asset of a broker's file into a position: symbol, class, quantity, cost, day (spec 3.6)."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from domain import instrument
from domain.instrument import MONEY_FUNDS, SUBTYPES, InvestmentClass
from domain.position import PositionTerms
from interfaces.files.brokers import values
from interfaces.files.brokers.broker_file import Holding
from interfaces.files.brokers.complaints import Complaints, Notes
from interfaces.files.choices import Horizon
from interfaces.files.guide import Guide
from interfaces.files.parsed_file import quoted
from interfaces.files.template.columns import (
    ENTRY_DATE,
    ENTRY_PRICE,
    EXPIRATION,
    QUANTITY,
    SYMBOL,
    SYMBOL_RULE,
)
from interfaces.files.template.limits import LARGEST_AMOUNT, LARGEST_NUMBER

QUANTITY_DECIMALS = Decimal("0.00000001")
PRICE_DECIMALS = Decimal("0.000001")
_PAR = Decimal(1)
_LONGEST_NAME = 255
_NOT_A_SYMBOL = re.compile(r"[^A-Z0-9]+")
_NEAR_ONE_HUNDREDTH = Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What rows get that lack it: a day, a price; and the days that are allowed.

    `needs_day` is False where the request's own default is wrong, which is said once. `cash_on` is
    the day of cash and money funds where every other asset has a day of its own, else None.
    """

    guide: Guide
    horizon: Horizon
    entry_on: date | None
    needs_day: bool
    cash_on: date | None
    uses_last_price: bool


@dataclass(frozen=True, slots=True)
class Asset:
    """A position, None where its row has an error; and the file's last price of a unit, if any."""

    terms: PositionTerms | None
    symbol: str
    last_price: Decimal | None


class AssetRow:
    """One row that is being read. `errors` are what is wrong with it."""

    def __init__(self, holding: Holding, defaults: Defaults, notes: Notes) -> None:
        self._holding = holding
        self._defaults = defaults
        self._notes = notes
        self._complaints = Complaints(holding)
        self.errors = self._complaints.errors

    def read(self, quantity: Decimal) -> Asset:
        """The row's position, given its quantity, which is not zero."""
        holding = self._holding
        is_per_hundred = self._is_per_hundred(quantity)
        investment_class, subtype = self._kind(is_per_hundred)
        symbol = self._symbol()
        last_price = self._unit_price(holding.last_price, is_per_hundred)
        multiplier = instrument.multiplier(investment_class)
        held = self._rounded(quantity)
        price = self._entry_price(held * multiplier, symbol, last_price, is_per_hundred)
        entry_on = self._entry_on()
        self._check_amount(held, multiplier, price)
        if self.errors or symbol is None or price is None or entry_on is None:
            return Asset(None, symbol or "", last_price)
        option = holding.option
        terms = PositionTerms(
            symbol=symbol,
            quantity=held,
            entry_price=price,
            entry_on=entry_on,
            investment_class=investment_class,
            investment_subtype=subtype,
            underlying=option.underlying if option else None,
            strike=option.strike if option else None,
            expires_on=option.expires_on if option else None,
            right=option.right if option else None,
            row=holding.row,
            stated_as=self._stated_as(symbol),
        )
        return Asset(terms, symbol, last_price)

    def _kind(self, is_per_hundred: bool) -> tuple[InvestmentClass, str | None]:  # noqa: FBT001 - what the row says
        holding = self._holding
        if holding.option:
            return InvestmentClass.OPTIONS, holding.option.right
        if is_money_fund(holding):
            return InvestmentClass.PUBLIC, "CASH"
        if is_per_hundred:
            return InvestmentClass.PUBLIC, "BOND"
        if holding.subtype is None:
            has_ticker = bool(holding.symbol)
            return InvestmentClass.PUBLIC if has_ticker else InvestmentClass.PRIVATE, None
        is_public = holding.subtype in SUBTYPES[InvestmentClass.PUBLIC]
        return InvestmentClass.PUBLIC if is_public else InvestmentClass.PRIVATE, holding.subtype

    def _symbol(self) -> str | None:
        """The symbol: an option's OCC one, the file's, or one made of the description."""
        holding = self._holding
        if holding.option:
            occ = holding.option.occ_symbol
            if occ is None:
                self._complaints.complain(
                    SYMBOL,
                    "ERR_POS_002",
                    holding.symbol,
                    f"{quoted(holding.symbol)} is an option that no OCC symbol can express. "
                    "Enter it by hand, with the template.",
                )
            return occ
        symbol = _ticker(holding.symbol)
        if SYMBOL_RULE.allows(symbol) and not symbol.startswith("-"):
            return symbol
        if symbol.startswith("-"):
            self._complaints.complain(
                SYMBOL,
                "ERR_POS_002",
                holding.symbol,
                f"{quoted(holding.symbol)} looks like an option that cannot be read. Correct it, "
                "or enter the position by hand, with the template.",
            )
            return None
        made = _NOT_A_SYMBOL.sub("_", (symbol or holding.description).upper()).strip("_")
        if made:
            self._notes.assume("The symbol is made from the file's text.", holding.row)
            return made[: SYMBOL_RULE.longest].rstrip("_")
        self._complaints.complain(
            SYMBOL,
            "ERR_POS_001",
            "",
            "There is neither a symbol nor a description. Delete the row, or enter the position "
            "by hand, with the template.",
        )
        return None

    def _stated_as(self, symbol: str) -> str | None:
        """What the file calls the asset, where that is not its symbol."""
        text = stated_name(self._holding)
        return text if text.rstrip("*").upper() != symbol else None

    def _rounded(self, quantity: Decimal) -> Decimal:
        if abs(quantity) > LARGEST_NUMBER:
            return quantity  # ERR_POS_027
        rounded = quantity.quantize(QUANTITY_DECIMALS, ROUND_HALF_EVEN)
        if rounded != quantity:
            self._notes.assume("The quantity is rounded to 8 decimals.", self._holding.row)
            return rounded
        return quantity

    def _is_per_hundred(self, quantity: Decimal) -> bool:
        """Whether prices are per 100 of face: then the value is a hundredth of quantity x price."""
        holding = self._holding
        if holding.option:
            return False
        price, worth = values.number(holding.last_price), values.number(holding.value)
        if price and worth:
            found = abs(worth / (price * quantity)) < _NEAR_ONE_HUNDREDTH
        else:
            found = holding.subtype == "BOND"
        if found:
            self._notes.assume(
                "Priced per 100 of face: the quantity is face value, the price is per 1 of it.",
                holding.row,
            )
        return found

    def _unit_price(self, text: str, is_per_hundred: bool) -> Decimal | None:  # noqa: FBT001 - what the row says
        price = values.number(text)
        if price is None:
            return None
        unit = abs(price) / 100 if is_per_hundred else abs(price)
        return plain_price(unit)

    def _entry_price(
        self,
        units: Decimal,
        symbol: str | None,
        last_price: Decimal | None,
        is_per_hundred: bool,  # noqa: FBT001 - what the row says
    ) -> Decimal | None:
        """Total cost / units, else what a unit cost, else what the request says to assume."""
        holding = self._holding
        total = values.number(holding.total_cost)
        paid = self._unit_price(holding.price_paid, is_per_hundred)
        price = plain_price(abs(total / units)) if total is not None and units else paid
        if price:
            return price
        if symbol in MONEY_FUNDS:
            self._notes.assume("A money fund without cost is entered at 1.00.", holding.row)
            return _PAR
        if self._defaults.uses_last_price and last_price:
            self._notes.assume(
                "The entry price is the file's last price, for want of a cost.", holding.row
            )
            return last_price
        self._complain_of_cost(price)
        return None

    def _complain_of_cost(self, price: Decimal | None) -> None:
        holding = self._holding
        said = "has no cost" if price is None else "cost nothing"
        self._complaints.complain(
            ENTRY_PRICE,
            "ERR_POS_007" if price is None else "ERR_POS_008",
            holding.total_cost or holding.price_paid,
            f"{quoted(holding.symbol or holding.description)} {said} in this file. "
            f"{self._defaults.guide.where_cost} Or send default_entry_price=last, to enter it at "
            "the file's last price.",
        )

    def _entry_on(self) -> date | None:
        holding, defaults = self._holding, self._defaults
        if values.is_nothing(holding.entry_date):
            return self._default_day()
        day = values.day(holding.entry_date)
        if day is None:
            self._complain_of_day("ERR_POS_011", "is not a date that can be read. Correct it.")
        elif late := defaults.horizon.why_too_late(day):
            self._complain_of_day("ERR_POS_012", late)
        elif day < defaults.horizon.first_day:
            self._complain_of_day("ERR_POS_013", "is over 100 years ago. Correct it.")
        elif holding.option and holding.option.expires_on < day:
            self._complaints.complain(
                EXPIRATION,
                "ERR_POS_020",
                holding.symbol,
                f"The option expired on {holding.option.expires_on}, before the {day} of the "
                "entry. Correct one of the dates.",
            )
        else:
            return day
        return None

    def _default_day(self) -> date | None:
        """The request's day for rows without one; an expired option's last day if earlier."""
        holding, defaults = self._holding, self._defaults
        day = defaults.entry_on
        if day is None and defaults.cash_on and is_money_fund(holding):
            self._notes.assume(
                f"Cash is entered on {defaults.cash_on}, the day of the file.", holding.row
            )
            return defaults.cash_on
        if day is None:
            if defaults.needs_day:
                self._complaints.complain(
                    ENTRY_DATE,
                    "ERR_POS_010",
                    "",
                    f"The file does not say when {quoted(holding.symbol or holding.description)} "
                    "was bought. Send default_entry_date=YYYY-MM-DD, one date for the whole file. "
                    f"{defaults.guide.where_dates}",
                )
            return None
        self._notes.assume(f"The entry date is {day}, as the upload says.", holding.row)
        if holding.option and holding.option.expires_on < day:
            self._notes.assume(
                "The option expired before that day: it is entered on its expiration day.",
                holding.row,
            )
            return holding.option.expires_on
        return day

    def _complain_of_day(self, code: str, what: str) -> None:
        text = self._holding.entry_date
        self._complaints.complain(ENTRY_DATE, code, text, f"{ENTRY_DATE} {quoted(text)} {what}")

    def _check_amount(self, held: Decimal, multiplier: int, price: Decimal | None) -> None:
        each = price or Decimal(0)
        if max(abs(held), each) > LARGEST_NUMBER or abs(held) * multiplier * each > LARGEST_AMOUNT:
            self._complaints.complain(
                QUANTITY,
                "ERR_POS_027",
                self._holding.quantity,
                "Quantity or price is over 1 billion, or their product over 1 trillion USD. "
                "Correct the number that is too large.",
            )


def stated_name(holding: Holding) -> str:
    """What the file calls the asset, as much of it as the event keeps; "" where it says nothing."""
    return (holding.symbol or holding.description)[:_LONGEST_NAME]


def is_money_fund(holding: Holding) -> bool:
    """Whether the row is a listed money fund, which is cash whenever it was bought."""
    return _ticker(holding.symbol) in MONEY_FUNDS


def _ticker(symbol: str) -> str:
    """The symbol in upper case, without the asterisks that mark a money fund."""
    return symbol.strip().rstrip("*").strip().upper()


def plain_price(exact: Decimal) -> Decimal:
    """At most 6 decimals, half-even; fewer stay as they are, written plainly.

    What is too large to be a price (ERR_POS_027) stays as it is.
    """
    if abs(exact) > LARGEST_NUMBER:
        return exact
    rounded = exact.quantize(PRICE_DECIMALS, ROUND_HALF_EVEN)
    return Decimal(f"{exact if rounded == exact else rounded:f}")
