"""A network without providers: prices from a folder of files, sectors from what is installed."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from domain.calculation_run import RunStatus
from domain.mark import MarkSource
from infrastructure.circuit_breaker import CircuitBreaker, SecuritiesBreaker
from infrastructure.csv_prices import CsvPrices
from infrastructure.price_providers import CountedPrices
from infrastructure.settings import Settings
from infrastructure.single_flight import SingleFlight
from infrastructure.yahoo_prices import YahooPrices
from infrastructure.yahoo_securities import YahooSecurities
from interfaces.bootstrap import Parts, build
from tests.support.accounts import calculate, register
from tests.support.importing import account, open_from_csv
from tests.support.journal import valuations
from tests.support.programs import FAST, SECRET

SATURDAY = datetime(2020, 11, 7, 12, tzinfo=UTC)
THURSDAY, FRIDAY = date(2020, 11, 5), date(2020, 11, 6)


def settings(database: str, market_data: str) -> Settings:
    """Settings of a program with these providers."""
    given = {"database_url": database, "secret_key": SECRET, "sigmasight_now": SATURDAY}
    return Settings.model_validate({**given, "market_data": market_data})


def test_a_live_portfolio_is_valued_at_the_closes_of_a_folder(
    database: str, tmp_path: Path
) -> None:
    rows = ("symbol,date,close", "AAPL,2020-11-05,119.03", "AAPL,2020-11-06,118.69", "AAPL,x,1")
    (tmp_path / "closes.csv").write_text("\n".join(rows), encoding="utf-8")
    with build(settings(database, f"csv:{tmp_path}"), Parts(password_cost=FAST)) as program:
        ada = register(program)
        texts = account("50000", as_of="2020-11-05")
        portfolio_id = open_from_csv(program, ada, texts, "AAPL,100,134.18,2020-09-01")
        run = program.runs_room.one(calculate(program, ada, portfolio_id))
        marks = [
            line
            for row in valuations(program, portfolio_id)
            for line in row.lines.rows("mark_price", "mark_source", "mark_provider")
        ]
        program.securities.enrich("live", ["AAPL"])
        assert program.securities.tags(["AAPL"]) == {"AAPL": "Information Technology"}
    assert marks == [
        (Decimal("119.03"), MarkSource.CLOSE, "csv"),
        (Decimal("118.69"), MarkSource.CLOSE, "csv"),
    ]
    assert run is not None
    assert run.status == RunStatus.PARTIAL
    warnings = [warning for phase in run.phases for warning in phase.warnings]
    assert any(warning.startswith("closes.csv, line 4: The date is") for warning in warnings)


def test_providers_are_asked_in_the_order_of_the_setting(database: str, tmp_path: Path) -> None:
    with build(settings(database, f"csv:{tmp_path} , yahoo")) as program:
        folder, yahoo = program.prices.sources["live"]
        _, sectors = program.securities.sources["live"]
    *_, files = wrapped(folder)
    assert isinstance(files, CsvPrices)
    assert files.folder == tmp_path
    assert [type(one) for one in wrapped(yahoo)] == [
        *(SingleFlight, CircuitBreaker, CountedPrices, YahooPrices)
    ]
    assert isinstance(sectors, SecuritiesBreaker)
    assert [type(one) for one in wrapped(sectors)][-1] is YahooSecurities


def wrapped(source: object) -> list[object]:
    """A source, what it stands before, and so on to the one that asks."""
    inner = getattr(source, "source", None)
    return [source, *(wrapped(inner) if inner is not None else ())]
