"""A cold history of 1,900 positions, 60 symbols, 8 years: against beancount on the same trades.

Beancount reads its ledger, books the lots and values the inventory at each session's prices. Ours
starts from positions and closes: once the arithmetic alone, to the figures of every line and day
as arrays, once to the snapshots that the engine would record, some sessions at a time as a run
does. The NAV of each session is the same in all three. Run it by
`python -m tests.benchmarks.cold_history`.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from time import perf_counter

from beancount.core import convert, data, prices
from beancount.core.inventory import Inventory
from beancount.loader import load_string

from application.stale_days import SESSIONS_IN_A_SAVE
from domain.money import money
from tests.benchmarks.row import Row, show
from tests.support.long_histories import NAV, LongHistory, long_history

POSITIONS, SYMBOLS, YEARS = 1_900, 60, 8
ROUNDS = 5
GOAL = 10
_WHAT = f"Cold history of {POSITIONS:,} positions, {SYMBOLS} symbols, {YEARS} years"
_HELD = "Assets:Held"
_SHORT = "Assets:Short"


def measure() -> list[Row]:
    """Two rows: the arithmetic alone, and all the way to snapshots.

    Raises:
        ValueError: a session has another NAV in one of the three.
    """
    history = long_history(POSITIONS, SYMBOLS, YEARS)
    ledger = "\n".join(_ledger(history)) + "\n"
    arithmetic, snapshots, peer = [], [], []
    for _ in range(ROUNDS):
        fast, by_arithmetic = _timed(lambda: _navs(history))
        slow, by_snapshots = _timed(
            lambda: [day.nav for day in history.snapshots(SESSIONS_IN_A_SAVE)]
        )
        other, by_beancount = _timed(lambda: list(_valued(ledger, history)))
        if not by_arithmetic == by_snapshots == by_beancount:
            raise ValueError("The NAV of a session differs.")
        arithmetic.append(fast)
        snapshots.append(slow)
        peer.append(other)
    return [
        _row("the arithmetic", arithmetic, peer, "figures of every line and day, as arrays"),
        _row("to snapshots", snapshots, peer, "every line and day as it would be recorded"),
    ]


def _row(how: str, ours: list[float], peer: list[float], note: str) -> Row:
    return Row(
        what=f"{_WHAT}, {how}",
        against="beancount",
        ours=tuple(ours),
        peer=tuple(peer),
        goal=GOAL,
        note=f"{note}; equal NAV on each session",
    )


def _timed(work: Callable[[], list[Decimal]]) -> tuple[float, list[Decimal]]:
    began = perf_counter()
    navs = work()
    return perf_counter() - began, navs


def _navs(history: LongHistory) -> list[Decimal]:
    return [money(nav) for figures in history.figures() for nav in figures.nav.tolist()]


def _ledger(history: LongHistory) -> Iterator[str]:
    """The account as a beancount ledger; a lot's label is its position."""
    opening = history.sessions[0]
    for account in (_HELD, _SHORT, "Assets:Cash", "Equity:Owner"):
        yield f"{opening} open {account}"
    yield f'{opening} * "Opening"\n  Assets:Cash  {NAV} USD\n  Equity:Owner'
    for symbol, closes in history.learnt.items():
        for close in closes:
            yield f"{close.session} price {symbol} {close.price} USD"
    for number, position in enumerate(history.positions):
        account = _HELD if position.quantity > 0 else _SHORT
        lot = f'{{{position.entry_price} USD, {position.entry_on}, "{number}"}}'
        cost = position.quantity * position.entry_price
        yield f'{position.entry_on} * "Entry"\n  Assets:Cash  {-cost} USD'
        yield f"  {account}  {position.quantity} {position.symbol} {lot}"
        for closing in position.closings:
            proceeds = closing.quantity * closing.price
            yield f'{closing.closed_on} * "Exit"\n  Assets:Cash  {proceeds} USD\n  Equity:Owner'
            yield f"  {account}  {-closing.quantity} {position.symbol} {lot}"


def _valued(ledger: str, history: LongHistory) -> Iterator[Decimal]:
    """The NAV of each session, from the text of the ledger on."""
    entries, errors, _ = load_string(ledger)
    if errors:
        raise ValueError(f"beancount refused the ledger: {errors[0]}")
    known = prices.build_price_map(entries)  # type: ignore[no-untyped-call]  # as it comes
    waiting = [entry for entry in entries if isinstance(entry, data.Transaction)][::-1]
    held = Inventory()
    for session in history.sessions:
        while waiting and waiting[-1].date <= session:
            for posting in waiting.pop().postings:
                if posting.account.startswith("Assets:"):
                    held.add_position(posting)
        worth = held.reduce(convert.get_value, known, session)  # type: ignore[no-untyped-call]  # as it comes
        yield worth.get_currency_units("USD").number


def main() -> None:
    """Print the rows."""
    show(measure())


if __name__ == "__main__":
    main()
