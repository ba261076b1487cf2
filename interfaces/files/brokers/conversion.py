"""A broker's file into positions and cash of one account: the same for all brokers (spec 3.6)."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from domain.instrument import InvestmentClass
from domain.position import PositionTerms
from interfaces.files.brokers import values
from interfaces.files.brokers.broker_file import BrokerFile, BrokerFormat, Holding, Kind
from interfaces.files.brokers.complaints import Complaints, Notes
from interfaces.files.brokers.holding_rules import (
    QUANTITY_DECIMALS,
    AssetRow,
    Defaults,
    is_money_fund,
    plain_price,
    stated_name,
)
from interfaces.files.choices import Choices
from interfaces.files.guide import Guide
from interfaces.files.parsed_file import Findings, Layout, names, quoted, shortened
from interfaces.files.reading import Problem, Record, Text, records, up_to_the_limit
from interfaces.files.template.columns import ENTRY_DATE, ENTRY_DATE_RULE, ENTRY_PRICE, QUANTITY
from interfaces.files.template.limits import LARGEST_NUMBER

CASH_SYMBOL = "CASH_USD"


def read(
    broker: BrokerFormat,
    text: Text,
    delimiter: str,
    file_name: str,
    choices: Choices,
    found: Findings,
) -> None:
    """Read a broker's file completely into `found`; never raises."""
    file = broker.read(_records(text, delimiter, found), file_name)
    found.source_format = broker.guide.name
    found.accounts = tuple(file.accounts) or ("",)
    found.layout = Layout(delimiter, tuple(file.header_rows))
    found.as_of = _not_in_the_future(values.day(file.as_of), choices)
    found.account = _chosen_account(found, choices)
    if found.account is not None:
        _Reading(broker.guide, choices, found).read(file)


def _records(text: Text, delimiter: str, found: Findings) -> Iterator[Record]:
    """The records of the file; what cannot be read is noted."""
    for record in up_to_the_limit(records(text, delimiter)):
        if isinstance(record, Problem):
            found.errors.add_for_file(record.code, record.message)
        else:
            yield record


def _not_in_the_future(day: date | None, choices: Choices) -> date | None:
    return day if day is not None and day <= choices.horizon.last_day else None


def _chosen_account(found: Findings, choices: Choices) -> str | None:
    """The account to read; ERR_CSV_008 where several are there, or the one asked for is not.

    The number that an account's name begins with is enough, where it is that of one only.
    """
    wanted = choices.source_account.strip().casefold()
    if not wanted and len(found.accounts) == 1:
        return found.accounts[0]
    exact = [account for account in found.accounts if account.casefold() == wanted]
    by_number = [
        account for account in found.accounts if account.casefold().split(" ")[0] == wanted
    ]
    for chosen in (exact, by_number):
        if len(chosen) == 1:
            return chosen[0]
    has = f"The file has the accounts {names(found.accounts)}."
    if wanted:
        has = f"The file has no account {quoted(choices.source_account)}. {has}"
    found.errors.add_for_file("ERR_CSV_008", f"{has} Send the one to import as source_account.")
    return None


class _Reading:
    """The rows of one account being read into `found`."""

    def __init__(self, guide: Guide, choices: Choices, found: Findings) -> None:
        self._found = found
        self._choices = choices
        self._guide = guide
        self._notes = Notes()
        self._positions: list[PositionTerms] = []
        self._last_prices: dict[str, Decimal] = {}

    def read(self, file: BrokerFile) -> None:
        """Read the chosen account's rows, in file order."""
        found = self._found
        mine = [holding for holding in file.holdings if holding.account == found.account]
        self._defaults = self._defaults_for(mine)
        for note in file.notes:
            if note.account == found.account:
                found.warnings.append(f"Row {note.row}: {note.text}")
        for holding in mine:
            if holding.kind is Kind.CASH:
                self._take_cash(holding)
            else:
                self._take_asset(holding)
        if not self._positions and not found.errors.total:
            whose = (
                f"The account {quoted(found.account)} of the file" if found.account else "The file"
            )
            found.errors.add_for_file("ERR_CSV_003", f"{whose} holds nothing to import.")
        if found.as_of is None:
            self._notes.assume("The file names no day: its quantities are as of the import.")
        found.positions = self._positions
        found.last_prices = self._last_prices
        found.assumptions = self._notes.assumptions

    def _defaults_for(self, holdings: Sequence[Holding]) -> Defaults:
        """What these rows get that lack it."""
        choices = self._choices
        is_dated = all(
            holding.kind is Kind.CASH
            or is_money_fund(holding)
            or not values.is_nothing(holding.entry_date)
            for holding in holdings
        )
        return Defaults(
            guide=self._guide,
            horizon=choices.horizon,
            entry_on=self._default_day(),
            needs_day=not choices.default_entry_date.strip(),
            cash_on=(self._found.as_of or choices.horizon.last_day) if is_dated else None,
            uses_last_price=choices.uses_last_price,
        )

    def _default_day(self) -> date | None:
        """The request's day for rows without one; said once for the file where it is wrong."""
        text = self._choices.default_entry_date.strip()
        if not text:
            return None
        return ENTRY_DATE_RULE.read(
            text,
            self._choices.horizon,
            lambda code, said: self._found.errors.add_for_file(
                code, said.replace(ENTRY_DATE, "default_entry_date", 1)
            ),
        )

    def _take_asset(self, holding: Holding) -> None:
        quantity = self._quantity(holding)
        if quantity is None:
            return
        row = AssetRow(holding, self._defaults, self._notes)
        asset = row.read(quantity)
        for error in row.errors:
            self._found.errors.add(error)
        if asset.symbol and asset.last_price and asset.last_price <= LARGEST_NUMBER:
            self._last_prices[asset.symbol] = asset.last_price
        if asset.terms is not None:
            self._positions.append(asset.terms)
            for assumption in holding.assumptions:
                self._notes.assume(assumption, holding.row)

    def _quantity(self, holding: Holding) -> Decimal | None:
        """How much is held; None where nothing is, which is noted, or where it cannot be read."""
        quantity = values.number(holding.quantity)
        if quantity is None:
            complaints = Complaints(holding)
            complaints.complain(
                QUANTITY,
                "ERR_POS_004",
                holding.quantity,
                f"{QUANTITY} is missing or not a number. Correct it, or delete the row.",
            )
            self._found.errors.add(complaints.errors[0])
        elif abs(quantity) <= QUANTITY_DECIMALS / 2:
            self._found.warnings.append(
                f"Row {holding.row}: {shortened(holding.symbol or holding.description)} has the "
                "quantity 0 and is left out."
            )
            return None
        return quantity

    def _take_cash(self, holding: Holding) -> None:
        """Cash becomes CASH_USD: one unit, or minus one, at the amount; nothing where it is 0."""
        amount = values.number(holding.value)
        if amount is None:
            if not values.is_nothing(holding.value):
                self._complain_of_cash(
                    holding, ENTRY_PRICE, "ERR_POS_007", "The amount is not a number. Correct it."
                )
            return
        if abs(amount) > LARGEST_NUMBER:
            self._complain_of_cash(
                holding, ENTRY_PRICE, "ERR_POS_027", "The amount is over 1 billion. Correct it."
            )
            return
        amount = plain_price(amount)
        self._found.cash = (self._found.cash or Decimal("0.00")) + amount
        entry_on = self._day_of_cash(holding)
        if amount and entry_on:
            self._positions.append(
                PositionTerms(
                    symbol=CASH_SYMBOL,
                    quantity=Decimal(1) if amount > 0 else Decimal(-1),
                    entry_price=abs(amount),
                    entry_on=entry_on,
                    investment_class=InvestmentClass.PRIVATE,
                    investment_subtype="CASH",
                    row=holding.row,
                    stated_as=stated_name(holding) or None,
                )
            )
            for assumption in (f"Cash is held as {CASH_SYMBOL}.", *holding.assumptions):
                self._notes.assume(assumption, holding.row)

    def _day_of_cash(self, holding: Holding) -> date | None:
        """The request's day; the file's own where every asset of it has a day."""
        if self._defaults.entry_on:
            return self._defaults.entry_on
        if day := self._defaults.cash_on:
            self._notes.assume(f"Cash is entered on {day}, the day of the file.", holding.row)
            return day
        if self._defaults.needs_day and values.number(holding.value):
            self._complain_of_cash(
                holding,
                ENTRY_DATE,
                "ERR_POS_010",
                "The file does not say since when the cash is held. Send "
                "default_entry_date=YYYY-MM-DD, one date for the whole file.",
            )
        return None

    def _complain_of_cash(self, holding: Holding, field: str, code: str, said: str) -> None:
        complaints = Complaints(holding)
        complaints.complain(field, code, holding.value, said)
        self._found.errors.add(complaints.errors[0])
