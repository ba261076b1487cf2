"""Whatever comes in, goes and comes back in whatever order: nothing is lost, nothing doubled."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec import structs

from domain.edit import Correction
from domain.errors import DomainError
from domain.flow import FlowAmountRefused, FlowBeforeOpening, FlowUnknown, WithdrawalOverNav
from domain.instrument import InvestmentClass
from domain.portfolio import Portfolio
from domain.position import PositionTerms
from domain.position_import import ImportMode, Intake
from tests.domain.imports_model import CASH, File, Model, Refusal
from tests.domain.intakes import MONDAY, TUESDAY, ids
from tests.support.events import OPENING_DAY, number, portfolio_opened, source, stated
from tests.support.specification import SUBJECT, state_of, through_the_store

DAYS = st.integers(-3, 5).map(lambda days: OPENING_DAY + timedelta(days=days))
AMOUNTS = st.sampled_from(["-1", "0", "0.01", "12.345", "900.00", "100000.00", "100000.01"])
FLOWS = st.sampled_from(["a", "b", "c", "d"]).map(number)
ENTRIES = st.sampled_from([OPENING_DAY, MONDAY])
SHARES = st.builds(
    stated,
    st.sampled_from(["AAPL", "SPY"]),
    st.sampled_from(["1", "20", "33", "-20", "-0.5"]),
    st.sampled_from(["10.00", "49.95"]),
    entry_on=ENTRIES,
)
AMOUNT = st.builds(
    stated,
    st.just(CASH),
    st.sampled_from(["1", "-1"]),
    st.sampled_from(["500.00", "750.50"]),
    entry_on=ENTRIES,
    investment_class=st.just(InvestmentClass.PRIVATE),
    subtype=st.just("CASH"),
)
FILES = st.builds(
    File,
    name=st.sampled_from(["one", "two", "three", "four"]),
    rows=st.lists(SHARES | AMOUNT, max_size=4),
    stated_on=st.sampled_from([MONDAY, TUESDAY]),
    price=st.sampled_from([Decimal("25.50"), Decimal("25.50"), None]),
    is_forced=st.booleans(),
)
NAV = Decimal("100000.00")
LOTS = st.integers(0, 9)
TRADING_DAYS = st.sampled_from([OPENING_DAY, MONDAY, TUESDAY])
PARTS = st.sampled_from([None, *map(Decimal, ("0.5", "1", "10", "20"))])
CORRECTIONS = st.fixed_dictionaries(
    {},
    optional={
        "quantity": st.sampled_from([Decimal(1), Decimal(25), Decimal(-20), Decimal("33.0")]),
        "entry_price": st.sampled_from([Decimal("9.99"), Decimal("10.000")]),
        "entry_on": TRADING_DAYS,
    },
)


class Keeping(RuleBasedStateMachine):
    """The model: files and hands that opened and closed lots, flows in a dict."""

    def __init__(self) -> None:
        super().__init__()
        self.portfolio = Portfolio.replay(SUBJECT, [portfolio_opened(str(NAV))])
        self.model = Model()
        self.flows: dict[UUID, tuple[date, Decimal]] = {}
        self.flows_gone: set[UUID] = set()
        self.opens_on = OPENING_DAY

    @rule(file=FILES)
    def add(self, file: File) -> None:
        """All rows come in beside what is held, or none."""
        key = self._next_import
        assert self._take_in(key, file, ImportMode.ADD) == self.model.add(key, file)

    @rule(file=FILES)
    def replace(self, file: File) -> None:
        """What is open afterwards is what the file states."""
        key = self._next_import
        refusal = self._take_in(key, file, ImportMode.REPLACE)
        assert refusal == self.model.replace(key, file)
        if refusal is None:
            held = self.portfolio.holdings.positions.values()
            assert open_of(held) == open_of(file.rows)

    @rule(n=st.integers(1, 9))
    def import_again(self, n: int) -> None:
        """An import that is known is nothing to do, whatever is said of it."""
        if number(f"import {n}") in self.model.imports:
            file = File("five", [stated("IBM")], MONDAY, None, is_forced=False)
            before = self.portfolio.version
            assert self._take_in(number(f"import {n}"), file, ImportMode.REPLACE) is None
            assert self.portfolio.version == before

    @rule(n=st.integers(1, 9))
    def revert(self, n: int) -> None:
        """Taken back; and brought back at once, everything would be as it was."""
        key = number(f"import {n}")
        before, stood = state_of(self.portfolio)["holdings"], key in self.model.standing
        refusal = met(lambda: self.portfolio.revert_import(key, "wrong"))
        assert refusal == self.model.revert(key)
        if stood and refusal is None:
            again = self._replayed()
            again.restore_import(key)
            assert state_of(again)["holdings"] == before

    @rule(n=st.integers(1, 9))
    def restore(self, n: int) -> None:
        """Brought back, where nothing since contradicts it."""
        key = number(f"import {n}")
        assert met(lambda: self.portfolio.restore_import(key)) == self.model.restore(key)

    @rule(rows=st.lists(SHARES | AMOUNT, max_size=2))
    def enter(self, rows: list[PositionTerms]) -> None:
        """Lots come in by hand, however alike to others."""
        opened = self.portfolio.open_positions(rows, [""] * len(rows), ids)
        self.model.enter(rows)
        assert opened == self.model.every_lot[len(self.model.every_lot) - len(rows) :]

    @rule(n=LOTS, changes=CORRECTIONS)
    def correct(self, n: int, changes: dict[str, Any]) -> None:
        """A lot is as it should have been, where closings do not contradict it."""
        lot = self._lot(n)
        before = self.model.lots.get(lot, stated("GONE"))
        refusal = met(lambda: self.portfolio.correct(lot, Correction(**changes), "typo"))
        assert refusal == self.model.correct(lot, structs.replace(before, **changes))

    @rule(n=LOTS, on=TRADING_DAYS, part=PARTS)
    def close(self, n: int, on: date, part: Decimal | None) -> None:
        """A part of a lot goes, or what is left."""
        lot, price = self._lot(n), Decimal("60.00")
        refusal = met(lambda: self.portfolio.close(lot, on, price, part))
        assert refusal == self.model.close(lot, on, part)

    @rule(n=LOTS)
    def remove(self, n: int) -> None:
        """A lot goes as if it had never been."""
        lot = self._lot(n)
        assert met(lambda: self.portfolio.remove(lot, "twice")) == self.model.remove(lot)

    @rule(n=LOTS, on=st.sampled_from([MONDAY, TUESDAY]))
    def expire(self, n: int, on: date) -> None:
        """What is left of a lot is settled; another day takes the place of the former."""
        lot = self._lot(n)
        refusal = met(lambda: self.portfolio.expire(lot, on, Decimal(1)))
        assert refusal == self.model.expire(lot, on)

    @rule(flow=FLOWS)
    def revert_flow(self, flow: UUID) -> None:
        """A flow is taken back, once and for all."""
        refusal = met(lambda: self.portfolio.revert_flow(flow, "twice"))
        is_known = flow in self.flows or flow in self.flows_gone
        assert refusal is (None if is_known else FlowUnknown)
        if self.flows.pop(flow, None):
            self.flows_gone.add(flow)

    @rule(on=DAYS, equity=st.sampled_from([NAV, Decimal("1.00")]))
    def correct_opening(self, on: date, equity: Decimal) -> None:
        """The account starts from another day, or with another equity."""
        self.portfolio.correct_opening(equity, on, "misread")
        self.opens_on = on
        assert self.portfolio.opening.equity_balance == equity

    @rule(flow=FLOWS, on=DAYS, amount=AMOUNTS.map(Decimal))
    def contribute(self, flow: UUID, on: date, amount: Decimal) -> None:
        """Noted where it is money and after the opening."""
        try:
            self.portfolio.contribute(flow, on, amount, "")
        except (FlowAmountRefused, FlowBeforeOpening):
            assert not self._is_good(on, amount)
        else:
            assert self._is_good(on, amount)
            self._noted(flow, on, amount)

    @rule(flow=FLOWS, on=DAYS, amount=AMOUNTS.map(Decimal))
    def withdraw(self, flow: UUID, on: date, amount: Decimal) -> None:
        """Likewise, up to the NAV."""
        try:
            self.portfolio.withdraw(flow, on, amount, "", NAV)
        except (FlowAmountRefused, FlowBeforeOpening):
            assert not self._is_good(on, amount)
        except WithdrawalOverNav:
            assert self._is_good(on, amount)
            assert amount > NAV
        else:
            assert self._is_good(on, amount)
            self._noted(flow, on, -amount)

    def _noted(self, flow: UUID, on: date, amount: Decimal) -> None:
        if flow not in self.flows_gone:
            self.flows.setdefault(flow, (on, amount))

    def _lot(self, n: int) -> UUID:
        """One of the lots that ever came, or one that never did."""
        lots = self.model.every_lot
        return lots[n] if n < len(lots) else number("no lot")

    def _is_good(self, on: date, amount: Decimal) -> bool:
        return on > self.opens_on and amount > 0 and amount == amount.quantize(Decimal("0.01"))

    @property
    def _next_import(self) -> UUID:
        return number(f"import {len(self.model.imports) + 1}")

    def _take_in(self, key: UUID, file: File, mode: ImportMode) -> Refusal:
        prices = {symbol: file.price for symbol in ("AAPL", "SPY") if file.price}
        intake = Intake(
            source=source(file.name),
            terms=file.rows,
            stated_on=file.stated_on,
            mode=mode,
            prices=prices,
            is_forced=file.is_forced,
        )
        return met(lambda: self.portfolio.import_positions(key, intake, ids))

    def _replayed(self) -> Portfolio:
        events = [through_the_store(event) for event in self.portfolio.pending]
        return Portfolio.replay(SUBJECT, [portfolio_opened(str(NAV)), *events])

    @invariant()
    def every_lot_is_held_with_what_is_left_of_it(self) -> None:
        """None is lost, none is held twice, none shares an id, all stand in their order."""
        held = self.portfolio.holdings.positions
        assert [
            (key, p.symbol, p.quantity, p.entry_price, p.entry_on) for key, p in held.items()
        ] == [
            (key, lot.symbol, lot.quantity, lot.entry_price, lot.entry_on)
            for key, lot in self.model.lots.items()
        ]
        assert {key: p.open_quantity for key, p in held.items()} == {
            key: self.model.left(key) for key in self.model.lots
        }

    @invariant()
    def nothing_is_closed_that_was_not_held(self) -> None:
        """What is open lies between nothing and the quantity, at the end and on each day."""
        for position in self.portfolio.holdings.positions.values():
            for day in (OPENING_DAY, MONDAY, TUESDAY):
                assert 0 <= position.quantity_after(day) / position.quantity <= 1
            assert 0 <= position.open_quantity / position.quantity <= 1

    @invariant()
    def every_flow_stands_as_it_was_first_noted(self) -> None:
        """None twice, none that was taken back."""
        assert {k: (f.on, f.amount) for k, f in self.portfolio.flows.items()} == self.flows

    @invariant()
    def a_replay_agrees_with_the_aggregate(self) -> None:
        """Same state from the same events, also as the store gives them back."""
        assert state_of(self._replayed()) == state_of(self.portfolio)


def met(decision: Callable[[], object]) -> Refusal:
    """The kind of refusal that a decision meets."""
    try:
        decision()
    except DomainError as refusal:
        return type(refusal)
    return None


def terms_of(lot: PositionTerms) -> tuple[str, Decimal, Decimal, date]:
    """What a lot was opened as."""
    return lot.symbol, lot.quantity, lot.entry_price, lot.entry_on


def open_of(positions: Iterable[PositionTerms]) -> dict[tuple[str, bool], Decimal]:
    """How much is open of each symbol, long apart from short."""
    sums: dict[tuple[str, bool], Decimal] = defaultdict(Decimal)
    for position in positions:
        sums[position.symbol, position.quantity > 0] += position.open_quantity
    return {side: left for side, left in sums.items() if left}


Keeping.TestCase.settings = settings(max_examples=50, stateful_step_count=15)
TestKeeping = Keeping.TestCase
