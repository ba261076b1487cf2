"""Specification of computing a version again: the same bytes, from what it names (spec 7.4)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random
from uuid import UUID, uuid4

import msgspec
import pytest
from msgspec import structs

from application.ports import Close, Fetched, Market
from application.time_travel import TimeTravel, Version
from domain.corporate_action import CorporateAction
from domain.edit import Correction
from domain.portfolio import Portfolio
from domain.position import Position
from domain.snapshot import Snapshot
from infrastructure.price_book import PostgresPriceBook
from interfaces.bootstrap import Program
from tests.application.changing_accounts import END, OPENED_ON, Account, Scene
from tests.support.accounts import cause, register, shares
from tests.support.mixed_accounts import mixed_account
from tests.support.openings import open_account
from tests.support.options import contracts
from tests.support.streets import street

DAY = date(2013, 2, 1)


@pytest.fixture
def scene(program: Program) -> Scene:
    """An owner without accounts, and prices of what they will hold."""
    symbols = ["GOOG", "SPY", "IBM", "MSFT", "AAPL"]
    program.runs.prices.gather("sample", symbols, (OPENED_ON, END))
    return Scene(program, register(program))


def learn(account: Account, *learnt: Close | CorporateAction) -> None:
    """Have the price book learn something."""
    closes = [one for one in learnt if isinstance(one, Close)]
    actions = [one for one in learnt if isinstance(one, CorporateAction)]
    account.program.valuations.book.learn("sample", Fetched(closes=closes, actions=actions))


def stored_data(account: Account) -> Iterator[tuple[date, int, bytes]]:
    """Of every version of every day of an account the bytes that its event says, as stored."""
    named = {(row.position): row for row in account.program.log.read(0, 100_000)}
    chain, after = account.program.audit.chain, 0
    while page := chain.page(after, 2_000):
        for entry in page:
            event = named[entry.position].event
            if isinstance(event, Snapshot) and event.portfolio_id == account.portfolio_id:
                assert entry.state is not None
                raw = msgspec.json.decode(entry.state, type=dict[str, msgspec.Raw])
                yield event.session, named[entry.position].version, bytes(raw["data"])
        after = page[-1].position


def assert_recomputed(account: Account, at_least: int) -> None:
    """Every version of every day is computed again to the bytes that are stored."""
    recomputation = account.program.recomputation
    position, seen = account.program.log.position(), 0
    for session, number, data in stored_data(account):
        again = recomputation.of(account.portfolio_id, session, number)
        assert again is not None
        assert again.again is not None
        assert msgspec.json.encode(again.again) == data, (session, number)
        assert (again.is_equal, again.difference) == (True, None)
        seen += 1
    assert seen >= at_least
    assert account.program.log.position() == position


class MovedBook(PostgresPriceBook):
    """A price book of which a close of GOOG is read as a dollar more."""

    def closes(
        self, market: Market, symbols: Sequence[str], first: date, last: date
    ) -> Mapping[str, Sequence[Close]]:
        """See `PriceBook.closes`."""
        found = dict(super().closes(market, symbols, first, last))
        found["GOOG"] = [
            structs.replace(close, price=close.price + 1) if close.session == DAY else close
            for close in found["GOOG"]
        ]
        return found


class LearningBook(PostgresPriceBook):
    """A price book that learns another close of GOOG whenever it is asked for closes."""

    def closes(
        self, market: Market, symbols: Sequence[str], first: date, last: date
    ) -> Mapping[str, Sequence[Close]]:
        """See `PriceBook.closes`."""
        price = Decimal(500 + self.last_row(market) % 100)
        self.learn(market, Fetched(closes=[Close("GOOG", last, price, "handed in")]))
        return super().closes(market, symbols, first, last)


class OlderRules(TimeTravel):
    """Versions as if the rules before those of now had made them."""

    def version(
        self, portfolio_id: UUID, session: date, number: int | None = None
    ) -> Version | None:
        """See `TimeTravel.version`."""
        found = super().version(portfolio_id, session, number)
        assert found is not None
        older = found.snapshot.engine_version - 1
        return replace(found, snapshot=structs.replace(found.snapshot, engine_version=older))


class Unnamed(TimeTravel):
    """Versions as they were before they named the rate that options are priced by."""

    def version(
        self, portfolio_id: UUID, session: date, number: int | None = None
    ) -> Version | None:
        """See `TimeTravel.version`."""
        found = super().version(portfolio_id, session, number)
        assert found is not None
        return replace(found, snapshot=structs.replace(found.snapshot, risk_free_rate=None))


def unnamed(known: TimeTravel) -> TimeTravel:
    """The same without rates."""
    return Unnamed(known.log, known.rows, known.markets)


def option_account(scene: Scene) -> Account:
    """An account of options that a model prices, valued."""
    terms = [contracts("GOOG130316C00750000", 10, "31.00", date(2013, 1, 4))]
    account = scene.open(terms=terms)
    account.catch_up()
    return account


class TestWhatIsComputed:
    """The answer about one version."""

    def test_each_version_is_computed_from_what_it_knew(self, scene: Scene) -> None:
        account = scene.open()
        account.catch_up()
        learn(account, Close("GOOG", DAY, Decimal("700.00"), "handed in"))
        account.take_in(shares("IBM", 40, "191.00", date(2013, 1, 14)))
        account.catch_up()

        recomputation = account.program.recomputation
        for number, nav in ((1, account.history()[DAY, 1].nav), (2, account.history()[DAY, 2].nav)):
            told = recomputation.of(account.portfolio_id, DAY, number)
            assert told is not None
            assert told.again is not None
            assert (told.again.nav, told.is_equal) == (nav, True)
            assert told.digest == told.recorded_digest
        latest = recomputation.of(account.portfolio_id, DAY)
        assert latest is not None
        assert latest.version.number == 2
        assert recomputation.of(account.portfolio_id, DAY, 3) is None

    def test_options_are_priced_by_the_rate_that_the_version_names(self, scene: Scene) -> None:
        account = option_account(scene)
        marking = account.program.valuations.marking
        another = replace(marking, risk_free_rate=marking.risk_free_rate + Decimal("0.03"))
        recomputation = replace(account.program.recomputation, marking=another)
        told = recomputation.of(account.portfolio_id, DAY)
        assert told is not None
        assert told.is_equal

        of_before = replace(recomputation, travel=unnamed(account.program.time_travel))
        told = of_before.of(account.portfolio_id, DAY)
        assert told is not None
        assert told.difference is not None  # as nothing says by which rate it was made
        assert told.difference.nav_after != told.difference.nav_before

    def test_figures_that_nothing_gives_are_told_by_line(self, scene: Scene) -> None:
        account = scene.open()
        account.catch_up()
        book = account.program.valuations.book
        assert isinstance(book, PostgresPriceBook)
        moved = MovedBook(book.pool)
        marking = replace(account.program.valuations.marking, book=moved)
        told = replace(account.program.recomputation, marking=marking).of(account.portfolio_id, DAY)

        assert told is not None
        assert told.is_equal is False
        assert told.difference is not None
        [line] = told.difference.lines
        assert line.symbol == "GOOG"
        assert line.before is not None
        assert line.after is not None
        assert line.after.mark_price == line.before.mark_price + 1

    def test_the_same_figures_in_other_bytes_are_told_apart(self, scene: Scene) -> None:
        account = scene.open()
        account.catch_up()
        told = account.program.recomputation.of(account.portfolio_id, DAY)
        assert told is not None
        assert told.again is not None
        assert told.has_same_figures
        spelt = structs.replace(told.again, inputs_digest="of an earlier spelling")
        other = replace(told, again=spelt)
        assert (other.is_equal, other.has_same_figures) == (False, True)
        moved = replace(told, again=structs.replace(told.again, nav=told.again.nav + 1))
        assert (moved.is_equal, moved.has_same_figures) == (False, False)

    def test_a_version_of_other_rules_is_not_held_to_those_of_now(self, scene: Scene) -> None:
        account = scene.open()
        account.catch_up()
        known = account.program.time_travel
        travel = OlderRules(known.log, known.rows, known.markets)
        told = replace(account.program.recomputation, travel=travel).of(account.portfolio_id, DAY)

        assert told is not None
        assert (told.again, told.is_equal, told.difference) == (None, None, None)
        assert told.version.snapshot.engine_version == told.engine_version - 1


Deed = Callable[[Account, Random], None]


def _import(account: Account, dice: Random) -> None:
    symbol = dice.choice(["GOOG", "SPY", "IBM", "MSFT", "AAPL"])
    quantity = dice.choice([40, -15, 7])
    account.take_in(shares(symbol, quantity, "100.00", _day(dice)), is_forced=True)


def _revert_and_restore(account: Account, dice: Random) -> None:
    import_id = account.take_in(shares("IBM", 3, "190.00", _day(dice)), is_forced=True)
    if dice.random() < 0.5:
        bring_up_to_date(account)
    account.revert(import_id)
    if dice.random() < 0.5:
        bring_up_to_date(account)
        account.restore(import_id)


def _correct(account: Account, dice: Random) -> None:
    one = _held(account, dice)
    changes = Correction(quantity=one.quantity * 2, entry_price=one.entry_price + 1)
    account.change(lambda portfolio: portfolio.correct(one.position_id, changes, "A typo"))


def _close(account: Account, dice: Random) -> None:
    one, price = _held(account, dice), Decimal("99.50")
    on = max(_day(dice), one.entry_on)

    def close(portfolio: Portfolio) -> None:
        portfolio.close(one.position_id, on, price, None)

    account.change(close)


def _pay(account: Account, dice: Random) -> None:
    on = max(_day(dice), date(2013, 1, 2))
    account.change(lambda portfolio: portfolio.contribute(uuid4(), on, Decimal("1234.56"), ""))


def _declare(account: Account, dice: Random) -> None:
    equity = Decimal(dice.randrange(100_000, 900_000))
    opened_on = account.portfolio.opening.equity_as_of
    account.change(lambda portfolio: portfolio.correct_opening(equity, opened_on, "A typo"))


def _split_of_the_owner(account: Account, dice: Random) -> None:
    on, ratio = _day(dice), Decimal(dice.choice([2, 3]))
    account.change(lambda portfolio: portfolio.enter_action(uuid4(), "SPY", on, "split", ratio))


def _another_close(account: Account, dice: Random) -> None:
    symbol = dice.choice(["GOOG", "SPY", "IBM"])
    learn(account, Close(symbol, _session(dice), Decimal(dice.randrange(50, 900)), "handed in"))


def _market_action(account: Account, dice: Random) -> None:
    kind, value = dice.choice([("split", Decimal(2)), ("dividend", Decimal("0.75"))])
    learn(account, CorporateAction("GOOG", _session(dice), kind, value, "handed in"))  # type: ignore[arg-type]  # one of the two kinds


DEEDS: Sequence[Deed] = (
    *(_import, _revert_and_restore, _correct, _close, _pay, _declare),
    *(_split_of_the_owner, _another_close, _market_action),
)
SESSIONS_OF_DEEDS = [date(2013, 1, 14), date(2013, 1, 22), DAY, date(2013, 2, 19), END]


def _session(dice: Random) -> date:
    return dice.choice(SESSIONS_OF_DEEDS)


def _day(dice: Random) -> date:
    return dice.choice([*SESSIONS_OF_DEEDS, date(2012, 12, 31), date(2013, 1, 19)])


def _held(account: Account, dice: Random) -> Position:
    """Something that is held, and no option."""
    positions = account.portfolio.holdings.positions.values()
    held = [one for one in positions if one.open_quantity and not one.option]
    return dice.choice(sorted(held, key=lambda one: (one.symbol, one.entry_on, one.quantity)))


def bring_up_to_date(account: Account) -> None:
    """What a run does: settle what expired, value what is missing, restate what is stale."""
    account.program.valuations.settle(account.portfolio, END, cause())
    account.catch_up()


class TestEveryVersion:
    """Whatever happened to an account, and in whatever order."""

    @pytest.mark.parametrize("seed", range(6))
    def test_of_an_account_of_a_few_positions(self, scene: Scene, seed: int) -> None:
        dice = Random(seed)  # noqa: S311 - which deeds come, not a secret
        few = [
            shares("GOOG", 100, "580.07", date(2012, 6, 29)),
            shares("SPY", -50, "136.10", date(2012, 6, 29)),
            contracts("GOOG130216C00700000", 2, "31.00", date(2013, 1, 4)),
            contracts("IBM   130119P00200000", -1, "9.10", OPENED_ON),
        ]
        account = scene.open(terms=few)
        bring_up_to_date(account)
        for deed in dice.sample(DEEDS, k=len(DEEDS)):
            deed(account, dice)
            if dice.random() < 0.7:
                bring_up_to_date(account)
        bring_up_to_date(account)
        assert_recomputed(account, at_least=60)

    def test_of_days_that_were_valued_while_prices_came(self, scene: Scene) -> None:
        account, book = scene.open(), scene.program.valuations.book
        assert isinstance(book, PostgresPriceBook)
        account.catch_up(book=LearningBook(book.pool))
        assert {line for day in account.days() for line in day.latest.lines.mark_provider} == {
            "bundled"
        }
        account.catch_up(book=LearningBook(book.pool))
        account.catch_up()
        assert max(account.versions()) >= 2
        assert_recomputed(account, at_least=44)

    def test_of_a_night_over_several_accounts(self, database: str) -> None:
        with street(database, accounts=3) as three:
            three.look()
            three.work_off()
            for portfolio_id in three.portfolio_ids:
                assert_recomputed(Account(three.program, portfolio_id), at_least=1)

    def test_of_fifty_positions_of_every_kind(self, scene: Scene) -> None:
        terms = mixed_account()
        symbols = sorted({one.underlying or one.symbol for one in terms})
        scene.program.runs.prices.gather("sample", symbols, (OPENED_ON, END))
        account = scene.open(terms=terms)
        bring_up_to_date(account)
        learn(account, Close("SPY", DAY, Decimal("150.00"), "handed in"))
        bring_up_to_date(account)
        assert_recomputed(account, at_least=44)

    def test_across_real_splits_and_dividends(self, scene: Scene) -> None:
        begun = date(2005, 2, 24)
        scene.program.runs.prices.gather("sample", ["AAPL", "IBM", "GOOG"], (begun, END))
        terms = [
            shares("AAPL", 100, "80.00", date(2005, 1, 3)),
            shares("IBM", 50, "92.00", date(2005, 1, 3)),
        ]
        given = {"price_source": "sample", "equity_as_of": begun.isoformat()}
        opened = open_account(scene.program, scene.owner, terms, **given)
        account = Account(scene.program, opened)
        account.catch_up(date(2005, 6, 30))
        account.take_in(shares("AAPL", 8, "40.00", date(2005, 2, 25)))
        account.catch_up(date(2005, 6, 30))
        assert_recomputed(account, at_least=88)
