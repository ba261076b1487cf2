"""What an account comes to and what is at stake: parts of a report that no tab has."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from domain.money import ZERO
from domain.risk.exposures import Exposures, Sides
from domain.risk.finding import Finding
from interfaces.web.charts import Chart
from interfaces.web.measured import (
    Part,
    Tile,
    cell,
    lacking_tile,
    ratio_tile,
    share_cell,
    usd,
    way_of,
)
from interfaces.web.page import money, percent
from interfaces.web.risk_charts import bars
from interfaces.web.worth import Worth

_SIDES = ("long", "short", "gross", "net")


def summary_part(worth: Worth, risks: Sequence[Tile]) -> Part:
    """What the account is worth, what it gained or lost, and its main risks."""
    [valued] = worth.accounts
    unrealized = sum(valued.row.lines.unrealized_pnl, ZERO)
    return Part(
        name="summary",
        title="At a glance",
        method="Closes of the session; P&L with dividends, without what was paid in or taken out."
        " Unrealised is against entry, also where that is before the opening.",
        tiles=[
            Tile("Net asset value, USD", money(worth.nav), f"cash {money(worth.cash)}"),
            _pnl("P&L of the day", worth.day, _of_nav_before(worth)),
            _pnl("P&L of the month", worth.month),
            _pnl("P&L of the year", worth.year),
            _pnl("P&L since the opening", worth.since_opening),
            _pnl("Realised since the opening", valued.spans.realized),
            _pnl("Unrealised", unrealized),
            *(
                Tile(name, percent(worth.share(amount)), f"{money(amount)} USD")
                for name, amount in (
                    *(("Gross exposure", worth.gross), ("Net exposure", worth.net)),
                    *(("Long", worth.long), ("Short", worth.short)),
                )
            ),
            *risks,
        ],
    )


def _of_nav_before(worth: Worth) -> str:
    return f"{percent(worth.day_return, is_change=True)} of NAV before"


def _pnl(name: str, amount: Decimal, note: str = "") -> Tile:
    return Tile(name, money(amount, is_change=True), note, way_of(float(amount)))


def exposures_part(finding: Finding[Exposures]) -> Part:
    """What is at stake either way, at market value and by delta."""
    figures = finding.figures
    if figures is None:
        reason = finding.reason.text if finding.reason else ""
        return Part(name="exposures", title="Exposures", quality=finding.quality, reason=reason)
    return Part(
        name="exposures",
        title="Exposures",
        method="Options at their market value, and at delta x the price of the underlying, which"
        " is what moves.",
        quality=finding.quality,
        tiles=[ratio_tile("Leverage", figures.leverage, "gross / NAV"), *_options(figures)],
        charts=[_exposures_chart(figures)],
    )


def _options(figures: Exposures) -> list[Tile]:
    options = figures.options
    if options is None:
        return [lacking_tile("Options", "none are held")]
    return [
        Tile(
            f"Options {name}, USD",
            usd(amount, is_change=True),
            f"{percent(share, is_change=True)} of NAV",
        )
        for name, amount, share in (
            ("at market value", options.market_value, options.market_value_of_nav),
            ("by delta", options.delta_value, options.delta_value_of_nav),
        )
    ]


def _exposures_chart(figures: Exposures) -> Chart:
    names = [side.capitalize() for side in _SIDES]
    shares = (figures.market_value_of_nav, figures.delta_adjusted_of_nav)
    series = {
        name: [100 * one for one in _amounts(sides)]
        for name, sides in zip(("Market value", "By delta"), shares, strict=True)
        if sides
    }
    return Chart(
        "exposures",
        "Long, short, gross and net, as shares of NAV",
        ("Side", "Market value, USD", "% of NAV", "By delta, USD", "% of NAV"),
        [
            (name, cell(value), share_cell(of_nav), cell(delta), share_cell(delta_of_nav))
            for name, value, of_nav, delta, delta_of_nav in zip(
                names,
                _amounts(figures.market_value),
                _amounts(shares[0]),
                _amounts(figures.delta_adjusted),
                _amounts(shares[1]),
                strict=True,
            )
        ],
        bars(names, series, "% of NAV", rows=2) if series else {},
    )


def _amounts(sides: Sides | None) -> list[Any]:
    return [getattr(sides, side, None) for side in _SIDES]
