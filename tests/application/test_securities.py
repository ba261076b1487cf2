"""Specification of the security master: asked once in 30 days, merged by trust."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from application.securities import Securities
from application.security_ports import LookedUp, Security, SecuritySource
from interfaces.bootstrap import Program
from tests.support.clocks import SetClock
from tests.support.programs import connect_owner


@dataclass
class ToldSecurities:
    """A source of securities that knows what it is told; down where it is told a warning."""

    name: str
    known: Sequence[Security] = ()
    warnings: Sequence[str] = ()
    asked: list[list[str]] = field(default_factory=list)

    def look_up(self, symbols: Sequence[str]) -> LookedUp:
        """See `SecuritySource.look_up`."""
        self.asked.append(list(symbols))
        if self.warnings:
            return LookedUp(warnings=self.warnings)
        found = [security for security in self.known if security.symbol in symbols]
        names = {security.symbol for security in found}
        return LookedUp(found, [symbol for symbol in symbols if symbol not in names])


INDEX = Security(
    symbol="AAPL", source="pytickersymbols", name="Apple", sector="Energy", asset_type="STOCK"
)
YAHOO = Security(
    symbol="AAPL", source="yahoo", sector="Information Technology", beta=1.2, market_cap=10**12
)


@pytest.fixture
def yahoo() -> ToldSecurities:
    """A provider that knows one symbol."""
    return ToldSecurities("yahoo", [YAHOO])


def of(program: Program, *sources: SecuritySource, days: int = 0) -> Securities:
    """The program's security master with these sources, that many days from now."""
    clock = SetClock(datetime.now(UTC) + timedelta(days=days))
    return replace(program.securities, sources={"live": sources, "sample": []}, clock=clock)


def test_each_fact_is_from_the_most_trusted_source_that_has_it(
    program: Program, yahoo: ToldSecurities
) -> None:
    securities = of(program, ToldSecurities("pytickersymbols", [INDEX]), yahoo)
    assert securities.enrich("live", ["AAPL", "GONE"]) == ({"done": 2, "known": 1}, [])
    merged = securities.one("AAPL")
    assert (merged.security.name, merged.security.sector) == ("Apple", "Information Technology")
    assert (merged.security.asset_type, merged.security.beta) == ("STOCK", 1.2)
    assert merged.sources == ("yahoo", "pytickersymbols")
    assert merged.learnt_at is not None
    assert securities.tags(["AAPL", "GONE"]) == {"AAPL": "Information Technology"}
    assert [s.market_cap for s in securities.fundamentals(["AAPL", "GONE"]).values()] == [10**12]


def test_nothing_is_asked_twice_within_30_days(program: Program, yahoo: ToldSecurities) -> None:
    of(program, yahoo).enrich("live", ["AAPL", "GONE"])
    of(program, yahoo, days=29).enrich("live", ["AAPL", "GONE", "MSFT"])
    of(program, yahoo, days=31).enrich("live", ["AAPL", "GONE"])
    assert yahoo.asked == [["AAPL", "GONE"], ["MSFT"], ["AAPL", "GONE"]]


def test_an_outage_is_a_warning_and_asked_again(program: Program, yahoo: ToldSecurities) -> None:
    down = ToldSecurities("yahoo", warnings=["Yahoo could not be reached."])
    counts, warnings = of(program, down).enrich("live", ["AAPL"])
    assert (counts, list(warnings)) == ({"done": 1, "known": 0}, ["Yahoo could not be reached."])
    assert of(program, yahoo).enrich("live", ["AAPL"])[0] == {"done": 1, "known": 1}


def test_what_nobody_knows_is_nothing_but_its_symbol(
    program: Program, yahoo: ToldSecurities
) -> None:
    securities = of(program, yahoo)
    securities.enrich("live", ["GONE"])
    merged = securities.one("GONE")
    assert merged.security == Security(symbol="GONE", source="")
    assert (merged.sources, merged.learnt_at) == ((), None)
    assert (securities.tags(["GONE"]), securities.fundamentals(["GONE"])) == ({}, {})


def test_the_newest_of_a_source_counts(program: Program) -> None:
    older, newer = replace_sector("Energy"), replace_sector("Utilities")
    program.securities.master.learn([older])
    program.securities.master.learn([newer])
    assert program.securities.tags(["AAPL"]) == {"AAPL": "Utilities"}


def replace_sector(sector: str) -> Security:
    """Apple in another sector."""
    return Security(symbol="AAPL", source="yahoo", sector=sector)


def test_sample_accounts_are_told_what_is_known_offline(program: Program) -> None:
    counts, warnings = program.securities.enrich("sample", ["AAPL", "SPY"])
    assert (counts, list(warnings)) == ({"done": 2, "known": 1}, [])
    assert program.securities.tags(["AAPL", "SPY"]) == {"AAPL": "Information Technology"}


def test_no_symbols_need_no_look_up(program: Program, yahoo: ToldSecurities) -> None:
    assert of(program, yahoo).enrich("live", []) == ({"done": 0, "known": 0}, [])
    assert yahoo.asked == []


def test_what_was_learnt_is_never_changed_by_the_program(program: Program, database: str) -> None:
    program.securities.master.learn([YAHOO])
    with connect_owner(database) as owner:
        granted = owner.execute(
            "SELECT privilege_type FROM information_schema.role_table_grants"
            " WHERE table_name = 'securities' AND grantee = 'sigmasight_app'"
        ).fetchall()
    assert granted == [("SELECT",)]
    assert isinstance(program.securities.master.learn([INDEX]), int)
    with pytest.raises(psycopg.IntegrityError):
        program.securities.master.learn([Security(symbol="", source="yahoo")])
