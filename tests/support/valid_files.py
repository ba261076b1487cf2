"""Hypothesis strategies of valid files of each recognised format, in the shapes of spec 3.1, 03b.

What is held is drawn once, as `Asset`s; each format prints it as its broker does. All days are
before 2013, so that the sample market takes the files too.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from domain.instrument import OptionTerms
from interfaces.files.template.columns import COLUMNS

FILE_DAY = date(2012, 12, 31)
"""The day that files with a day of their own speak of."""

_ACCOUNT = "Individual ...905"


@dataclass(frozen=True)
class ValidFile:
    """A file that its format's reader takes without an error.

    `source_account` names one of its accounts where it has several, else it is blank. `rows` is
    how many positions it has of that account, cash included.
    """

    source_format: str
    file_name: str
    content: bytes
    rows: int
    source_account: str = ""


@dataclass(frozen=True)
class Asset:
    """Something held: `quantity` is signed, `paid` and `last` are USD a share."""

    symbol: str
    name: str
    quantity: Decimal
    paid: Decimal
    last: Decimal
    entry_on: date
    option: OptionTerms | None

    @property
    def units(self) -> Decimal:
        """Shares that the quantity stands for."""
        return self.quantity * (100 if self.option else 1)


Rows = Sequence[Sequence[object]]


def _decimals(largest: int, places: int) -> st.SearchStrategy[Decimal]:
    """From 1 up, so that no cost is rounded away to nothing."""
    return st.integers(10**places, largest * 10**places).map(lambda n: Decimal(n).scaleb(-places))


_days = st.dates(date(2009, 1, 2), date(2012, 12, 28))
_signed = st.builds(lambda n, sign: n * sign, _decimals(900, 4), st.sampled_from([1, 1, -1]))
_names = st.sampled_from(
    ["ACME CORP, CLASS A", "NORTHERN TOWN ETF", "ÉLAN & SÖHNE", 'THE "OLD" FUND', "O'HARA INC"]
)
_symbols = st.from_regex(r"[A-WYZ][A-Z]{1,3}", fullmatch=True)
_shares = st.builds(
    Asset,
    symbol=_symbols,
    name=_names,
    quantity=_signed,
    paid=_decimals(900, 2),
    last=_decimals(900, 2),
    entry_on=_days,
    option=st.none(),
)
_options = st.builds(
    Asset,
    symbol=_symbols,
    name=_names,
    quantity=st.integers(-40, 40).filter(bool).map(Decimal),
    paid=_decimals(90, 2),
    last=_decimals(90, 2),
    entry_on=_days,
    option=st.builds(
        OptionTerms,
        underlying=_symbols,
        expires_on=st.dates(date(2013, 1, 4), date(2029, 12, 31)),
        right=st.sampled_from(["CALL", "PUT"]),
        strike=st.integers(1, 9_000).map(lambda n: Decimal(n) / 2),
    ),
)


def _different(assets: st.SearchStrategy[Asset]) -> st.SearchStrategy[list[Asset]]:
    return st.lists(assets, min_size=1, max_size=5, unique_by=lambda asset: asset.symbol)


_holdings = _different(st.one_of(_shares, _shares, _options))
_holdings_without_options = _different(_shares)
_cash = st.one_of(_decimals(9_000, 2), _decimals(9_000, 2).map(lambda amount: -amount))
_lots = st.lists(st.tuples(_days, _decimals(900, 4)), min_size=1, max_size=4)


def _csv(rows: Iterable[Sequence[object]], *, quote_all: bool = False, end: str = "\n") -> bytes:
    """Rows as bytes; a row without cells is a blank line."""
    out = io.StringIO(newline="")
    writer = csv.writer(
        out, lineterminator=end, quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    )
    for row in rows:
        writer.writerow(row)
    return out.getvalue().encode()


def _usd(amount: Decimal) -> str:
    """`-$1,234.50`."""
    return f"{'-' if amount < 0 else ''}${abs(amount):,.2f}"


def _cents(amount: Decimal) -> str:
    return f"{amount:.2f}"


# The template and the export


def _template_row(asset: Asset) -> list[object]:
    row = [asset.symbol, asset.quantity, asset.paid, asset.entry_on]
    option = asset.option
    if option is None:
        return [*row, "PUBLIC", "STOCK", "", "", "", "", "", ""]
    terms = (option.underlying, option.strike, option.expires_on, option.right)
    return [*row, "OPTIONS", option.right, *terms, "", ""]


def _template(held: list[Asset], end: str) -> ValidFile:
    rows = [COLUMNS, *map(_template_row, held)]
    content = b"# A comment" + end.encode() + _csv(rows, end=end)
    return ValidFile("template", "positions.csv", content, len(held))


def _export(held: list[Asset], parts: list[Decimal]) -> ValidFile:
    """Each position is open but for a part of the first, closed at 8 decimals."""
    rows: list[Sequence[object]] = [[*COLUMNS, "Lot", "Description"]]
    for asset in held:
        rows += [[*_template_row(asset), 1, asset.name]]
        if asset is held[0]:
            for part in parts:
                closed = part if asset.quantity > 0 else -part
                row = [asset.symbol, closed, *_template_row(asset)[2:10], FILE_DAY, "1.234567"]
                rows += [[*row, 1, asset.name]]
    return ValidFile("sigmasight", "export.csv", _csv(rows, end="\r\n"), len(held))


# Schwab

_SCHWAB = (
    *("Symbol", "Description", "Qty (Quantity)", "Price", "Price Chng $ (Price Change $)"),
    *("Mkt Val (Market Value)", "Cost Basis", "Gain % (Gain/Loss %)", "Ratings", ""),
    *("Security Type", ""),
)


def _schwab_symbol(asset: Asset) -> str:
    option = asset.option
    if option is None:
        return asset.symbol
    return (
        f"{option.underlying} {option.expires_on:%m/%d/%Y} {option.strike:,.2f} {option.right[0]}"
    )


def _schwab_table(held: Iterable[Asset], cash: Decimal) -> list[Sequence[object]]:
    rows: list[Sequence[object]] = [_SCHWAB]
    for asset in held:
        kind = "Option" if asset.option else "Equity"
        worth, cost = asset.units * asset.last, asset.units * asset.paid
        figures = (f"{asset.quantity:,}", _usd(asset.last), "$0.10", _usd(worth), _usd(cost))
        rows.append((_schwab_symbol(asset), asset.name, *figures, "+4.12%", "--", "", kind, ""))
    nothing = ("--", "--", "--", "--")
    rest = (_usd(cash), "--", "--", "--", "", "Cash and Money Market", "")
    rows.append(("Cash & Cash Investments", *nothing, *rest))
    return [*rows, ("Account Total", *nothing, "$1.00", "$1.00", "--", "--", "", "--", "")]


def _schwab(held: list[Asset], cash: Decimal) -> ValidFile:
    title = f"Positions for account {_ACCOUNT} as of 11:52 AM ET, {FILE_DAY:%Y/%m/%d}"
    rows = [(title,), (), *_schwab_table(held, cash)]
    content = _csv(rows, quote_all=True, end="\r\n")
    return ValidFile("schwab", "Individual-Positions-2012-12-31.csv", content, len(held) + 1)


def _schwab_all(held: list[Asset], others: list[Asset], cash: Decimal) -> ValidFile:
    rows: list[Sequence[object]] = [(f"Positions for All-Accounts as of {FILE_DAY:%m/%d/%Y}",), ()]
    rows += [("Brokerage XXXX-1111",), *_schwab_table(held, cash), (), ()]
    rows += [("Roth IRA XXXX-2222",), *_schwab_table(others, cash)]
    name = "All-Accounts-Positions-2012-12-31-101500.csv"
    content = _csv(rows, quote_all=True)
    return ValidFile("schwab", name, content, len(held) + 1, "Brokerage XXXX-1111")


def _schwab_lots(asset: Asset, lots: list[tuple[date, Decimal]]) -> ValidFile:
    title = f"{asset.symbol} Lot Details for {_ACCOUNT} as of 06:36 PM ET, {FILE_DAY:%m/%d/%Y}"
    names = ("Open Date", "Quantity", "Price", "Cost/Share", "Market Value", "Cost Basis", "")
    rows: list[Sequence[object]] = [(title,), (), names]
    for day, quantity in lots:
        worth, cost = _usd(quantity * asset.last), _usd(quantity * asset.paid + 1)
        figures = (f"{quantity:,}", _usd(asset.last), _usd(asset.paid), worth, cost)
        rows.append((f"{day:%m/%d/%Y} 13:22:52", *figures, ""))
    rows.append(("Total", "1", "--", "--", "$1.00", "$1.00", ""))
    return ValidFile("schwab", "lots.csv", _csv(rows, quote_all=True), len(lots))


# Fidelity

_FIDELITY = (
    *("Account Number", "Account Name", "Symbol", "Description", "Quantity", "Last Price"),
    *("Last Price Change", "Current Value", "Today's Gain/Loss Dollar"),
    *("Today's Gain/Loss Percent", "Total Gain/Loss Dollar", "Total Gain/Loss Percent"),
    *("Percent Of Account", "Cost Basis Total", "Average Cost Basis", "Type"),
)


def _fidelity_row(asset: Asset) -> list[object]:
    option, symbol = asset.option, asset.symbol
    if option:
        ymd = f"{option.expires_on:%y%m%d}"
        symbol = f" -{option.underlying}{ymd}{option.right[0]}{option.strike.normalize():f}"
    figures = (asset.quantity, _usd(asset.last), "+$5.71", _usd(asset.units * asset.last))
    gains = ("-$0.62", "-1.10%", "n/a", "--", "10.00%")
    costs = (_usd(asset.units * asset.paid), _usd(asset.paid))
    return ["X1", "ROTH IRA", symbol, asset.name, *figures, *gains, *costs, "Margin", ""]


def _fidelity(held: list[Asset], cash: Decimal) -> ValidFile:
    core = ("X1", "ROTH IRA", "SPAXX**", "HELD IN MONEY MARKET", *[""] * 3, _usd(cash))
    pending = ("X1", "ROTH IRA", "Pending activity", "", *[""] * 3, "-$1250.40")
    rows = [_FIDELITY, core, pending, *map(_fidelity_row, held), ()]
    footer = '"The data is provided to you solely, and may change."\r\n\r\n'
    day = f"{FILE_DAY:%b-%d-%Y}"
    content = (
        b"\xef\xbb\xbf"
        + _csv(rows, end="\r\n")
        + f'{footer}"Date downloaded {day} 12:11 p.m ET"\r\n'.encode()
    )
    return ValidFile("fidelity", f"Portfolio_Positions_{day}.csv", content, len(held) + 2)


# Vanguard

_VANGUARD = ("Account Number", "Investment Name", "Symbol", "Shares", "Share Price", "Total Value")
_TRADED = (
    *("Account Number", "Trade Date", "Settlement Date", "Transaction Type"),
    *("Transaction Description", "Investment Name", "Symbol", "Shares", "Share Price"),
    *("Principal Amount", "Commissions and Fees", "Net Amount", "Accrued Interest"),
    *("Account Type", ""),
)


def _vanguard(held: list[Asset]) -> ValidFile:
    rows: list[Sequence[object]] = [(*_VANGUARD, "")]
    trades: list[Sequence[object]] = [_TRADED]
    for asset in held:
        shares, symbol, name = abs(asset.quantity), asset.symbol, asset.name
        figures = (shares, asset.last, _cents(shares * asset.last + 1))
        rows.append(("00000047", name, symbol, *figures, ""))
        cost = f"-{shares * asset.paid + 1:.2f}"
        traded = (asset.entry_on, asset.entry_on, "Buy", "Buy", name, symbol, shares, asset.paid)
        trades.append(("00000047", *traded, cost, "0.0", cost, "0.0", "CASH", ""))
    content = _csv([*rows, (), (), (), *trades])
    return ValidFile("vanguard", "OfxDownload.csv", content, len(held))


def _vanguard_cost(held: list[Asset]) -> ValidFile:
    names = ("Account", "Symbol/CUSIP", "Description", "Position type", "Quantity")
    rows: list[Sequence[object]] = [("Market value as of 12/31/2012 04:00 PM ET",), ()]
    rows.append((*names, "Total cost", "Market value"))
    for asset in held:
        kind = "Long" if asset.quantity > 0 else "Short"
        costs = (_usd(asset.quantity * asset.paid), _usd(asset.quantity * asset.last))
        figures = (kind, abs(asset.quantity), *costs)
        rows.append(("55501234", asset.symbol, asset.name, *figures))
    return ValidFile("vanguard", "costs.csv", _csv(rows), len(held))


def _vanguard_529(held: list[Asset]) -> ValidFile:
    rows: list[Sequence[object]] = [
        ("Fund Account Number", "Fund Name", "Price", "Shares", "Total Value")
    ]
    for number, asset in enumerate(held):
        shares = abs(asset.quantity)
        name = f"{asset.name} Portfolio {number}"
        figures = (_usd(asset.last), shares, _usd(shares * asset.last + 1))
        rows.append(("555000111-02", name, *figures))
    return ValidFile("vanguard", "529.csv", _csv(rows), len(held))


# E*TRADE

_SUMMARY: Rows = (
    ("Account Summary",),
    ("Account", "Net Account Value", "Total Gain $", "Total Gain %"),
    ("Ann -9090", "30123.45", "1021.00", "3.51"),
    (),
    ("View Summary - All Positions",),
    ("Filters applied:",),
    ("Symbol", "Security type(s)", "Sort by", "Sort order", ""),
    ("", "All", "Symbol", "Asc", ""),
    (),
)
_ETRADE = (
    *("Symbol", "Last Price $", "Change $", "Change %", "Quantity", "Price Paid $"),
    *("Day's Gain $", "Total Gain $", "Total Gain %", "Value $"),
)


def _etrade_row(name: str, asset: Asset, quantity: Decimal) -> list[object]:
    worth = quantity * (100 if asset.option else 1) * asset.last
    figures = (asset.last, "-0.02", "-.10", f"{quantity:.4f}", asset.paid)
    return [name, *figures, "-3.0000", "1150.0000", "62.1600", f"{worth:.4f}"]


def _etrade_name(asset: Asset) -> str:
    option = asset.option
    if option is None:
        return asset.symbol
    day, strike = f"{option.expires_on:%b %d '%y}", f"{option.strike.normalize():f}"
    return f"{option.underlying} {day} ${strike} {option.right.title()}"


def _etrade_file(table: Rows, cash: Decimal, positions: int) -> ValidFile:
    cash_row = ("CASH", *[""] * 8, _cents(cash), "")
    total = ("TOTAL", *[""] * 4, "29102.45", "-5.00", "1021.00", "3.51", "30123.45", "")
    footer = f"\n\nGenerated at {FILE_DAY:%b %d %Y} 10:23:53 AM ET"
    content = _csv([*_SUMMARY, _ETRADE, *table, cash_row, total]) + footer.encode()
    return ValidFile("etrade", "PortfolioDownload.csv", content, positions + 1)


def _etrade(held: list[Asset], cash: Decimal) -> ValidFile:
    table = [_etrade_row(_etrade_name(asset), asset, asset.quantity) for asset in held]
    return _etrade_file(table, cash, len(held))


def _etrade_lots(held: list[Asset], lots: list[tuple[date, Decimal]], cash: Decimal) -> ValidFile:
    """The first asset has these lots, the others none."""
    first, *others = held
    total = sum((quantity for _, quantity in lots), Decimal(0))
    table = [_etrade_row(_etrade_name(first), first, total)]
    for day, quantity in lots:
        table.append(_etrade_row(f"     {day:%m/%d/%Y}", first, quantity))
    table += [_etrade_row(_etrade_name(asset), asset, asset.quantity) for asset in others]
    return _etrade_file(table, cash, len(lots) + len(others))


def _built(
    make: Callable[..., ValidFile], *drawn: st.SearchStrategy[object]
) -> st.SearchStrategy[ValidFile]:
    return st.builds(make, *drawn)


FILES: Mapping[str, st.SearchStrategy[ValidFile]] = {
    "template": _built(_template, _holdings, st.sampled_from(["\n", "\r\n", "\r"])),
    "export": _built(_export, _holdings, st.lists(_decimals(900, 8), max_size=3)),
    "schwab": _built(_schwab, _holdings, _cash),
    "schwab all accounts": _built(_schwab_all, _holdings, _holdings, _cash),
    "schwab lots": _built(_schwab_lots, _shares, _lots),
    "fidelity": _built(_fidelity, _holdings, _cash),
    "vanguard": _built(_vanguard, _holdings_without_options),
    "vanguard cost": _built(_vanguard_cost, _holdings_without_options),
    "vanguard 529": _built(_vanguard_529, _holdings_without_options),
    "etrade": _built(_etrade, _holdings, _cash),
    "etrade lots": _built(_etrade_lots, _holdings, _lots, _cash),
}
"""Valid files by what they are."""
