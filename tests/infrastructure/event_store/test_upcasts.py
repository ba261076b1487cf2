"""What earlier versions of events recorded is read as the same thing said in today's words."""

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from domain.calculation_run import CalculationRun
from domain.portfolio import Portfolio
from domain.position import Closing
from domain.position_import import Assumption, ImportMode, ImportSource
from infrastructure.event_store.mapper import EventMapper, UnreadableEvent
from infrastructure.event_store.upcasts import UPCASTS
from tests.support.events import portfolio_opened
from tests.support.specification import SUBJECT
from tests.support.stored_samples import kept_samples

IMPORTED = "portfolio.positions_imported"
MAPPER = EventMapper()
FIRST_VERSION = kept_samples()[IMPORTED].state


def read(state: dict[str, Any]) -> Portfolio.PositionsImported:
    """An import that was stored as the first version."""
    event = MAPPER.event(IMPORTED, msgspec.json.encode(state))
    assert isinstance(event, Portfolio.PositionsImported)
    return event


def stored_with(**changes: Any) -> dict[str, Any]:
    """The sample of the first version with other data in it."""
    return {**FIRST_VERSION, "data": {**FIRST_VERSION["data"], **changes}}


class TestImportsOfTheFirstVersion:
    """They only ever added, and an exit was of the whole."""

    def test_they_stood_beside_what_was_held_and_closed_nothing_of_it(self) -> None:
        event = read(FIRST_VERSION)

        assert (event.mode, event.closings) == (ImportMode.ADD, ())
        assert event.quantities_as_of == date(2012, 6, 29)

    def test_their_assumptions_are_of_the_whole_file_and_no_row_was_left_out(self) -> None:
        data = FIRST_VERSION["data"]["source"]

        assert read(FIRST_VERSION).source == ImportSource(
            format="template",
            file_name="fidelity-ira.csv",
            sha256=data["sha256"],
            account=None,
            assumptions=(Assumption("Row 7: SPAXX is a money market fund, counted as cash."),),
            left_out=(),
        )

    def test_an_exit_is_the_closing_of_the_whole(self) -> None:
        closed = {p.symbol: p.closings for p in read(FIRST_VERSION).positions if p.closings}

        assert closed == {
            "MSFT": (
                Closing(closed_on=date(2012, 7, 3), quantity=Decimal(10), price=Decimal("30.759")),
            )
        }

    def test_a_short_and_a_worthless_option_are_closed_likewise(self) -> None:
        option = FIRST_VERSION["data"]["positions"][2]
        assert option["symbol"] == "GOOG130119C00600000"
        exit_ = {"exit_on": "2013-01-18", "exit_price": "0"}
        (position,) = read(stored_with(positions=[{**option, "quantity": "-5", **exit_}])).positions

        assert (position.open_quantity, position.exit_on) == (Decimal(0), date(2013, 1, 18))
        assert position.exit_price == 0

    def test_every_other_field_of_a_position_stays_what_it_was(self) -> None:
        stated = FIRST_VERSION["data"]["positions"]
        again = msgspec.to_builtins(read(FIRST_VERSION).positions)

        kept = [
            {k: v for k, v in position.items() if k not in ("closings", "stated_as")}
            for position in again
        ]
        dropped = ("exit_on", "exit_price")
        assert kept == [{k: v for k, v in p.items() if k not in dropped} for p in stated]
        assert {position["stated_as"] for position in again} == {None}

    def test_they_are_folded_as_any_import_and_can_be_taken_back(self) -> None:
        event = read(FIRST_VERSION)
        portfolio = Portfolio.replay(SUBJECT, [portfolio_opened(), event])

        assert portfolio.book().positions == event.positions
        portfolio.revert_import(event.import_id, "wrong file")
        assert portfolio.book().positions == ()

    @pytest.mark.parametrize(
        "changes",
        [{"positions": None}, {"positions": [7]}, {"source": None}, {"source": {}}],
        ids=str,
    )
    def test_what_never_was_an_import_is_unreadable(self, changes: dict[str, Any]) -> None:
        with pytest.raises(UnreadableEvent, match="positions_imported"):
            read(stored_with(**changes))

    def test_the_stored_data_is_left_alone(self) -> None:
        before = msgspec.json.encode(FIRST_VERSION)
        UPCASTS[IMPORTED, 1](FIRST_VERSION["data"])

        assert msgspec.json.encode(FIRST_VERSION) == before


@pytest.mark.parametrize(
    "topic",
    ["portfolio.positions_imported/2", "portfolio.import_reverted", "portfolio.import_restored"],
)
def test_nobody_said_before_how_many_shares_a_closing_moved(topic: str) -> None:
    event = msgspec.to_builtins(MAPPER.event(topic, kept_samples()[topic].stored))
    closings = event.get("closings") or event.get("reopened") or event.get("closed")

    assert len(closings) > 1
    assert {closing["traded"] for closing in closings} == {None}


def test_a_run_of_the_first_version_had_three_phases_and_was_no_part() -> None:
    stored = kept_samples()["calculation_run.requested"].stored
    event = MAPPER.event("calculation_run.requested", stored)

    assert isinstance(event, CalculationRun.Requested)
    assert event.skips == (0, 2, 5, 6)
    assert (event.part_of, event.reason) == (None, "")
