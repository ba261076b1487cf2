"""Specification of imports: taken in beside what is held, taken back, brought back (spec 3.7)."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest

from domain.errors import DomainError
from domain.instrument import InvestmentClass
from domain.kernel import Event
from domain.portfolio import Portfolio
from domain.position_import import (
    Assumption,
    ClosingPriceMissing,
    FileImportedBefore,
    HeldAlready,
    ImportBuiltUpon,
    ImportSource,
    ImportUnknown,
    Intake,
    LeftOutRow,
)
from tests.domain.intakes import (
    MONDAY,
    TUESDAY,
    WEDNESDAY,
    ids,
    importing,
    replacing,
    restoring,
    reverting,
)
from tests.support.events import (
    OPENING_DAY,
    closing,
    contributed,
    corrected,
    expired,
    imported,
    number,
    numbered,
    portfolio_opened,
    position_closed,
    position_opened,
    removed,
    replaced,
    restored,
    revalued,
    reverted,
    stated,
)
from tests.support.specification import SUBJECT, Outcome, given, state_of

AAPL, SPY, GOOG = stated("AAPL"), stated("SPY", "-20", "136.10"), stated("GOOG", "10", "580.00")
BARN = numbered(stated("BARN", "1", "90000", investment_class=InvestmentClass.PRIVATE))
LOT = numbered(AAPL)
FIRST = imported(LOT)
TO_60 = replaced(closings=[closing(LOT, "40", "55.00", TUESDAY)])
TO_50 = replaced(closings=[closing(LOT, "10", "56.00", WEDNESDAY)], name="third file")

TO_60_LATER = replaced(closings=TO_60.closings, name="fourth file")


def details(outcome: Outcome[Portfolio]) -> dict[str, object]:
    """The data that a refusal carries for the answer."""
    assert outcome.refusal is not None
    return outcome.refusal.details


class TestAdding:
    """Positions come in beside what is held."""

    def test_each_row_becomes_a_position(self) -> None:
        given(Portfolio, portfolio_opened()).when(importing(AAPL, SPY)).then(
            imported(numbered(AAPL), numbered(SPY))
        )

    def test_lots_of_one_symbol_and_day_are_told_apart(self) -> None:
        later = stated("AAPL", entry_on=MONDAY)

        given(Portfolio, portfolio_opened()).when(importing(AAPL, AAPL, later)).then(
            imported(numbered(AAPL), numbered(AAPL, lot=2), numbered(later))
        )

    def test_an_import_that_is_known_is_nothing_to_do(self) -> None:
        given(Portfolio, portfolio_opened(), FIRST).when(importing(SPY)).then_nothing()
        assert importing(SPY)(replayed(portfolio_opened(), FIRST)) == ()

    def test_the_event_says_what_the_file_said_and_what_was_concluded(self) -> None:
        source = ImportSource(
            format="schwab",
            file_name="IRA-Positions-2012-07-02.csv",
            sha256="ab" * 32,
            account="IRA ...053",
            assumptions=(Assumption("Cash is held as CASH_USD.", (7, 9)),),
            left_out=(LeftOutRow(12, "VTSAX", ("ERR_POS_004", "ERR_POS_010")),),
        )
        intake = Intake(source=source, terms=[AAPL], stated_on=MONDAY, quantities_as_of=MONDAY)
        expected = msgspec.structs.replace(FIRST, source=source, quantities_as_of=MONDAY)

        given(Portfolio, portfolio_opened()).when(
            lambda portfolio: portfolio.import_positions(number("first file"), intake, ids)
        ).then(expected)

    def test_a_row_held_already_is_refused_and_named(self) -> None:
        outcome = given(Portfolio, portfolio_opened(), FIRST).when(
            importing(GOOG, AAPL, name="second file")
        )

        outcome.then_refused(HeldAlready, "AAPL of 2012-06-29", "mode=replace", "force=true")
        assert details(outcome) == {"positions": ["AAPL of 2012-06-29"]}

    def test_a_position_that_was_closed_is_held_already_too(self) -> None:
        whole = replaced(closings=[closing(LOT, "100", "55.00", TUESDAY)])

        given(Portfolio, portfolio_opened(), FIRST, whole).when(
            importing(AAPL, name="third file")
        ).then_refused(HeldAlready, "AAPL of 2012-06-29")

    def test_of_many_rows_held_already_ten_are_told_and_a_thousand_listed(self) -> None:
        many = [stated(f"S{n:04}") for n in range(1200)]
        outcome = given(Portfolio, portfolio_opened(), imported(*map(numbered, many))).when(
            importing(*many, name="second file")
        )

        outcome.then_refused(HeldAlready, "S0009 of 2012-06-29 and 1190 more.")
        listed = details(outcome)["positions"]
        assert isinstance(listed, list)
        assert len(listed) == 1000

    def test_another_entry_date_is_another_position(self) -> None:
        later = stated("AAPL", entry_on=MONDAY)

        given(Portfolio, portfolio_opened(), FIRST).when(importing(later, name="second file")).then(
            imported(numbered(later), name="second file")
        )

    def test_forced_rows_come_in_as_further_lots(self) -> None:
        given(Portfolio, portfolio_opened(), FIRST).when(
            importing(AAPL, name="second file", force=True)
        ).then(imported(numbered(AAPL, lot=2), name="second file"))

    def test_what_was_taken_back_is_not_held_and_its_ids_are_never_used_again(self) -> None:
        given(Portfolio, portfolio_opened(), FIRST, reverted(FIRST)).when(
            importing(AAPL, name="second file")
        ).then(imported(numbered(AAPL, lot=2), name="second file"))


class TestTheSameFile:
    """A file is imported once, unless somebody insists."""

    def test_it_is_refused_with_the_id_of_the_first(self) -> None:
        outcome = given(Portfolio, portfolio_opened(), FIRST).when(
            importing(SPY, name="again", file="first file")
        )

        outcome.then_refused(FileImportedBefore, "force=true", str(FIRST.import_id))
        assert details(outcome) == {"import_id": str(FIRST.import_id)}

    def test_it_is_refused_before_what_is_held_already_and_before_prices_are_missing(self) -> None:
        history = portfolio_opened(), FIRST, imported(numbered(SPY), name="second file")
        for again in (importing, replacing):
            given(Portfolio, *history).when(
                again(AAPL, name="again", file="first file")
            ).then_refused(FileImportedBefore)

    def test_another_account_of_it_is_another_import(self) -> None:
        roth = importing(SPY, name="again", file="first file", account="Roth IRA")

        given(Portfolio, portfolio_opened(), FIRST).when(roth).then(
            imported(numbered(SPY), name="again", file="first file", account="Roth IRA")
        )

    def test_it_comes_in_once_more_by_force(self) -> None:
        given(Portfolio, portfolio_opened(), FIRST).when(
            importing(SPY, name="again", file="first file", force=True)
        ).then(imported(numbered(SPY), name="again", file="first file"))

    def test_it_comes_in_again_after_it_was_taken_back(self) -> None:
        given(Portfolio, portfolio_opened(), FIRST, reverted(FIRST)).when(
            importing(AAPL, name="again", file="first file")
        ).then(imported(numbered(AAPL, lot=2), name="again", file="first file"))

    def test_brought_back_it_is_known_again(self) -> None:
        history = portfolio_opened(), FIRST, reverted(FIRST), restored(FIRST)

        given(Portfolio, *history).when(
            importing(SPY, name="again", file="first file")
        ).then_refused(FileImportedBefore, str(FIRST.import_id))


class TestReverting:
    """An import is taken back, while nothing later rests on it."""

    def test_its_positions_go(self) -> None:
        second = imported(numbered(SPY), numbered(GOOG), name="second file")
        history = portfolio_opened(), FIRST, second
        outcome = given(Portfolio, *history).when(reverting("second file", "last year's"))

        outcome.then(reverted(second, "last year's"))
        assert outcome.aggregate.book().positions == (LOT,)

    def test_what_it_closed_is_held_again(self) -> None:
        outcome = given(Portfolio, portfolio_opened(), FIRST, TO_60).when(reverting("second file"))

        outcome.then(reverted(TO_60))
        assert outcome.aggregate.book().positions == (LOT,)

    def test_an_import_that_was_taken_back_is_nothing_to_do(self) -> None:
        given(Portfolio, portfolio_opened(), FIRST, reverted(FIRST)).when(
            reverting("first file", "again")
        ).then_nothing()

    def test_an_unknown_import_is_refused(self) -> None:
        for changing in (reverting, restoring):
            given(Portfolio, portfolio_opened(), FIRST).when(changing("no file")).then_refused(
                ImportUnknown, "no import with this id"
            )

    def test_it_is_refused_while_a_later_import_closed_what_it_opened(self) -> None:
        outcome = given(Portfolio, portfolio_opened(), FIRST, TO_60).when(reverting("first file"))

        said = "AAPL of 2012-06-29 was closed by the import of 'second file.csv'."
        outcome.then_refused(ImportBuiltUpon, said, "Undo that first.")
        assert details(outcome) == {"reasons": [said]}

    def test_it_is_refused_while_a_later_import_closed_more_of_what_it_closed(self) -> None:
        given(Portfolio, portfolio_opened(), FIRST, TO_60, TO_50).when(
            reverting("second file")
        ).then_refused(ImportBuiltUpon, "AAPL of 2012-06-29", "'third file.csv'")

    def test_it_is_refused_where_the_owner_put_a_price_on_what_it_opened(self) -> None:
        history = portfolio_opened(), imported(BARN, LOT), revalued(BARN, MONDAY, "95000")

        given(Portfolio, *history).when(reverting("first file")).then_refused(
            ImportBuiltUpon, "BARN of 2012-06-29 was revalued."
        )

    def test_of_many_hindrances_ten_are_told_and_a_thousand_listed(self) -> None:
        lots = [numbered(stated(f"S{n:04}")) for n in range(1200)]
        gone = replaced(closings=[closing(lot, "100", "50", TUESDAY) for lot in lots])
        outcome = given(Portfolio, portfolio_opened(), imported(*lots), gone).when(
            reverting("first file")
        )

        outcome.then_refused(ImportBuiltUpon, "S0009 of", " And 1190 more. Undo")
        listed = details(outcome)["reasons"]
        assert isinstance(listed, list)
        assert len(listed) == 1000

    def test_a_later_import_that_was_taken_back_is_no_hindrance(self) -> None:
        history = portfolio_opened(), FIRST, TO_60, TO_50, reverted(TO_50), reverted(TO_60)

        given(Portfolio, *history).when(reverting("first file")).then(reverted(FIRST))

    def test_imports_that_do_not_build_on_each_other_go_in_any_order(self) -> None:
        second = imported(numbered(SPY), name="second file")
        history = portfolio_opened(), FIRST, second
        outcome = given(Portfolio, *history).when(reverting("first file"))

        outcome.then(reverted(FIRST))
        given(Portfolio, *history, reverted(FIRST)).when(reverting("second file")).then(
            reverted(second)
        )

    def test_taken_back_one_by_one_nothing_is_left(self) -> None:
        history = portfolio_opened(), FIRST, TO_60, TO_50
        back = [reverted(taken) for taken in (TO_50, TO_60, FIRST)]
        held = [
            [position.open_quantity for position in replayed(*history, *back[:n]).book().positions]
            for n in range(4)
        ]

        assert held == [[Decimal(50)], [Decimal(60)], [Decimal(100)], []]


class TestRestoring:
    """An import that was taken back is brought back, while nothing since contradicts it."""

    def test_its_positions_are_held_again_in_their_old_place(self) -> None:
        history = portfolio_opened(), FIRST, imported(numbered(SPY), name="second file")
        outcome = given(Portfolio, *history, reverted(FIRST)).when(restoring("first file"))

        outcome.then(restored(FIRST))
        assert outcome.aggregate.book().positions == (LOT, numbered(SPY))

    def test_what_it_closed_is_closed_again(self) -> None:
        history = portfolio_opened(), FIRST, TO_60
        outcome = given(Portfolio, *history, reverted(TO_60)).when(restoring("second file"))

        outcome.then(restored(TO_60))
        assert outcome.aggregate.book().positions == replayed(*history).book().positions

    def test_an_import_that_was_not_taken_back_is_nothing_to_do(self) -> None:
        given(Portfolio, portfolio_opened(), FIRST).when(restoring("first file")).then_nothing()

    def test_brought_back_twice_is_brought_back_once(self) -> None:
        history = portfolio_opened(), FIRST, reverted(FIRST), restored(FIRST)

        given(Portfolio, *history).when(restoring("first file")).then_nothing()
        given(Portfolio, *history).when(reverting("first file")).then(reverted(FIRST))

    def test_it_is_refused_where_the_file_came_in_again_meanwhile(self) -> None:
        again = imported(numbered(AAPL, lot=2), name="again", file="first file")
        history = portfolio_opened(), FIRST, reverted(FIRST), again
        outcome = given(Portfolio, *history).when(restoring("first file"))

        outcome.then_refused(FileImportedBefore, str(again.import_id))

    def test_a_file_that_stood_twice_stands_twice_again(self) -> None:
        again = imported(numbered(AAPL, lot=2), name="again", file="first file")
        history = portfolio_opened(), FIRST, again

        for taken, name in ((FIRST, "first file"), (again, "again")):
            given(Portfolio, *history, reverted(taken)).when(restoring(name)).then(restored(taken))

    def test_it_is_refused_where_a_corrected_file_brought_the_same_lot(self) -> None:
        corrected = imported(numbered(stated("AAPL", "90"), lot=2), name="corrected")
        history = portfolio_opened(), FIRST, reverted(FIRST), corrected

        given(Portfolio, *history).when(restoring("first file")).then_refused(
            ImportBuiltUpon, "AAPL of 2012-06-29 came again with the import of 'corrected.csv'."
        )

    def test_it_is_refused_where_what_it_closed_was_closed_since(self) -> None:
        history = portfolio_opened(), FIRST, TO_60, reverted(TO_60), TO_50

        given(Portfolio, *history).when(restoring("second file")).then_refused(
            ImportBuiltUpon, "AAPL of 2012-06-29 was closed by the import of 'third file.csv'."
        )

    def test_an_earlier_import_is_refused_where_a_later_one_closed_without_it(self) -> None:
        history = portfolio_opened(), FIRST, TO_60, reverted(TO_60), TO_50, reverted(TO_50)

        given(Portfolio, *history, restored(TO_60)).when(restoring("third file")).then_refused(
            ImportBuiltUpon, "'second file.csv'"
        )
        given(Portfolio, *history, restored(TO_50)).when(restoring("second file")).then_refused(
            ImportBuiltUpon, "'third file.csv'"
        )

    @pytest.mark.parametrize("gone", [(TO_60,), (TO_60, FIRST)], ids=["the closing", "the lot"])
    def test_it_is_refused_while_what_it_builds_on_is_taken_back(
        self, gone: tuple[Portfolio.PositionsImported, ...]
    ) -> None:
        history = portfolio_opened(), FIRST, TO_60, TO_50, reverted(TO_50), *map(reverted, gone)

        given(Portfolio, *history).when(restoring("third file")).then_refused(
            ImportBuiltUpon,
            "The import of 'second file.csv', on which it builds, was taken back.",
        )

    def test_what_went_meanwhile_is_no_hindrance_where_it_does_not_build_on_it(self) -> None:
        second = imported(numbered(SPY), name="second file")
        gone = imported(numbered(GOOG), name="gone")
        history = portfolio_opened(), FIRST, second, gone, TO_60_LATER

        for taken, name in ((second, "second file"), (TO_60_LATER, "fourth file")):
            given(Portfolio, *history, reverted(taken), reverted(gone)).when(restoring(name)).then(
                restored(taken)
            )

    def test_brought_back_in_order_all_is_as_it_was(self) -> None:
        history: tuple[Event, ...] = (portfolio_opened(), FIRST, TO_60, TO_50)
        undone = [reverted(taken) for taken in (TO_50, TO_60, FIRST)]
        redone = [restored(taken) for taken in (FIRST, TO_60, TO_50)]

        for _ in range(2):
            outcome = given(Portfolio, *history, *undone, *redone[:2]).when(restoring("third file"))
            outcome.then(restored(TO_50))
            history = (*history, *undone, *redone)
        before, after = replayed(*history[:4]), replayed(*history)
        assert state_of(after)["holdings"] == state_of(before)["holdings"]


BY_HAND: list[tuple[str, Event]] = [
    ("was closed by hand", position_closed(LOT, "10", "57.00", WEDNESDAY)),
    ("was corrected by hand", corrected(LOT, quantity=Decimal(120))),
    ("was corrected by hand", corrected(LOT, notes="a tip")),
    ("was removed by hand", removed(LOT)),
    ("expired", expired(LOT, "1.00", WEDNESDAY)),
]


class TestEditedByHand:
    """What the owner did to a position by hand since stands in the way of undoing its import."""

    @pytest.mark.parametrize(("said", "edit"), BY_HAND, ids=lambda part: str(part)[:12])
    def test_what_opened_or_closed_an_edited_position_stays(self, said: str, edit: Event) -> None:
        for history, name in (((FIRST,), "first file"), ((FIRST, TO_60), "second file")):
            outcome = given(Portfolio, portfolio_opened(), *history, edit).when(reverting(name))

            outcome.then_refused(ImportBuiltUpon, f"AAPL of 2012-06-29 {said}.")

    @pytest.mark.parametrize(("said", "edit"), BY_HAND, ids=lambda part: str(part)[:12])
    def test_what_had_closed_a_position_that_was_edited_since_stays_taken_back(
        self, said: str, edit: Event
    ) -> None:
        history = portfolio_opened(), FIRST, TO_60, reverted(TO_60), edit

        given(Portfolio, *history).when(restoring("second file")).then_refused(
            ImportBuiltUpon, f"AAPL of 2012-06-29 {said}."
        )

    def test_each_kind_of_edit_is_told_once(self) -> None:
        twice = position_closed(LOT, "10", "57.00", WEDNESDAY)
        outcome = given(Portfolio, portfolio_opened(), FIRST, twice, twice).when(
            reverting("first file")
        )

        assert details(outcome) == {"reasons": ["AAPL of 2012-06-29 was closed by hand."]}

    def test_an_edit_before_an_import_is_no_hindrance_to_taking_that_back(self) -> None:
        edited = position_closed(LOT, "10", "57.00", MONDAY)
        outcome = given(Portfolio, portfolio_opened(), FIRST, edited, TO_60).when(
            reverting("second file")
        )

        outcome.then(reverted(TO_60))
        assert [p.open_quantity for p in outcome.aggregate.book().positions] == [Decimal(90)]

    def test_edits_of_other_positions_outlast_the_import(self) -> None:
        second = imported(numbered(SPY), name="second file")
        edits = [
            position_opened(numbered(GOOG)),
            corrected(LOT, entry_price=Decimal(49)),
            position_closed(LOT, "10", "57.00", MONDAY),
            removed(numbered(GOOG)),
        ]
        history = portfolio_opened(), FIRST, second, *edits
        gone = given(Portfolio, *history).when(reverting("second file"))
        back = given(Portfolio, *history, reverted(second)).when(restoring("second file"))

        gone.then(reverted(second))
        back.then(restored(second))
        before = replayed(*history).book().positions
        assert gone.aggregate.book().positions == before[:1]
        assert back.aggregate.book().positions == before

    def test_a_lot_that_came_again_by_hand_stands_in_the_way(self) -> None:
        again = position_opened(numbered(AAPL, lot=2))
        history = portfolio_opened(), FIRST, reverted(FIRST), again

        given(Portfolio, *history).when(restoring("first file")).then_refused(
            ImportBuiltUpon, "AAPL of 2012-06-29 came again by hand."
        )
        given(Portfolio, *history, removed(numbered(AAPL, lot=2))).when(
            restoring("first file")
        ).then(restored(FIRST))

    def test_a_lot_by_hand_that_was_there_before_does_not(self) -> None:
        beside = position_opened(numbered(AAPL, lot=2))
        history = portfolio_opened(), FIRST, beside, reverted(FIRST)

        given(Portfolio, *history).when(restoring("first file")).then(restored(FIRST))


class TestBothTimeAxes:
    """What is held says from when on it counts, and since when we know."""

    DAYS = (OPENING_DAY, MONDAY, TUESDAY, WEDNESDAY)
    HISTORY = (portfolio_opened(), FIRST, TO_60, TO_50, reverted(TO_50))

    @pytest.mark.parametrize(
        ("known", "held"),
        [
            (2, (100, 100, 100, 100)),
            (3, (100, 100, 60, 60)),
            (4, (100, 100, 60, 50)),
            (5, (100, 100, 60, 60)),
        ],
        ids=["imported", "closed in part", "closed further", "taken back"],
    )
    def test_each_day_has_the_quantity_known_at_the_time(
        self, known: int, held: tuple[int, ...]
    ) -> None:
        (lot,) = replayed(*self.HISTORY[:known]).book().positions

        assert tuple(lot.quantity_after(day) for day in self.DAYS) == held

    def test_an_exit_in_the_file_is_history_from_the_first_word_on(self) -> None:
        sold = msgspec.structs.replace(AAPL, closings=(closing(LOT, "100", "55.00", MONDAY).part,))
        outcome = given(Portfolio, portfolio_opened()).when(importing(sold))

        outcome.then(imported(numbered(sold)))
        (lot,) = outcome.aggregate.book().positions
        assert [lot.quantity_after(day) for day in self.DAYS] == [100, 0, 0, 0]


class TestChangedFrom:
    """The day from which what was recorded lately counts."""

    def test_an_import_counts_from_its_first_entry_or_closing(self) -> None:
        later = imported(numbered(stated("SPY", entry_on=WEDNESDAY)), name="later")
        both = replaced(
            numbered(stated("SPY", entry_on=WEDNESDAY)),
            closings=[closing(LOT, "40", "55.00", TUESDAY)],
        )

        assert replayed(portfolio_opened(), FIRST, later).changed_from(2) == WEDNESDAY
        assert replayed(portfolio_opened(), FIRST, both).changed_from(2) == TUESDAY

    def test_taking_back_and_bringing_back_count_from_the_same_day(self) -> None:
        history = portfolio_opened(), FIRST, TO_60, reverted(TO_60), restored(TO_60)

        assert [replayed(*history).changed_from(version) for version in range(6)] == [
            *(OPENING_DAY, OPENING_DAY, TUESDAY, TUESDAY, TUESDAY, None)
        ]
        assert [replayed(*history[:4]).changed_from(version) for version in (3, 4)] == [
            *(TUESDAY, None)
        ]

    def test_the_earliest_day_of_all_that_came_counts(self) -> None:
        marked = revalued(BARN, WEDNESDAY, "95000")
        paid_in = contributed("bonus", TUESDAY, "500.00")
        portfolio = replayed(portfolio_opened(), imported(BARN), marked, paid_in)

        assert portfolio.changed_from(3) == TUESDAY
        assert portfolio.changed_from(2) == TUESDAY

    def test_nothing_before_the_opening_counts(self) -> None:
        old = numbered(stated("AAPL", entry_on=date(2009, 1, 2)))

        assert replayed(portfolio_opened(), imported(old)).changed_from(1) == OPENING_DAY

    def test_a_file_that_changed_nothing_counts_from_no_day(self) -> None:
        assert replayed(portfolio_opened(), FIRST, replaced()).changed_from(2) is None
        assert replayed(portfolio_opened()).changed_from(0) is None


@pytest.mark.parametrize(
    ("refusal", "ending"),
    [
        (HeldAlready([stated(f"S{n}") for n in range(10)]), f"S9 of {OPENING_DAY}. Delete the"),
        (ImportBuiltUpon([f"S{n} was closed." for n in range(10)]), "S9 was closed. Undo that"),
        (ClosingPriceMissing([f"S{n}" for n in range(10)]), "S9, which the file has"),
    ],
    ids=lambda given: type(given).__name__,
)
def test_ten_are_all_told_and_nothing_is_said_of_more(refusal: DomainError, ending: str) -> None:
    assert ending in refusal.message


def replayed(*history: Event) -> Portfolio:
    """The portfolio after these events."""
    return Portfolio.replay(SUBJECT, history)
