"""A thousand live accounts and the prices of what they hold: whom a nightly run is for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Self
from uuid import UUID, uuid4

import numpy as np

from application.ports import Close, Fetched
from domain.arithmetic import Ledger, Movements
from domain.email_address import EmailAddress
from domain.identity import daily_valuation_id
from domain.money import Int64, amount_cents, cents
from domain.portfolio import Portfolio
from domain.position_import import ImportSource, Intake
from domain.snapshot import Snapshot
from domain.user import User
from interfaces.bootstrap import Program
from tests.support.accounts import cause, shares
from tests.support.openings import texts
from tests.support.price_sources import CALENDAR

ACCOUNTS = 1_000
LINES = 50
OPENING = date(2023, 6, 1)
SESSIONS = CALENDAR.sessions(OPENING, date(2023, 7, 31))
_HISTORY = CALENDAR.sessions(OPENING - timedelta(days=800), SESSIONS[-1])
_SYMBOLS = [f"SYM{number:02}" for number in range(60)]
_IN_A_SAVE = 50
_NONE = np.zeros(0, dtype=np.int64)
_NO_MOVEMENTS = Movements(
    session=_NONE,
    line=_NONE,
    opened=_NONE,
    closed=_NONE,
    traded=_NONE,
    exit_price=_NONE,
    change=_NONE,
    income=_NONE,
)


@dataclass(frozen=True)
class City:
    """The accounts with their holdings, none of which is ever traded.

    Attributes:
        accounts: ids of the portfolios.
        columns: of the symbols held, by account [accounts, lines].
        quantities: whole shares, by account [accounts, lines]; some are short.
        closes: cents by session of the price history [sessions, symbols].
    """

    accounts: Sequence[UUID]
    columns: Int64
    quantities: Int64
    closes: Int64

    @classmethod
    def build(cls, program: Program, accounts: int = ACCOUNTS) -> Self:
        """Open the accounts, each of a user of its own, and make their prices known."""
        rng = np.random.default_rng(1_000)
        steps = rng.normal(0, 0.01, (len(_HISTORY), len(_SYMBOLS)))
        begin = rng.uniform(2_000, 30_000, len(_SYMBOLS))
        closes = np.rint(begin * np.exp(np.cumsum(steps, axis=0))).astype(np.int64)
        columns = np.array([rng.permutation(len(_SYMBOLS))[:LINES] for _ in range(accounts)])
        quantities = rng.integers(1, 500, columns.shape)
        quantities[:, -5:] *= -1
        city = cls([uuid4() for _ in range(accounts)], columns, quantities, closes)
        city._learn(program)
        city._open(program)
        return city

    def ids_before(self, session: date) -> Sequence[UUID]:
        """The valuations of the session before, in the order of the accounts."""
        before = SESSIONS[SESSIONS.index(session) - 1]
        return [daily_valuation_id(account, before) for account in self.accounts]

    def ledgers(self, session: date, before: Mapping[UUID, Snapshot]) -> list[Ledger]:
        """What there is to compute for a session, given the snapshots before it by account."""
        row = _HISTORY.index(session)
        marks = self.closes[row - 1 : row + 1] * 10**4
        entry_price = self.closes[_HISTORY.index(OPENING)] * 10**4
        return [
            Ledger(
                marks=marks[1:, columns],
                entry_price=entry_price[columns],
                is_cash_like=np.zeros(LINES, dtype=np.bool_),
                movements=_NO_MOVEMENTS,
                flows=np.zeros(1, dtype=np.int64),
                shares_before=held,
                stated_before=held,
                value_before=cents(held, marks[0, columns]),
                nav_before=amount_cents(before[account].nav),
            )
            for account, columns, held in zip(
                self.accounts, self.columns, self.quantities * 10**8, strict=True
            )
        ]

    def _learn(self, program: Program) -> None:
        closes = [
            Close(symbol, session, Decimal(price).scaleb(-2), "yahoo")
            for symbol, series in zip(_SYMBOLS, self.closes.T.tolist(), strict=True)
            for session, price in zip(_HISTORY, series, strict=True)
        ]
        program.prices.book.learn("live", Fetched(closes=closes))

    def _open(self, program: Program) -> None:
        account = program.portfolios.read_account(
            texts(equity_as_of=OPENING.isoformat(), equity_balance="10000000.00")
        )
        opened: list[User | Portfolio] = []
        for portfolio_id, columns, quantities in zip(
            self.accounts, self.columns.tolist(), self.quantities.tolist(), strict=True
        ):
            user = User.register(
                uuid4(), EmailAddress.parse(f"{portfolio_id}@example.com"), "A User", "master"
            )
            portfolio = Portfolio.open(portfolio_id, user.id, account)
            intake = self._intake(columns, quantities)
            portfolio.import_positions(uuid4(), intake, lambda *_: uuid4())
            opened += [user, portfolio]
        for begin in range(0, len(opened), _IN_A_SAVE):
            program.log.save(*opened[begin : begin + _IN_A_SAVE], cause=cause())
        program.rooms.catch_up(program.log.position(), timeout_s=60)

    def _intake(self, columns: Sequence[int], quantities: Sequence[int]) -> Intake:
        prices = self.closes[_HISTORY.index(OPENING)].tolist()
        terms = [
            shares(_SYMBOLS[column], quantity, f"{prices[column] / 100:.2f}", OPENING)
            for column, quantity in zip(columns, quantities, strict=True)
        ]
        source = ImportSource(format="template", file_name="positions.csv", sha256="0" * 64)
        return Intake(source=source, terms=terms, stated_on=OPENING)
