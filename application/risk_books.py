"""What a portfolio holds at a session, as measures of risk take it (spec 6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from application.marking import Marking
from domain.instrument import InvestmentClass
from domain.option_model import OptionModel, Volatility
from domain.portfolio import Portfolio
from domain.position import Position
from domain.risk.book import HeldLine, HeldOption, RiskBook
from domain.snapshot import Snapshot

Sectors = Mapping[str, str]
"""The GICS sector of each symbol that has one."""

_COLUMNS = ("position_id", "symbol", "quantity", "multiplier", "mark_price", "market_value")


@dataclass(frozen=True, slots=True)
class RiskBooks:
    """Turns a recorded valuation into arrays, with what prices its options."""

    marking: Marking

    def of(self, portfolio: Portfolio, snapshot: Snapshot, sectors: Sectors) -> RiskBook:
        """The lines held at the snapshot's close that are not cash."""
        models = self._models(portfolio, snapshot.session)
        lines = [
            _line(row, portfolio.holdings.positions.get(row[0]), models, snapshot.session, sectors)
            for row, cash_like in zip(
                snapshot.lines.rows(*_COLUMNS), snapshot.lines.cash_like, strict=True
            )
            if row[2] and not cash_like
        ]
        return RiskBook(
            session=snapshot.session,
            nav=float(snapshot.nav),
            cash=float(snapshot.cash),
            lines=tuple(lines),
            rate=float(self.marking.risk_free_rate),
        )

    def _models(self, portfolio: Portfolio, session: date) -> Mapping[UUID, OptionModel]:
        if not any(position.option for position in portfolio.holdings.positions.values()):
            return {}
        return self.marking.options.of(portfolio, self.marking.known_book(portfolio), [session])


def moved_by(position: Position) -> str:
    """The symbol whose closes move a position: of an option its underlying."""
    return position.option.underlying if position.option else position.symbol


def _line(
    row: tuple[Any, ...],
    position: Position | None,
    models: Mapping[UUID, OptionModel],
    session: date,
    sectors: Sectors,
) -> HeldLine:
    """One line; of a position that was removed since, no more is known than its symbol."""
    position_id, symbol, quantity, multiplier, mark, market_value = row
    model = models.get(position_id)
    mover = moved_by(position) if position else symbol
    return HeldLine(
        position_id=str(position_id),
        symbol=symbol,
        moved_by=mover,
        investment_class=position.investment_class if position else InvestmentClass.PUBLIC,
        subtype=position.investment_subtype if position else None,
        sector=sectors.get(mover),
        shares=float(quantity * multiplier),
        price=float(mark),
        market_value=float(market_value),
        option=_option(model, session) if model else None,
    )


def _option(model: OptionModel, session: date) -> HeldOption | None:
    """What prices an option; None once it expired, and where its underlying is not known."""
    basis = model.basis_on(session)
    if basis is None or basis.volatility is None:
        return None
    volatility: Volatility = basis.volatility
    return HeldOption(
        is_call=model.terms.right == "CALL",
        spot=float(basis.spot.price),
        strike=float(model.terms.strike),
        years=basis.years,
        volatility=volatility.a_year,
        volatility_source=volatility.kind.value,
    )
