"""What does a portfolio risk, by what was measured at the close of a session?"""

from datetime import date
from uuid import UUID

from infrastructure.postgres import Pool
from projections.analytics.postgres import ROOM, TABLE, AnalyticsRoom
from projections.analytics.view import MainMeasures
from tests.projections.measured import analyzed, measured
from tests.support.rooms import History, folded


def test_the_latest_version_takes_the_place_of_the_one_before() -> None:
    [row] = folded(ROOM, measured(History()).recorded).values()
    once = analyzed()

    assert (row.portfolio_id, row.session) == (once.portfolio_id, once.session)
    assert (row.version, row.valuation_version, row.inputs_digest) == (2, 2, "another")
    assert row.measures == once.measures


def test_a_day_is_found_with_its_measures(pool: Pool) -> None:
    rows = folded(ROOM, measured(History()).recorded)
    with pool.connection() as connection:
        TABLE.create(connection)
        TABLE.store(connection, list(rows.values()))
    room, once = AnalyticsRoom(pool), analyzed()

    assert room.one(once.portfolio_id, once.session) == next(iter(rows.values()))
    assert room.one(once.portfolio_id, date(2013, 2, 28)) is None
    assert room.one(UUID(int=5), once.session) is None


def test_the_main_figures_of_several_days_are_found_without_the_rest(pool: Pool) -> None:
    rows = folded(ROOM, measured(History()).recorded)
    with pool.connection() as connection:
        TABLE.create(connection)
        TABLE.store(connection, list(rows.values()))
    once = analyzed()
    key = (once.portfolio_id, once.session)

    [(found, main)] = AnalyticsRoom(pool).main_of([key, (UUID(int=5), once.session)]).items()

    assert (found, main.valuation_version) == (key, 2)
    assert main.measures == MainMeasures.of(once.measures)
