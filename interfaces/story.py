"""Events in words: what an owner did, what happened to a portfolio, or to a user (spec 7.4, 8)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from application.ports import Recorded
from domain.kernel import Event
from domain.portfolio import Portfolio
from domain.position import Position
from interfaces.account_types import ACCOUNT_TYPES
from interfaces.people_story import PEOPLE_WORDS


@dataclass(frozen=True, slots=True)
class Told:
    """An event and the sentence on it."""

    recorded: Recorded
    text: str


def story_of(
    events: Iterable[Recorded],
    until: datetime | None = None,
    symbols_before: Mapping[UUID, str] | None = None,
) -> Iterator[Told]:
    """The events of one portfolio, oldest first, up to an instant, each with its sentence.

    `symbols_before` are those of positions that events before these opened.
    """
    symbols: dict[UUID, str] = defaultdict(lambda: "A position", symbols_before or {})
    for recorded in events:
        if until is not None and recorded.occurred_at > until:
            return
        event = recorded.event
        symbols |= {one.position_id: one.symbol for one in _opened(event)}
        yield Told(recorded, _WORDS[type(event)](event, symbols))


def positions_named(events: Iterable[Recorded]) -> set[UUID]:
    """The positions that the sentences on events name by their symbols."""
    return {one.event.position_id for one in events if hasattr(one.event, "position_id")}


def is_told(kind: str) -> bool:
    """Whether there are words for events of a topic."""
    return kind in _TOLD


def sentences_of(
    events: Iterable[Recorded], symbols_before: Mapping[UUID, str] | None = None
) -> Mapping[int, str]:
    """The sentences on events from anywhere, by position; those without words are left out."""
    symbols: dict[UUID, str] = defaultdict(lambda: "A position", symbols_before or {})
    told = {}
    for recorded in events:
        event, kind = recorded.event, type(recorded.event)
        symbols |= {one.position_id: one.symbol for one in _opened(event)}
        if kind in _WORDS:
            told[recorded.position] = _WORDS[kind](event, symbols)
        elif kind in PEOPLE_WORDS:
            told[recorded.position] = PEOPLE_WORDS[kind](event)
    return told


def _opened(event: Event) -> Iterable[Position]:
    if isinstance(event, Portfolio.PositionsImported):
        return event.positions
    return [event.position] if isinstance(event, Portfolio.PositionOpened) else []


Symbols = Mapping[UUID, str]


def _amount(amount: Decimal) -> str:
    return f"{amount:,.2f} USD"


def _number(number: Decimal) -> str:
    return f"{number.normalize():,f}"


def _because(reason: str) -> str:
    return f" Reason: {reason}" if reason else ""


def _some(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _account_opened(event: Portfolio.Opened, _: Symbols) -> str:
    worth = _amount(event.equity_balance)
    return (
        f"Opened as {event.account_name} with {worth} on {event.equity_as_of},"
        f" {event.price_source} prices."
    )


def _opening_corrected(event: Portfolio.OpeningCorrected, _: Symbols) -> str:
    worth = _amount(event.equity_balance)
    return f"The opening is {worth} on {event.equity_as_of}.{_because(event.reason)}"


def _action_entered(event: Portfolio.CorporateActionEntered, _: Symbols) -> str:
    of = f"{event.symbol}, ex {event.ex_on}"
    if event.kind == "split":
        return f"A split of {of}: {_number(event.value)} shares for each."
    return f"A dividend of {of}: {_number(event.value)} USD a share."


def _renamed(event: Portfolio.Renamed, _: Symbols) -> str:
    return f"Renamed to {event.name}, account {event.account_name}."


def _described(_event: Portfolio.Described, _: Symbols) -> str:
    return "Described anew."


def _type_changed(event: Portfolio.AccountTypeChanged, _: Symbols) -> str:
    return f"The type of the account is: {ACCOUNT_TYPES[event.account_type]}."


def _archived(_event: Portfolio.Archived, _: Symbols) -> str:
    return "Archived."


def _imported(event: Portfolio.PositionsImported, _: Symbols) -> str:
    opened = _some(len(event.positions), "position")
    closed = f", {_some(len(event.closings), 'closing')}" if event.closings else ""
    left_out = len(event.source.left_out)
    without = f"; {_some(left_out, 'row')} left out" if left_out else ""
    return f"Imported {event.source.file_name}: {opened}{closed}{without}."


def _reverted(event: Portfolio.ImportReverted, _: Symbols) -> str:
    return f"An import was taken back: {_some(len(event.removed), 'position')}." + _because(
        event.reason
    )


def _restored(event: Portfolio.ImportRestored, _: Symbols) -> str:
    return f"An import was brought back: {_some(len(event.restored), 'position')}."


def _position_opened(event: Portfolio.PositionOpened, _: Symbols) -> str:
    one = event.position
    at = f"{_number(one.entry_price)} USD on {one.entry_on}"
    return f"Entered by hand: {_number(one.quantity)} {one.symbol} at {at}."


def _corrected(event: Portfolio.PositionCorrected, symbols: Symbols) -> str:
    changes = event.changes
    told = [
        f"{name.replace('_', ' ')} {_number(value) if isinstance(value, Decimal) else value}"
        for name, value in changes.of_terms.items()
    ]
    if changes.notes is not None:
        told.append("notes")
    what = ", ".join(told)
    return f"{symbols[event.position_id]} corrected: {what}.{_because(event.reason)}"


def _closed(event: Portfolio.PositionClosed, symbols: Symbols) -> str:
    at = f"{_number(event.price)} USD on {event.closed_on}"
    return f"Closed {_number(event.traded)} {symbols[event.position_id]} at {at}."


def _removed(event: Portfolio.PositionRemoved, symbols: Symbols) -> str:
    return f"{symbols[event.position_id]} was removed as never held.{_because(event.reason)}"


def _expired(event: Portfolio.OptionExpired, symbols: Symbols) -> str:
    settled = f"{_number(event.settlement)} USD a share"
    return f"{symbols[event.position_id]} expired on {event.expired_on}, settled at {settled}."


def _revalued(event: Portfolio.PositionRevalued, symbols: Symbols) -> str:
    price = f"{_number(event.price)} USD from {event.revalued_on} on"
    return f"{symbols[event.position_id]} is valued at {price}.{_because(event.note)}"


def _contributed(event: Portfolio.CapitalContributed, _: Symbols) -> str:
    return f"Contributed {_amount(event.amount)} on {event.contributed_on}.{_because(event.note)}"


def _withdrawn(event: Portfolio.CapitalWithdrawn, _: Symbols) -> str:
    return f"Withdrew {_amount(event.amount)} on {event.withdrawn_on}.{_because(event.note)}"


def _flow_reverted(event: Portfolio.CashFlowReverted, _: Symbols) -> str:
    return f"A cash flow was taken back.{_because(event.reason)}"


_WORDS: Mapping[type[Event], Callable[[Any, Symbols], str]] = {
    Portfolio.Opened: _account_opened,
    Portfolio.OpeningCorrected: _opening_corrected,
    Portfolio.CorporateActionEntered: _action_entered,
    Portfolio.Renamed: _renamed,
    Portfolio.Described: _described,
    Portfolio.AccountTypeChanged: _type_changed,
    Portfolio.Archived: _archived,
    Portfolio.PositionsImported: _imported,
    Portfolio.ImportReverted: _reverted,
    Portfolio.ImportRestored: _restored,
    Portfolio.PositionOpened: _position_opened,
    Portfolio.PositionCorrected: _corrected,
    Portfolio.PositionClosed: _closed,
    Portfolio.PositionRemoved: _removed,
    Portfolio.OptionExpired: _expired,
    Portfolio.PositionRevalued: _revalued,
    Portfolio.CapitalContributed: _contributed,
    Portfolio.CapitalWithdrawn: _withdrawn,
    Portfolio.CashFlowReverted: _flow_reverted,
}
_TOLD = frozenset(kind.TOPIC for kind in (*_WORDS, *PEOPLE_WORDS))
