"""Whatever is imported and paid in whatever order: nothing is lost, nothing counted twice."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.identity import position_id
from domain.portfolio import (
    FlowAmountRefused,
    FlowBeforeOpening,
    Portfolio,
    WithdrawalOverNav,
)
from domain.position import PositionTerms
from tests.support.events import OPENING_DAY, SOURCE, number, portfolio_opened, stated
from tests.support.specification import SUBJECT

DAYS = st.integers(-3, 5).map(lambda days: OPENING_DAY + timedelta(days=days))
AMOUNTS = st.sampled_from(["-1", "0", "0.01", "12.345", "900.00", "100000.00", "100000.01"])
FLOWS = st.sampled_from(["a", "b", "c", "d"]).map(number)
TERMS = st.builds(
    stated,
    st.sampled_from(["AAPL", "SPY"]),
    st.sampled_from(["1", "-20", "0.5"]),
    entry_on=st.sampled_from([OPENING_DAY, date(2012, 7, 2)]),
)
NAV = Decimal("100000.00")


class Keeping(RuleBasedStateMachine):
    """The model: rows in a list, flows in a dict."""

    def __init__(self) -> None:
        super().__init__()
        self.portfolio = Portfolio.replay(SUBJECT, [portfolio_opened(str(NAV))])
        self.files: set[UUID] = set()
        self.rows: list[PositionTerms] = []
        self.flows: dict[UUID, tuple[date, Decimal]] = {}

    @rule(file=st.sampled_from(["one", "two", "three"]).map(number), rows=st.lists(TERMS))
    def import_file(self, file: UUID, rows: list[PositionTerms]) -> None:
        """The first time all rows come in, after that none."""
        self.portfolio.import_positions(
            file, SOURCE, rows, lambda symbol, on, lot: position_id(SUBJECT, symbol, on, lot)
        )
        if file not in self.files:
            self.files.add(file)
            self.rows += rows

    @rule(flow=FLOWS, on=DAYS, amount=AMOUNTS.map(Decimal))
    def contribute(self, flow: UUID, on: date, amount: Decimal) -> None:
        """Noted where it is money and after the opening."""
        try:
            self.portfolio.contribute(flow, on, amount, "")
        except (FlowAmountRefused, FlowBeforeOpening):
            assert not self._is_good(on, amount)
        else:
            assert self._is_good(on, amount)
            self.flows.setdefault(flow, (on, amount))

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
            self.flows.setdefault(flow, (on, -amount))

    @staticmethod
    def _is_good(on: date, amount: Decimal) -> bool:
        return on > OPENING_DAY and amount > 0 and amount == amount.quantize(Decimal("0.01"))

    @invariant()
    def every_row_is_held_under_an_id_of_its_own(self) -> None:
        """Positions are never lost, lots never share an id, lots are numbered without a gap."""
        held = self.portfolio.positions
        assert [(p.symbol, p.quantity) for p in held.values()] == [
            (terms.symbol, terms.quantity) for terms in self.rows
        ]
        lots = Counter((terms.symbol, terms.entry_on) for terms in self.rows)
        assert set(held) == {
            position_id(SUBJECT, symbol, on, n + 1)
            for (symbol, on), count in lots.items()
            for n in range(count)
        }

    @invariant()
    def every_flow_stands_as_it_was_first_noted(self) -> None:
        """None twice, none before the opening."""
        assert {k: (f.on, f.amount) for k, f in self.portfolio.flows.items()} == self.flows

    @invariant()
    def a_replay_agrees_with_the_aggregate(self) -> None:
        """Same state from the same events."""
        again = Portfolio.replay(SUBJECT, [portfolio_opened(str(NAV)), *self.portfolio.pending])
        assert vars(again) | {"_pending": None} == vars(self.portfolio) | {"_pending": None}


Keeping.TestCase.settings = settings(max_examples=50, stateful_step_count=15)
TestKeeping = Keeping.TestCase
