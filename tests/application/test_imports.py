"""Specification of files for accounts that exist: who may, what is kept, who wins (spec 3.7)."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from hashlib import sha256
from typing import Any, NoReturn
from uuid import UUID, uuid4

import pytest

from application.commands import ImportPositions, RestoreImport, RevertImport
from application.errors import PortfolioForbidden, PortfolioUnknown, StoreUnavailable
from application.imports import AlreadyThere, Impact, Imports
from application.ports import AnyAggregate, Cause, Close, Fetched, Statement
from domain.identity import position_id
from domain.kernel import Aggregate
from domain.portfolio import Portfolio
from domain.position import PositionTerms
from domain.position_import import (
    ClosingPriceMissing,
    FileImportedBefore,
    HeldAlready,
    ImportBuiltUpon,
    ImportMode,
    ImportSource,
    ImportUnknown,
    Intake,
)
from interfaces.bootstrap import Program
from tests.support.accounts import Owner, cause, open_sample, register, shares
from tests.support.books import split
from tests.support.faulty_logs import ForwardingLog, OvertakenLog
from tests.support.openings import load_portfolio, recorded
from tests.support.programs import connect_owner
from tests.support.racing import at_once

OPENING, JANUARY_15, FRIDAY, SATURDAY = (
    date(2012, 12, 31),
    date(2013, 1, 15),
    date(2013, 1, 18),
    date(2013, 1, 19),
)
GOOG, SPY = shares("GOOG", 100, "700.00", OPENING), shares("SPY", -50, "142.00", OPENING)
IBM = shares("IBM", 10, "190.00", JANUARY_15)
CSV = "Symbol,Quantity,Error\r\nVTSAX,ten,Row 2: Quantity is missing or not a number.\r\n"


@dataclass(frozen=True)
class Holding:
    """Ann with an account that holds GOOG and, short, SPY; what is asked for her is her asking."""

    program: Program
    ann: Owner
    portfolio_id: UUID

    @property
    def imports(self) -> Imports:
        """The use cases."""
        return self.program.imports

    @property
    def portfolio(self) -> Portfolio:
        """The portfolio as recorded."""
        return load_portfolio(self.program, self.portfolio_id)

    @property
    def first_import(self) -> UUID:
        """The import that the account was opened with."""
        return next(iter(self.portfolio.holdings.imports))

    @property
    def cause(self) -> Cause:
        """A new command of Ann's."""
        return cause(self.ann.user_id)

    def take_in(
        self, intake: Intake, rejected_rows: str | None = None, imports: Imports | None = None
    ) -> Impact:
        """Import a file."""
        command = ImportPositions(
            portfolio_id=self.portfolio_id, intake=intake, rejected_rows=rejected_rows
        )
        return (imports or self.imports).take_in(command, self.cause)

    def already_there(self, *terms: PositionTerms, imports: Imports | None = None) -> AlreadyThere:
        """What the account has of a file with these rows."""
        asked = imports or self.imports
        return asked.already_there(self.portfolio_id, file().source, terms, self.cause)

    def revert(self, import_id: UUID, *, is_dry_run: bool = False) -> Impact:
        """Take an import back."""
        command = RevertImport(
            portfolio_id=self.portfolio_id,
            import_id=import_id,
            reason="wrong file",
            is_dry_run=is_dry_run,
        )
        return self.imports.revert(command, self.cause)

    def restore(self, import_id: UUID, *, is_dry_run: bool = False) -> Impact:
        """Bring an import back."""
        command = RestoreImport(
            portfolio_id=self.portfolio_id, import_id=import_id, is_dry_run=is_dry_run
        )
        return self.imports.restore(command, self.cause)

    def open_quantities(self) -> dict[str, Decimal]:
        """What is held of each symbol."""
        held: dict[str, Decimal] = defaultdict(Decimal)
        for position in self.portfolio.holdings.positions.values():
            held[position.symbol] += position.open_quantity
        return held


@pytest.fixture
def holding(program: Program) -> Holding:
    """Ann's account."""
    ann = register(program)
    portfolio_id = open_sample(program, ann, [GOOG, SPY], equity_as_of=OPENING.isoformat())
    return Holding(program, ann, portfolio_id)


def file(
    *terms: PositionTerms,
    name: str = "more",
    mode: ImportMode = ImportMode.ADD,
    prices: Mapping[str, str] | None = None,
    stated_on: date = JANUARY_15,
    is_forced: bool = False,
) -> Intake:
    """What a file brings."""
    digest = sha256(name.encode()).hexdigest()
    return Intake(
        source=ImportSource(format="template", file_name=f"{name}.csv", sha256=digest),
        terms=terms,
        stated_on=stated_on,
        mode=mode,
        prices={symbol: Decimal(price) for symbol, price in (prices or {}).items()},
        is_forced=is_forced,
    )


replacing = partial(file, mode=ImportMode.REPLACE)


def rejected_rows_kept(database: str) -> int:
    """Of how many imports rejected rows are kept."""
    with connect_owner(database) as connection:
        row = connection.execute("SELECT count(*) FROM imports.rejected_rows").fetchone()
    return int(str(row[0])) if row else 0


def learn(program: Program, market: Any, closes: Mapping[date, str], symbol: str = "GOOG") -> None:
    """Let the price book know these closes."""
    known = [Close(symbol, day, Decimal(price), "test") for day, price in closes.items()]
    program.imports.book.learn(market, Fetched(closes=known))


class TestTakingIn:
    """A file comes in beside what is held."""

    def test_it_is_one_event_of_whoever_asked(self, holding: Holding) -> None:
        intake, command = file(IBM), holding.cause
        impact = holding.imports.take_in(
            ImportPositions(portfolio_id=holding.portfolio_id, intake=intake), command
        )

        row, event = recorded(holding.program, Portfolio.PositionsImported)[-1]
        assert (row.cause, row.position) == (command, impact.position)
        assert (event.import_id, event.source) == (impact.import_id, intake.source)
        ibm = position_id(holding.portfolio_id, "IBM", JANUARY_15)
        assert [position.position_id for position in event.positions] == [ibm]
        assert impact == Impact(
            import_id=event.import_id, positions=1, counts_from=JANUARY_15, position=row.position
        )

    def test_what_a_template_says_is_as_of_the_opening(self, holding: Holding) -> None:
        holding.take_in(file(IBM))
        holding.take_in(replace(file(name="brokers"), quantities_as_of=FRIDAY))

        days = [
            e.quantities_as_of for _, e in recorded(holding.program, Portfolio.PositionsImported)
        ]
        assert days == [OPENING, OPENING, FRIDAY]

    def test_it_is_refused_where_something_is_held_already(self, holding: Holding) -> None:
        assert holding.already_there(IBM, GOOG).held == [GOOG]
        with pytest.raises(HeldAlready):
            holding.take_in(file(IBM, GOOG), CSV)
        assert holding.portfolio.version == 2

        holding.take_in(file(IBM, GOOG, is_forced=True))
        assert len(holding.portfolio.holdings.positions) == 4

    def test_it_is_refused_where_the_file_was_imported_before(self, holding: Holding) -> None:
        first = holding.take_in(file(IBM))

        with pytest.raises(FileImportedBefore) as caught:
            holding.take_in(file(SPY))
        assert caught.value.details == {"import_id": str(first.import_id)}
        assert holding.already_there().import_id == first.import_id
        holding.revert(first.import_id)
        assert holding.already_there().import_id is None

    def test_a_file_is_compared_with_one_moment(self, holding: Holding) -> None:
        class BusyLog(ForwardingLog):
            def load(self, kind: type[AnyAggregate], aggregate_id: UUID) -> AnyAggregate | None:
                loaded = super().load(kind, aggregate_id)
                holding.take_in(file(IBM))
                return loaded

        seen = holding.already_there(
            IBM, imports=replace(holding.imports, log=BusyLog(holding.program.log))
        )
        assert (seen.import_id, seen.held) == (None, [])
        assert holding.already_there(IBM).held == [IBM]

    def test_whoever_was_overtaken_looks_again(self, holding: Holding) -> None:
        overtake = partial(holding.take_in, file(SPY, name="other", is_forced=True))
        slow = replace(holding.imports, log=OvertakenLog(holding.program.log, overtake))
        impact = holding.take_in(file(IBM), CSV, slow)

        assert list(holding.portfolio.holdings.imports)[-1] == impact.import_id
        assert holding.portfolio.version == 4
        rows = holding.imports.rejected_rows_of(
            holding.portfolio_id, impact.import_id, holding.cause
        )
        assert rows == CSV


class TestRejectedRows:
    """What a file left out is kept with the import, in the same transaction."""

    def rows_of(self, holding: Holding, import_id: UUID) -> str:
        """Ask for them."""
        return holding.imports.rejected_rows_of(holding.portfolio_id, import_id, holding.cause)

    def test_they_are_there_for_whoever_imported(self, holding: Holding) -> None:
        assert self.rows_of(holding, holding.take_in(file(IBM), CSV).import_id) == CSV

    def test_they_stay_when_the_import_is_taken_back(self, holding: Holding) -> None:
        import_id = holding.take_in(file(IBM), CSV).import_id
        holding.revert(import_id)

        assert self.rows_of(holding, import_id) == CSV

    def test_an_import_without_and_one_of_another_account_have_none(self, holding: Holding) -> None:
        other = open_sample(holding.program, holding.ann, [IBM], account_name="Other")
        elsewhere = replace(holding, portfolio_id=other)
        theirs = elsewhere.take_in(file(SPY), CSV).import_id

        for import_id in (holding.first_import, theirs, uuid4()):
            with pytest.raises(ImportUnknown):
                self.rows_of(holding, import_id)
        assert self.rows_of(elsewhere, theirs) == CSV

    def test_they_are_not_kept_when_the_save_fails(self, database: str, holding: Holding) -> None:
        failing = replace(holding.imports, log=FailingLog(holding.program.log))

        with pytest.raises(StoreUnavailable):
            holding.take_in(file(IBM), CSV, failing)
        assert (rejected_rows_kept(database), holding.portfolio.version) == (0, 2)

    def test_they_are_not_kept_when_the_file_is_refused(
        self, database: str, holding: Holding
    ) -> None:
        with pytest.raises(HeldAlready):
            holding.take_in(file(GOOG), CSV)
        assert rejected_rows_kept(database) == 0


class FailingLog(ForwardingLog):
    """The log of another, whose store fails when everything is written but not yet committed."""

    def save(self, *aggregates: Aggregate, cause: Cause, also: Sequence[Statement] = ()) -> int:
        """See `EventLog.save`."""
        return super().save(*aggregates, cause=cause, also=[*also, self._fail])

    @staticmethod
    def _fail(_connection: Any) -> NoReturn:
        raise StoreUnavailable


class TestReplacing:
    """A file takes the place of what is held."""

    @pytest.fixture
    def priced(self, holding: Holding) -> Holding:
        """The account, with closes of GOOG in the book: two of the sample market, one of live."""
        closes = {FRIDAY: "704.51", date(2013, 1, 17): "711.32", date(2013, 1, 22): "702.87"}
        learn(holding.program, "sample", closes)
        learn(holding.program, "live", {FRIDAY: "1.00"})
        return holding

    @pytest.mark.parametrize(
        ("stated_on", "price"),
        [(date(2013, 1, 17), "711.32"), (FRIDAY, "704.51"), (SATURDAY, "704.51")],
    )
    def test_it_closes_at_the_latest_close_by_its_day(
        self, priced: Holding, stated_on: date, price: str
    ) -> None:
        fewer = shares("GOOG", 60, "700.00", OPENING)
        impact = priced.take_in(replacing(fewer, SPY, stated_on=stated_on))

        (closing,) = impact.closings
        assert (closing.quantity, closing.price) == (Decimal(40), Decimal(price))
        assert (closing.closed_on, impact.counts_from) == (stated_on, stated_on)
        assert priced.open_quantities() == {"GOOG": Decimal(60), "SPY": Decimal(-50)}

    def test_a_split_since_that_close_divides_it(self, priced: Holding) -> None:
        splits = Fetched(actions=[split("GOOG", SATURDAY, "2")])
        priced.program.imports.book.learn("sample", splits)

        impact = priced.take_in(replacing(SPY, stated_on=SATURDAY))
        (closing,) = impact.closings
        assert (closing.traded, closing.price) == (Decimal(200), Decimal("352.255"))

    def test_the_price_of_the_file_comes_before_the_book(self, priced: Holding) -> None:
        impact = priced.take_in(replacing(SPY, prices={"GOOG": "708.00"}, stated_on=FRIDAY))

        assert [closing.price for closing in impact.closings] == [Decimal(708)]

    def test_a_close_after_its_day_is_no_price(self, priced: Holding) -> None:
        with pytest.raises(ClosingPriceMissing) as caught:
            priced.take_in(replacing(stated_on=JANUARY_15), CSV)

        assert caught.value.details == {"symbols": ["GOOG", "SPY"]}
        assert priced.portfolio.version == 2

    def test_a_shortfall_opens_at_the_latest_close_where_it_cost_nothing(
        self, priced: Holding
    ) -> None:
        more = shares("GOOG", 140, "1.00", OPENING)
        priced.take_in(replacing(more, SPY, stated_on=FRIDAY))

        *_, opened = priced.portfolio.holdings.positions.values()
        assert (opened.quantity, opened.entry_price) == (Decimal(40), Decimal("704.51"))
        assert opened.entry_on == FRIDAY

    def test_what_it_would_change_is_told_first_and_done_exactly_so(self, priced: Holding) -> None:
        intake = replacing(shares("GOOG", 60, "700.00", OPENING), IBM, SPY, stated_on=FRIDAY)
        told = priced.imports.differences(priced.portfolio_id, intake, priced.cause)
        assert priced.portfolio.version == 2

        impact = priced.take_in(intake)
        assert [(change.symbol, change.held, change.stated) for change in told] == [
            ("GOOG", Decimal(100), Decimal(60)),
            ("IBM", Decimal(0), Decimal(10)),
        ]
        assert impact.changes == told
        event = priced.portfolio.holdings.imports[impact.import_id]
        assert event.closings == told[0].closings
        assert [position.symbol for position in event.positions] == ["IBM"]

    def test_a_file_that_says_what_is_held_changes_nothing_but_is_known(
        self, holding: Holding
    ) -> None:
        impact = holding.take_in(replacing(GOOG, SPY))

        assert (impact.positions, impact.closings, impact.changes) == (0, (), [])
        assert impact.counts_from is None
        assert impact.position == holding.program.log.position()
        with pytest.raises(FileImportedBefore):
            holding.take_in(replacing(GOOG, SPY))


class TestTakingBack:
    """Reverted, restored, or only shown what that would change."""

    @pytest.fixture
    def replaced(self, holding: Holding) -> tuple[Holding, Impact]:
        """The account after a file sold 40 GOOG and brought IBM."""
        fewer = shares("GOOG", 60, "700.00", OPENING)
        intake = replacing(fewer, SPY, IBM, prices={"GOOG": "708.00"}, stated_on=FRIDAY)
        return holding, holding.take_in(intake)

    def test_it_goes_and_comes_back(self, replaced: tuple[Holding, Impact]) -> None:
        holding, impact = replaced
        after = holding.open_quantities()
        gone = holding.revert(impact.import_id)
        before = holding.open_quantities()
        back = holding.restore(impact.import_id)

        assert before == {"GOOG": Decimal(100), "SPY": Decimal(-50)}
        assert holding.open_quantities() == after
        assert len({impact.position, gone.position, back.position}) == 3
        assert replace(gone, position=None) == replace(back, position=None)
        assert (gone.positions, len(gone.closings), gone.counts_from) == (1, 1, JANUARY_15)
        [(row, reverted)] = recorded(holding.program, Portfolio.ImportReverted)
        assert (reverted.reason, row.cause.actor) == ("wrong file", holding.ann.user_id)

    def test_a_dry_run_shows_the_same_and_records_nothing(
        self, replaced: tuple[Holding, Impact]
    ) -> None:
        holding, impact = replaced
        shown = holding.revert(impact.import_id, is_dry_run=True)
        assert holding.portfolio.version == 3
        done = holding.revert(impact.import_id)
        assert shown == replace(done, position=None)

        shown = holding.restore(impact.import_id, is_dry_run=True)
        assert holding.portfolio.version == 4
        assert shown == replace(holding.restore(impact.import_id), position=None)

    @pytest.mark.parametrize("is_dry_run", [True, False])
    def test_what_is_done_already_changes_nothing(
        self, replaced: tuple[Holding, Impact], *, is_dry_run: bool
    ) -> None:
        holding, impact = replaced
        nothing = Impact(import_id=impact.import_id, position=None)
        restored = holding.restore(impact.import_id, is_dry_run=is_dry_run)
        holding.revert(impact.import_id)
        reverted = holding.revert(impact.import_id, is_dry_run=is_dry_run)

        assert [replace(again, position=None) for again in (restored, reverted)] == [nothing] * 2
        assert holding.portfolio.version == 4

    @pytest.mark.parametrize("is_dry_run", [True, False])
    def test_it_is_refused_while_something_later_rests_on_it(
        self, replaced: tuple[Holding, Impact], *, is_dry_run: bool
    ) -> None:
        holding, _ = replaced
        with pytest.raises(ImportBuiltUpon, match="GOOG of 2012-12-31 was closed"):
            holding.revert(holding.first_import, is_dry_run=is_dry_run)
        assert holding.portfolio.version == 3

    def test_an_import_of_another_account_is_unknown(self, holding: Holding) -> None:
        other = open_sample(holding.program, holding.ann, [IBM], account_name="Other")
        theirs = replace(holding, portfolio_id=other).first_import

        for change in (holding.revert, holding.restore):
            for import_id in (theirs, uuid4()):
                with pytest.raises(ImportUnknown):
                    change(import_id)


Ask = Callable[[Imports, UUID, UUID, Cause], object]
ASKING: dict[str, Ask] = {
    "already there": lambda imports, portfolio, _, by: imports.already_there(
        portfolio, file().source, [IBM], by
    ),
    "differences": lambda imports, portfolio, _, by: imports.differences(
        portfolio, replacing(GOOG, SPY), by
    ),
    "take in": lambda imports, portfolio, _, by: imports.take_in(
        ImportPositions(portfolio_id=portfolio, intake=file(IBM), rejected_rows=CSV), by
    ),
    "revert": lambda imports, portfolio, known, by: imports.revert(
        RevertImport(portfolio_id=portfolio, import_id=known), by
    ),
    "restore": lambda imports, portfolio, known, by: imports.restore(
        RestoreImport(portfolio_id=portfolio, import_id=known), by
    ),
    "rejected rows": lambda imports, portfolio, known, by: imports.rejected_rows_of(
        portfolio, known, by
    ),
}


class TestOwnership:
    """Asked before any other work, whatever is asked for."""

    @pytest.mark.parametrize("ask", ASKING.values(), ids=ASKING)
    def test_somebody_elses_is_forbidden_and_what_is_not_there_unknown(
        self, database: str, holding: Holding, ask: Ask
    ) -> None:
        bob = register(holding.program, "bob@example.com")
        position, imports = holding.program.log.position(), holding.imports

        for known in (holding.first_import, uuid4()):
            with pytest.raises(PortfolioForbidden):
                ask(imports, holding.portfolio_id, known, cause(bob.user_id))
            with pytest.raises(PortfolioUnknown):
                ask(imports, uuid4(), known, holding.cause)
        assert holding.program.log.position() == position
        assert rejected_rows_kept(database) == 0

    def test_the_system_may(self, holding: Holding) -> None:
        command = RevertImport(portfolio_id=holding.portfolio_id, import_id=holding.first_import)

        assert holding.imports.revert(command, cause()).positions == 2


class TestRaces:
    """Two at once: one is first, the other decides on what it left."""

    def test_of_two_imports_of_one_file_one_wins(self, database: str, holding: Holding) -> None:
        answers, refusals = at_once([partial(holding.take_in, file(IBM), CSV)] * 2)

        (winner,) = answers
        (refusal,) = refusals
        assert isinstance(refusal, FileImportedBefore)
        assert refusal.details == {"import_id": str(winner.import_id)}
        assert holding.portfolio.version == 3
        assert rejected_rows_kept(database) == 1

    def test_of_eight_files_with_one_lot_one_wins(self, holding: Holding) -> None:
        files = [file(IBM, name=f"file {n}") for n in range(8)]
        answers, refusals = at_once([partial(holding.take_in, intake) for intake in files])

        assert len(answers) == 1
        assert [type(refusal) for refusal in refusals] == [HeldAlready] * 7

    def test_of_two_replacing_the_second_closes_what_the_first_left(self, holding: Holding) -> None:
        fewer = [
            replacing(shares("GOOG", left, "700.00", OPENING), SPY, name=str(left), prices=PRICES)
            for left in (60, 30)
        ]
        answers, refusals = at_once([partial(holding.take_in, intake) for intake in fewer])

        last = max(answers, key=lambda impact: impact.position or 0)
        stated = holding.portfolio.holdings.imports[last.import_id].source.file_name
        assert (refusals, len(answers)) == ([], 2)
        assert f"{holding.open_quantities()['GOOG']}.csv" == stated

    def test_a_revert_and_what_rests_on_it_do_not_both_forget_the_other(
        self, holding: Holding
    ) -> None:
        fewer = replacing(shares("GOOG", 60, "700.00", OPENING), SPY, prices=PRICES)
        answers, refusals = at_once(
            [partial(holding.take_in, fewer), partial(holding.revert, holding.first_import)]
        )

        assert [type(refusal) for refusal in refusals] in ([ImportBuiltUpon], [])
        assert len(answers) + len(refusals) == 2
        assert holding.open_quantities() == {"GOOG": Decimal(60), "SPY": Decimal(-50)}

    def test_of_two_reverts_one_is_recorded(self, holding: Holding) -> None:
        answers, refusals = at_once([partial(holding.revert, holding.first_import)] * 2)

        assert refusals == []
        assert sorted(answer.positions for answer in answers) == [0, 2]
        assert len(recorded(holding.program, Portfolio.ImportReverted)) == 1


PRICES = {"GOOG": "708.00", "SPY": "147.00"}


def test_a_file_takes_the_place_of_an_import_in_one_save(holding: Holding) -> None:
    before = holding.first_import
    command = ImportPositions(
        portfolio_id=holding.portfolio_id, intake=file(GOOG, IBM), instead_of=before
    )
    impact = holding.imports.take_in(command, holding.cause)
    assert holding.open_quantities() == {"GOOG": Decimal(100), "IBM": Decimal(10)}
    assert holding.portfolio.holdings.reverted.keys() == {before}
    assert (impact.positions, impact.counts_from) == (2, OPENING)


def test_where_that_import_cannot_be_taken_back_nothing_happens(holding: Holding) -> None:
    holding.take_in(replacing(GOOG, prices={"SPY": "150.00"}))
    version = holding.portfolio.version
    command = ImportPositions(
        portfolio_id=holding.portfolio_id,
        intake=file(IBM, name="other"),
        instead_of=holding.first_import,
    )
    with pytest.raises(ImportBuiltUpon):
        holding.imports.take_in(command, holding.cause)
    assert holding.portfolio.version == version


def test_a_dry_run_says_what_the_file_would_bring_and_records_nothing(holding: Holding) -> None:
    version = holding.portfolio.version
    told = [
        holding.imports.take_in(
            ImportPositions(
                portfolio_id=holding.portfolio_id,
                intake=file(GOOG, IBM),
                instead_of=holding.first_import,
                is_dry_run=is_dry_run,
            ),
            holding.cause,
        )
        for is_dry_run in (True, False)
    ]
    assert told[0].position is None
    assert told[1].position is not None
    assert [(one.positions, one.counts_from) for one in told] == [(2, OPENING)] * 2
    assert holding.portfolio.version == version + 2
