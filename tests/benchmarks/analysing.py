"""All measures of an account of 50 positions, against the second they may take (spec 6).

Cold: prices are in the book, nothing was measured before, and each round is another day. Options,
shorts, private assets are among the positions. Run it by `python -m tests.benchmarks.analysing`.
"""

from time import perf_counter

from application.known_prices import KnownPrices
from domain.portfolio import Portfolio
from interfaces.bootstrap import Program
from tests.benchmarks.databases import durable_database, silence_logs
from tests.benchmarks.row import Row, show
from tests.support.accounts import calculate, open_sample, register
from tests.support.mixed_accounts import mixed_account
from tests.support.openings import load_portfolio
from tests.support.programs import build_program

ROUNDS = 7
LIMIT_S = 1.0


def measure() -> list[Row]:
    """One row."""
    with durable_database() as url, build_program(url) as program:
        owner = register(program)
        portfolio_id = open_sample(program, owner, mixed_account())
        calculate(program, owner, portfolio_id)
        portfolio = load_portfolio(program, portfolio_id)
        rounds = tuple(_seconds(program, portfolio, number) for number in range(1, ROUNDS + 1))
    return [
        Row(
            what="All measures of an account of 50 positions, cold",
            against="the limit",
            ours=rounds,
            peer=(LIMIT_S,) * ROUNDS,
            goal=1.0,
            note="options, shorts and private assets among them; regressions included",
        )
    ]


def _seconds(program: Program, portfolio: Portfolio, number: int) -> float:
    """How long the measures of a day take that many sessions before the last."""
    last = program.markets["sample"].latest_session()
    session = program.markets["sample"].calendar.sessions(portfolio.opening.equity_as_of, last)
    analyses = program.analyses.knowing(KnownPrices(program.prices.book, "sample"))
    began = perf_counter()
    analysis = analyses.of(portfolio, session[-1 - number])
    seconds = perf_counter() - began
    if analysis is None or analysis.measures.stress_test.figures is None:
        raise ValueError("The account was not measured.")
    return seconds


if __name__ == "__main__":
    silence_logs()
    show(measure())
