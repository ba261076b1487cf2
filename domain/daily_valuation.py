"""The valuation of one portfolio at the close of one session, and its restatements."""

from collections.abc import Iterator
from decimal import localcontext
from typing import Any, Self

from domain.errors import DomainError
from domain.identity import daily_valuation_id
from domain.kernel import Aggregate, Event
from domain.money import EXACT, ZERO
from domain.snapshot import Snapshot

_DAY_FIGURES = (
    *("nav", "flows", "cash", "long_value", "short_value"),
    *("pnl", "realized_pnl", "income"),
)
_LINE_FIGURES = (
    *("quantity", "mark_price", "mark_on", "mark_source", "mark_quality"),
    *("market_value", "cost", "proceeds", "income", "pnl", "unrealized_pnl", "realized_pnl"),
)


class BrokenIdentity(DomainError):
    """The figures of a day contradict each other: a defect of the engine, never recorded."""

    code = "ERR_VAL_002"

    def __init__(self, snapshot: Snapshot, broken: str) -> None:
        super().__init__(
            f"The valuation of {snapshot.session} was not recorded: {broken}. "
            "This is a fault of the program; please report it.",
            portfolio_id=str(snapshot.portfolio_id),
            session=snapshot.session.isoformat(),
        )


class DailyValuation(Aggregate):
    """The state of one portfolio at the close of one session.

    Its id comes from both, so that version 1 of a day exists once: a second calculation, from
    wherever, is refused by the store (spec 2.2).
    """

    TOPIC = "daily_valuation"
    latest: Snapshot

    class SnapshotCalculated(Snapshot, Event, frozen=True):
        """The session was valued for the first time."""

        TOPIC = "daily_valuation.snapshot_calculated"
        VERSION = 3

        def apply(self, valuation: "DailyValuation") -> None:
            """These are the figures of the day."""
            valuation.latest = self

    class SnapshotRestated(Snapshot, Event, frozen=True):
        """The session was valued again, with other figures, for a reason.

        `caused_by` is the event that moved them, by its aggregate and version:
        `portfolio:{id}@{version}`, or `daily_valuation:{id}@{version}` where the day before was
        valued or restated; or the row of the price book, `price_book:{row}`.
        """

        TOPIC = "daily_valuation.snapshot_restated"
        VERSION = 3
        reason: str
        caused_by: str

        def apply(self, valuation: "DailyValuation") -> None:
            """These are the figures of the day from now on."""
            valuation.latest = self

    @classmethod
    def calculate(cls, snapshot: Snapshot) -> Self:
        """Record the first valuation of a day.

        Raises:
            BrokenIdentity: ERR_VAL_002.
        """
        _check(snapshot)
        valuation = cls(daily_valuation_id(snapshot.portfolio_id, snapshot.session))
        valuation.record(cls.SnapshotCalculated(**_fields(snapshot)))
        return valuation

    def restate(self, snapshot: Snapshot, reason: str, caused_by: str) -> None:
        """Record the day again where a figure, or a line's quantity, mark or value, moved.

        Nothing to do where only versions, digests, providers or the order of lines differ.

        Raises:
            BrokenIdentity: ERR_VAL_002.
        """
        _check(snapshot)
        if _figures(snapshot) != _figures(self.latest):
            self.record(
                self.SnapshotRestated(**_fields(snapshot), reason=reason, caused_by=caused_by)
            )


def _fields(snapshot: Snapshot) -> dict[str, Any]:
    return {name: getattr(snapshot, name) for name in Snapshot.__struct_fields__}


def _figures(snapshot: Snapshot) -> tuple[Any, ...]:
    """What a restatement is about (spec 2.2).

    `previous` counts by its day: a gap that was filled; another NAV there moves one here.
    """
    previous, lines = snapshot.previous, snapshot.lines
    return (
        tuple(getattr(snapshot, name) for name in _DAY_FIGURES),
        None if previous is None else previous.session,
        dict(zip(lines.position_id, lines.rows(*_LINE_FIGURES), strict=True)),
    )


def _check(snapshot: Snapshot) -> None:
    with localcontext(EXACT):
        broken = next(_contradictions(snapshot), None)
    if broken is not None:
        raise BrokenIdentity(snapshot, broken)


def _contradictions(snapshot: Snapshot) -> Iterator[str]:
    """Which of the identities 1 to 3 of spec 2.1 the snapshot breaks."""
    previous, lines = snapshot.previous, snapshot.lines
    if snapshot.opening is not (previous is None):
        yield "an opening has no valuation before it, and every other day has one"
    if previous is None and (snapshot.pnl != 0 or snapshot.flows != 0):
        yield "an opening has neither P&L nor flows"
    if previous is not None and snapshot.nav != previous.nav + snapshot.pnl + snapshot.flows:
        yield "its NAV is not the previous NAV with P&L and flows"
    if snapshot.nav != snapshot.cash + snapshot.long_value + snapshot.short_value:
        yield "its NAV is not cash with the long and the short value"
    exposed = [
        value for cash_like, value in lines.rows("cash_like", "market_value") if not cash_like
    ]
    if snapshot.long_value != sum((value for value in exposed if value > 0), ZERO):
        yield "its long value is not the sum of its lines"
    if snapshot.short_value != sum((value for value in exposed if value < 0), ZERO):
        yield "its short value is not the sum of its lines"
    if snapshot.pnl != sum(lines.pnl, ZERO):
        yield "its P&L is not the sum of its lines"
