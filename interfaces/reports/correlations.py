"""The correlations of so many names that their figures can be read (spec 4.7)."""

from collections import defaultdict

from domain.risk.correlation import CorrelationMatrix
from interfaces.bootstrap import Program
from interfaces.web.heat_map import HeatMap
from interfaces.web.page import number
from interfaces.web.risk_charts import correlations
from projections.valuations.view import ValuationRow

_MOST_NAMES = 20


def of_the_largest(
    program: Program, row: ValuationRow, figures: CorrelationMatrix, most: int = _MOST_NAMES
) -> HeatMap:
    """The largest names by what is at stake in them, in the order of the whole matrix."""
    if len(figures.symbols) <= most:
        return correlations(figures)
    stakes = _stakes(program, row)
    ranked = sorted(figures.symbols, key=lambda symbol: -stakes[symbol])[:most]
    places = [place for place, symbol in enumerate(figures.symbols) if symbol in ranked]
    average = f"; all on average {number(figures.average)}" if figures.average is not None else ""
    return HeatMap(
        f"Correlations of the {most} largest of {len(figures.symbols)} names, alike ones"
        f" together{average}",
        [figures.symbols[place] for place in places],
        [[figures.rows[place][other] for other in places] for place in places],
    )


def _stakes(program: Program, row: ValuationRow) -> dict[str, float]:
    """USD either way by symbol, options under their underlying."""
    positions = program.positions_room.all_of(row.portfolio_id)
    movers = {one.position_id: one.terms.underlying or one.terms.symbol for one in positions}
    stakes: dict[str, float] = defaultdict(float)
    for position_id, symbol, value in row.lines.rows("position_id", "symbol", "market_value"):
        stakes[movers.get(position_id, symbol)] += abs(float(value))
    return stakes
