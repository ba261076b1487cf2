"""Live accounts of several people, opened on a Friday, as the scheduler finds them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from application.nights import Nights
from application.ports import PriceSource
from domain.calculation_run import CalculationRun
from domain.daily_valuation import DailyValuation
from interfaces.bootstrap import Program
from tests.support.accounts import register, shares
from tests.support.clocks import SetClock
from tests.support.openings import open_account, recorded
from tests.support.price_sources import ConstantPrices
from tests.support.programs import build_program
from tests.support.queues import work_off_queue

FRIDAY = date(2024, 1, 19)
SATURDAY_NOON = datetime(2024, 1, 20, 17, tzinfo=UTC)
AAPL = shares("AAPL", 100, "158.00", FRIDAY)
MSFT = shares("MSFT", 75, "380.00", FRIDAY)


def both() -> ConstantPrices:
    """A provider that knows both shares."""
    return ConstantPrices("yahoo", {"AAPL": "185.00", "MSFT": "390.00"})


@dataclass(frozen=True)
class Street:
    """A program, whose market's time stands still, with the accounts of a street."""

    program: Program
    database: str
    portfolio_ids: Sequence[UUID]
    prices: ConstantPrices

    @property
    def nights(self) -> Nights:
        """The scheduler, two hours after the accounts were opened."""
        clock = SetClock(datetime.now(UTC) + timedelta(hours=2))
        return Nights(replace(self.program.runs, clock=clock))

    def look(self) -> UUID | None:
        """What the scheduler does every ten minutes, the rooms being current."""
        self.program.rooms.catch_up(self.program.log.position())
        return self.nights.look()

    def work_off(self) -> list[UUID]:
        """Execute what is queued."""
        return work_off_queue(self.program, self.database)

    def run(self, run_id: UUID) -> CalculationRun:
        """The run as recorded."""
        run = self.program.log.load(CalculationRun, run_id)
        assert run is not None
        return run

    def valued(self) -> dict[UUID, list[date]]:
        """The sessions of each portfolio, as often as they were valued, in the order of that."""
        days: dict[UUID, list[date]] = {portfolio_id: [] for portfolio_id in self.portfolio_ids}
        for _, event in recorded(self.program, DailyValuation.SnapshotCalculated):
            days[event.portfolio_id].append(event.session)
        return days


@contextmanager
def street(
    database: str,
    accounts: int = 3,
    now: datetime = SATURDAY_NOON,
    sources: Sequence[PriceSource] = (),
) -> Iterator[Street]:
    """Accounts with a position each, AAPL and MSFT in turn; and the program around them."""
    prices = both()
    with build_program(database, now, [*sources, prices]) as program:
        owner = register(program)
        portfolio_ids = [
            open_account(
                program,
                owner,
                [MSFT if number % 2 else AAPL],
                equity_as_of=FRIDAY.isoformat(),
                account_name=f"Account {number}",
            )
            for number in range(accounts)
        ]
        yield Street(program, database, portfolio_ids, prices)


@contextmanager
def later(street: Street, now: datetime) -> Iterator[Street]:
    """The same street at another time of the market."""
    with build_program(street.database, now, [street.prices]) as program:
        yield Street(program, street.database, street.portfolio_ids, street.prices)
