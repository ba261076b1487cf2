"""The market of a simulation: what shares close at, and a provider that tells it more or less."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from application.ports import Close, Fetched, TradingCalendar
from application.security_ports import LookedUp, Security
from domain.corporate_action import CorporateAction
from tests.simulator.dice import Dice

SYMBOLS = ("AAPL", "IBM", "KO", "MSFT", "SPLT", "XOM")
UNKNOWN = "GONE"
SPLITTING = "SPLT"
_RATIO = 2

Span = tuple[date, date]


@dataclass(frozen=True, slots=True)
class SimulatedMarket:
    """What is true: each symbol has a close on every session from `listed_on` on.

    The shares of one symbol are split on `split_on`, and another one pays a dividend that day.
    """

    calendar: TradingCalendar
    listed_on: date
    split_on: date

    def close(self, symbol: str, session: date) -> Decimal:
        """What a share closes at, USD."""
        number = sum(map(ord, symbol))
        cents = 4000 + number * 10 + (session.toordinal() * 7 + number) % 97
        if symbol == SPLITTING and session >= self.split_on:
            cents //= _RATIO
        return Decimal(cents).scaleb(-2)

    def closes(self, symbol: str, span: Span, source: str) -> list[Close]:
        """The closes of a symbol within a span, if there are any."""
        if symbol not in SYMBOLS:
            return []
        sessions = self.calendar.sessions(max(span[0], self.listed_on), span[1])
        return [Close(symbol, day, self.close(symbol, day), source) for day in sessions]

    def actions(self, spans: Mapping[str, Span], source: str) -> list[CorporateAction]:
        """The split and the dividend of those who ask for them."""
        known = [
            CorporateAction(SPLITTING, self.split_on, "split", Decimal(_RATIO), source),
            CorporateAction("KO", self.split_on, "dividend", Decimal("0.46"), source),
        ]
        return [
            action
            for action in known
            if (span := spans.get(action.symbol)) and span[0] <= action.ex_on <= span[1]
        ]


@dataclass(slots=True)
class MoodyProvider:
    """Implements `PriceSource`: tells the truth, or fails in a way that the dice choose.

    While it is calm it does not fail.
    """

    market: SimulatedMarket
    dice: Dice
    name: str = "yahoo"
    is_calm: bool = False

    def fetch(self, spans: Mapping[str, Span]) -> Fetched:
        """See `PriceSource.fetch`."""
        mood = self.dice.choices([*_MOODS], [share for share, _ in _MOODS.values()])[0]
        closes = [c for s in sorted(spans) for c in self.market.closes(s, spans[s], self.name)]
        answered = {close.symbol for close in closes}
        told = Fetched(
            closes=closes,
            actions=self.market.actions(spans, self.name),
            missing=sorted(spans.keys() - answered),
        )
        return told if self.is_calm else _MOODS[mood][1](told, self.dice)

    def look_up(self, symbols: Sequence[str]) -> LookedUp:
        """See `SecuritySource.look_up`."""
        if self.dice.happens(0.1) and not self.is_calm:
            return LookedUp(warnings=["yahoo cannot be reached."])
        known = [
            Security(symbol=symbol, source=self.name, name=f"{symbol} Inc.", sector="Energy")
            for symbol in symbols
            if symbol in SYMBOLS
        ]
        return LookedUp(known, [symbol for symbol in symbols if symbol not in SYMBOLS])


def _well(told: Fetched, _dice: Dice) -> Fetched:
    return told


def _down(_told: Fetched, _dice: Dice) -> Fetched:
    return Fetched(warnings=["yahoo cannot be reached."], is_outage=True)


def _late(told: Fetched, _dice: Dice) -> Fetched:
    """The last session is not there yet."""
    last = max((close.session for close in told.closes), default=date.min)
    return replace(told, closes=[close for close in told.closes if close.session < last])


def _partly(told: Fetched, dice: Dice) -> Fetched:
    """Some symbols are not answered."""
    left_out = {symbol for symbol in SYMBOLS if dice.happens(0.5)}
    return Fetched(
        closes=[close for close in told.closes if close.symbol not in left_out],
        actions=[action for action in told.actions if action.symbol not in left_out],
        missing=sorted({*told.missing, *left_out}),
        warnings=["yahoo did not answer for some symbols."],
    )


def _nonsense(told: Fetched, dice: Dice) -> Fetched:
    """Prices that are none, or of a symbol nobody asked for."""
    spoil: Sequence[Callable[[Close], Close]] = (
        lambda close: replace(close, price=Decimal(0)),
        lambda close: replace(close, price=-close.price),
        lambda close: replace(close, price=Decimal("NaN")),
        lambda close: replace(close, price=close.price * 100),
        lambda close: replace(close, symbol="OTHER"),
    )
    spoilt = [dice.choice(spoil)(c) if dice.happens(0.2) else c for c in told.closes]
    return replace(told, closes=spoilt)


_MOODS: Mapping[str, tuple[float, Callable[[Fetched, Dice], Fetched]]] = {
    "well": (0.7, _well),
    "down": (0.1, _down),
    "late": (0.08, _late),
    "partly": (0.07, _partly),
    "nonsense": (0.05, _nonsense),
}
