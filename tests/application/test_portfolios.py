"""Specification of opening accounts: checks, the opening session, names under races (spec 3.5)."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from functools import partial
from uuid import UUID, uuid4

import pytest

from application.commands import OpenPortfolio
from application.errors import OpeningDateRefused, UserUnknown
from application.portfolios import OpenedPortfolio
from application.ports import Market
from domain.account import (
    AccountNameBlank,
    AccountTypeUnknown,
    DescriptionRefused,
    EquityMissing,
    PortfolioNameBlank,
)
from domain.errors import DomainError
from domain.portfolio import Portfolio
from domain.position_import import ImportSource, Intake
from domain.user import AccountNameTaken, User
from interfaces.bootstrap import Program
from tests.support.accounts import cause, register
from tests.support.openings import PAIR, load_portfolio, open_account, recorded, texts
from tests.support.postgres import fresh_database
from tests.support.programs import build_program
from tests.support.racing import at_once

SATURDAY = datetime(2024, 1, 20, 12, tzinfo=UTC)
MONDAY_MORNING = datetime(2024, 1, 22, 15, tzinfo=UTC)  # 10:00 in New York
MONDAY_EVENING = datetime(2024, 1, 22, 21, 30, tzinfo=UTC)  # half an hour after the close
TUESDAY_IN_LONDON = datetime(2024, 1, 23, 3, tzinfo=UTC)  # still Monday in New York
NOWS = SATURDAY, MONDAY_MORNING, MONDAY_EVENING, TUESDAY_IN_LONDON


@pytest.fixture(scope="module")
def programs(postgres_server: str, template_database: str) -> Iterator[Mapping[datetime, Program]]:
    """Programs on one database, at each of the times; nobody records anything."""
    with fresh_database(postgres_server, template_database) as url:
        built = {now: build_program(url, now) for now in NOWS}
        yield built
        for program in built.values():
            program.close()


def opening_session(program: Program, as_of: str, market: Market = "live") -> str:
    """The session that an equity balance given as of a text is of."""
    account = program.portfolios.read_account(texts(equity_as_of=as_of, price_source=market))
    return account.opening.equity_as_of.isoformat()


class TestReading:
    """The texts of an account."""

    def test_checks_come_in_the_order_of_the_form(
        self, programs: Mapping[datetime, Program]
    ) -> None:
        wrong: dict[str, str] = {
            "portfolio_name": " ",
            "account_name": "",
            "account_type": "roth",
            "description": "\x00",
            "equity_balance": "",
            "equity_as_of": "tomorrow",
        }
        met: list[type[DomainError]] = []
        while wrong:
            with pytest.raises(DomainError) as caught:
                programs[SATURDAY].portfolios.read_account(texts(**wrong))
            met.append(type(caught.value))
            del wrong[next(iter(wrong))]

        assert met == [
            PortfolioNameBlank,
            AccountNameBlank,
            AccountTypeUnknown,
            DescriptionRefused,
            EquityMissing,
            OpeningDateRefused,
        ]

    @pytest.mark.parametrize(
        ("now", "as_of", "session"),
        [
            (SATURDAY, "", "2024-01-19"),
            (SATURDAY, " 2024-01-20 ", "2024-01-19"),
            (SATURDAY, "2024-01-19", "2024-01-19"),
            (SATURDAY, "2024-01-15", "2024-01-12"),  # Martin Luther King Day
            (SATURDAY, "2024-01-14", "2024-01-12"),
            (SATURDAY, "1990-01-02", "1990-01-02"),
            (MONDAY_MORNING, "", "2024-01-19"),
            (MONDAY_MORNING, "2024-01-22", "2024-01-19"),
            (MONDAY_EVENING, "", "2024-01-22"),
            (TUESDAY_IN_LONDON, "2024-01-22", "2024-01-22"),
        ],
    )
    def test_a_live_account_opens_at_the_latest_completed_session_up_to_the_day(
        self, programs: Mapping[datetime, Program], now: datetime, as_of: str, session: str
    ) -> None:
        assert opening_session(programs[now], as_of) == session

    @pytest.mark.parametrize(
        ("now", "as_of"),
        [
            (SATURDAY, "2024-01-21"),
            (TUESDAY_IN_LONDON, "2024-01-23"),
            (SATURDAY, "1990-01-01"),
            (SATURDAY, "0001-01-01"),
            (SATURDAY, "9999-12-31"),
            (SATURDAY, "2024-02-30"),
            (SATURDAY, "2024-1-5"),
            (SATURDAY, "20240105"),
            (SATURDAY, "2024-W01-5"),
            (SATURDAY, "05.01.2024"),
            (SATURDAY, "2024-01-05T00:00"),
            (SATURDAY, "\uff12024-01-05"),
            (SATURDAY, "yesterday"),
        ],
    )
    def test_no_date_the_future_and_the_time_before_any_price_are_refused(
        self, programs: Mapping[datetime, Program], now: datetime, as_of: str
    ) -> None:
        with pytest.raises(OpeningDateRefused) as caught:
            opening_session(programs[now], as_of)
        latest = "2024-01-20" if now == SATURDAY else "2024-01-22"
        assert caught.value.details == {"earliest": "1990-01-02", "latest": latest}

    @pytest.mark.parametrize(
        ("as_of", "session"),
        [("", "2013-03-01"), ("2012-10-29", "2012-10-26"), ("2000-03-01", "2000-03-01")],
    )
    def test_a_sample_account_opens_within_its_market(
        self, programs: Mapping[datetime, Program], as_of: str, session: str
    ) -> None:
        assert opening_session(programs[SATURDAY], as_of, "sample") == session

    @pytest.mark.parametrize("as_of", ["2013-03-02", "2024-01-19", "2000-02-29"])
    def test_a_sample_account_opens_at_no_time_without_prices(
        self, programs: Mapping[datetime, Program], as_of: str
    ) -> None:
        with pytest.raises(OpeningDateRefused) as caught:
            opening_session(programs[SATURDAY], as_of, "sample")
        assert caught.value.details == {"earliest": "2000-03-01", "latest": "2013-03-01"}


class TestOpening:
    """User and portfolio are recorded together, or not at all."""

    @staticmethod
    def attempt(
        program: Program, owner_id: UUID, name: str = "IRA", rejected_rows: str | None = None
    ) -> OpenedPortfolio:
        """Open an account with two positions."""
        return program.portfolios.open(
            OpenPortfolio(
                owner_id=owner_id,
                account=program.portfolios.read_account(
                    texts(account_name=name, description=" For later ", price_source="sample")
                ),
                intake=Intake(
                    source=ImportSource(format="template", file_name="p.csv", sha256="0" * 64),
                    terms=PAIR,
                    stated_on=date(2013, 3, 1),
                ),
                rejected_rows=rejected_rows,
            ),
            cause(owner_id),
        )

    def test_one_save_names_the_account_opens_it_and_imports_its_positions(
        self, program: Program
    ) -> None:
        ann = register(program)
        answer = self.attempt(program, ann.user_id)

        [(named, account)] = recorded(program, User.AccountOpened)
        [(opened, opening)] = recorded(program, Portfolio.Opened)
        [(came, rows)] = recorded(program, Portfolio.PositionsImported)
        assert (account.account_name, account.portfolio_id) == ("IRA", answer.portfolio_id)
        assert (opening.owner_id, opening.description) == (ann.user_id, "For later")
        assert (rows.import_id, len(rows.positions)) == (answer.import_id, 2)
        assert named.cause == opened.cause == came.cause
        assert named.cause.actor == ann.user_id
        assert [named.position, opened.position, came.position] == [4, 5, 6]
        assert (answer.positions_imported, answer.position) == (2, 6)
        assert load_portfolio(program, answer.portfolio_id).opening.equity_as_of == date(2013, 3, 1)

    def test_rows_that_were_left_out_are_kept_with_the_opening(self, program: Program) -> None:
        ann = register(program)
        csv = "Symbol,Error\r\nVTSAX,Row 2: Quantity is missing.\r\n"
        answer = self.attempt(program, ann.user_id, rejected_rows=csv)

        kept = program.imports.rejected_rows_of(
            answer.portfolio_id, answer.import_id, cause(ann.user_id)
        )
        assert kept == csv

    def test_sixteen_racing_for_one_name_open_one_account(self, program: Program) -> None:
        ann = register(program)
        spellings = ["IRA", "ira", " Ira ", "iRA"] * 4
        answers, refusals = at_once(
            [partial(self.attempt, program, ann.user_id, name) for name in spellings]
        )

        assert len(answers) == 1
        assert [type(refusal) for refusal in refusals] == [AccountNameTaken] * 15
        assert len(recorded(program, User.AccountOpened)) == 1
        assert len(recorded(program, Portfolio.Opened)) == 1

    def test_racers_for_different_names_all_open_theirs(self, program: Program) -> None:
        ann = register(program)
        names = [f"IRA {n}" for n in range(4)]
        answers, refusals = at_once(
            [partial(self.attempt, program, ann.user_id, name) for name in names]
        )

        assert refusals == []
        assert len({answer.portfolio_id for answer in answers}) == 4

    def test_two_owners_may_use_one_name(self, program: Program) -> None:
        owners = register(program, "ann@example.com"), register(program, "bob@example.com")

        assert len({open_account(program, owner) for owner in owners}) == 2

    def test_nobody_unknown_opens_an_account(self, program: Program) -> None:
        with pytest.raises(UserUnknown):
            self.attempt(program, uuid4())
        assert program.log.position() == 0
