"""Specification of accounts' names and their end: user and portfolio together (spec 2.2, 4.5)."""

from functools import partial
from uuid import UUID

import pytest

from application.commands import ChangePortfolio, CorrectOpening, RequestRun, RequestRunOfAny
from application.errors import PortfolioForbidden, PortfolioUnknown, VersionMovedOn
from application.ownership import expected_versions
from application.ports import EventLog
from domain.account import AccountNameBlank, AccountTypeUnknown, PortfolioNameBlank
from domain.identity import portfolio_id as id_of
from domain.portfolio import Portfolio
from domain.portfolio_account import PortfolioArchived
from domain.user import AccountNameTaken, User
from interfaces.bootstrap import Program
from tests.support.accounts import Owner, cause, register
from tests.support.journal import rooms_differing_from_the_log
from tests.support.openings import PAIR, load_portfolio, open_account, recorded
from tests.support.racing import at_once


def change(program: Program, owner: Owner, portfolio_id: UUID, **texts: str) -> Portfolio:
    """Call a portfolio otherwise."""
    command = ChangePortfolio(portfolio_id=portfolio_id, **texts)
    return program.portfolios.change(command, cause(owner.user_id))[0]


def archive(program: Program, owner: Owner, portfolio_id: UUID) -> Portfolio:
    """Put a portfolio away."""
    return program.portfolios.archive(portfolio_id, cause(owner.user_id))[0]


def user(log: EventLog, owner: Owner) -> User:
    """The owner as recorded."""
    loaded = log.load(User, owner.user_id)
    assert loaded is not None
    return loaded


class TestRenaming:
    """The user holds the names, the portfolio bears them: one save."""

    def test_user_and_portfolio_are_recorded_together(self, program: Program) -> None:
        ann = register(program)
        ira = open_account(program, ann)
        change(program, ann, ira, account_name=" Roth ", account_type="ROTH_IRA", description="x")

        [(of_user, renamed)] = recorded(program, User.AccountRenamed)
        [(of_portfolio, named)] = recorded(program, Portfolio.Renamed)
        [(typed, _)] = recorded(program, Portfolio.AccountTypeChanged)
        [(described, _)] = recorded(program, Portfolio.Described)
        assert (renamed.account_name, renamed.portfolio_id) == ("Roth", ira)
        assert (named.name, named.account_name) == ("A portfolio", "Roth")
        assert of_user.cause == of_portfolio.cause == typed.cause == described.cause
        first = of_user.position
        assert [of_portfolio.position, typed.position, described.position] == [
            *range(first + 1, first + 4)
        ]

    def test_what_is_left_out_stays_and_the_same_again_is_nothing_to_do(
        self, program: Program
    ) -> None:
        ann = register(program)
        ira = open_account(program, ann, description="For later")
        before = program.log.position()
        change(program, ann, ira, account_name="IRA", description=" For later ")
        assert program.log.position() == before

    def test_a_name_is_blank_or_unknown_before_it_is_taken(self, program: Program) -> None:
        ann = register(program)
        ira, roth = open_account(program, ann), open_account(program, ann, account_name="Roth")
        for wrong, refusal in [
            ({"name": " ", "account_name": "Roth"}, PortfolioNameBlank),
            ({"account_name": "", "account_type": "?"}, AccountNameBlank),
            ({"account_name": "Roth", "account_type": "?"}, AccountTypeUnknown),
            ({"account_name": "rOTH"}, AccountNameTaken),
        ]:
            with pytest.raises(refusal):
                change(program, ann, ira, **wrong)
        assert load_portfolio(program, ira).version == load_portfolio(program, roth).version == 2

    def test_the_portfolio_of_another_is_not_renamed_nor_archived(self, program: Program) -> None:
        ann, bob = register(program), register(program, "bob@example.com")
        ira = open_account(program, ann)
        with pytest.raises(PortfolioForbidden):
            change(program, bob, ira, name="Mine")
        with pytest.raises(PortfolioForbidden):
            archive(program, bob, ira)
        with pytest.raises(PortfolioUnknown):
            archive(program, bob, bob.user_id)

    def test_sixteen_racing_for_one_name_by_opening_and_renaming_one_gets_it(
        self, program: Program
    ) -> None:
        ann = register(program)
        accounts = [open_account(program, ann, account_name=f"Account {n}") for n in range(8)]

        def rename(portfolio_id: UUID) -> UUID:
            return change(program, ann, portfolio_id, account_name="Roth").id

        def open_one(_: UUID) -> UUID:
            return open_account(program, ann, account_name="ROTH")

        answers, refusals = at_once(
            [partial(attempt, each) for each in accounts for attempt in (rename, open_one)]
        )

        assert len(answers) == 1
        assert [type(refusal) for refusal in refusals] == [AccountNameTaken] * 15
        names = [name.casefold() for name in user(program.log, ann).accounts.values()]
        assert names.count("roth") == 1


class TestFreedNames:
    """A name is used again with another id."""

    def test_after_an_archive_the_name_opens_another_portfolio(self, program: Program) -> None:
        ann = register(program)
        first = open_account(program, ann)
        archive(program, ann, first)
        second = open_account(program, ann)
        archive(program, ann, second)
        third = open_account(program, ann)

        assert [first, second, third] == [id_of(ann.user_id, "IRA", use) for use in (1, 2, 3)]
        assert second == id_of(ann.user_id, "IRA\x1f2")

    def test_after_a_rename_too(self, program: Program) -> None:
        ann = register(program)
        first = open_account(program, ann)
        change(program, ann, first, account_name="Roth")

        assert open_account(program, ann) == id_of(ann.user_id, "IRA", 2)
        with pytest.raises(AccountNameTaken):
            open_account(program, ann, account_name="Roth")

    def test_the_last_portfolio_may_be_archived(self, program: Program, database: str) -> None:
        ann = register(program)
        archive(program, ann, open_account(program, ann))

        assert user(program.log, ann).accounts == {}
        assert rooms_differing_from_the_log(program, database) == []
        assert program.portfolios_room.of_owner(ann.user_id, 10, 0) == ([], 0)
        [kept], total = program.portfolios_room.of_owner(ann.user_id, 10, 0, with_archived=True)
        assert (kept.is_active, kept.account_name, total) == (False, "IRA", 1)

    def test_racers_who_archive_record_it_once(self, program: Program) -> None:
        ann = register(program)
        ira = open_account(program, ann)
        answers, refusals = at_once([partial(archive, program, ann, ira)] * 8)

        assert (len(answers), refusals) == (8, [])
        assert len(recorded(program, Portfolio.Archived)) == 1
        assert len(recorded(program, User.AccountClosed)) == 1


class TestArchived:
    """Nothing of it changes, and nobody calculates it."""

    def test_neither_its_owner_nor_a_superuser_has_it_calculated(self, program: Program) -> None:
        ann = register(program)
        ira = open_account(program, ann, PAIR, price_source="sample")
        archive(program, ann, ira)
        with pytest.raises(PortfolioArchived):
            program.runs.request(RequestRun(portfolio_id=ira), cause(ann.user_id))
        with pytest.raises(PortfolioArchived):
            program.runs.request_of_any(RequestRunOfAny(portfolio_id=ira), cause())

    def test_no_night_and_no_run_over_all_takes_it_up(self, program: Program) -> None:
        ann = register(program)
        ira = open_account(program, ann, price_source="sample")
        kept = open_account(program, ann, account_name="Roth", price_source="sample")
        archive(program, ann, ira)
        program.rooms.catch_up(program.log.position())
        assert program.portfolios_room.active("sample") == [kept]

    def test_a_run_that_was_asked_for_before_values_nothing_of_it(self, program: Program) -> None:
        ann = register(program)
        ira = open_account(program, ann, PAIR, price_source="sample")
        run = program.runs.request(RequestRun(portfolio_id=ira), cause(ann.user_id))
        archive(program, ann, ira)
        program.runs.execute(run.run_id, "test")
        program.rooms.catch_up(program.log.position())
        told = program.runs_room.one(run.run_id)
        assert told is not None
        assert (told.status, told.valued) == ("completed", 0)


class TestExpectedVersions:
    """What a change is meant for is compared with what it is decided upon."""

    def test_another_version_is_refused_and_says_which_there_is(self, program: Program) -> None:
        ann = register(program)
        ira = open_account(program, ann)
        token = expected_versions.set(frozenset({1}))
        try:
            with pytest.raises(VersionMovedOn) as caught:
                change(program, ann, ira, name="Other")
        finally:
            expected_versions.reset(token)
        assert caught.value.details == {"version": 2}

    def test_of_racers_who_saw_one_version_one_changes_it(self, program: Program) -> None:
        ann = register(program)
        ira = open_account(program, ann)

        def attempt(equity: int) -> None:
            expected_versions.set(frozenset({2}))
            program.accounts.correct_opening(
                CorrectOpening(portfolio_id=ira, equity_balance=str(equity)), cause(ann.user_id)
            )

        answers, refusals = at_once([partial(attempt, equity) for equity in range(1, 17)])
        assert len(answers) == 1
        assert [type(refusal) for refusal in refusals] == [VersionMovedOn] * 15
        assert load_portfolio(program, ira).version == 3
