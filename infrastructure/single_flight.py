"""Asking a provider once for what several ask at the same time (spec 5.2)."""

from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from threading import Lock

from application.ports import Fetched, PriceSource

_Asked = tuple[str, tuple[date, date]]


@dataclass
class SingleFlight:
    """A PriceSource that fetches a symbol and span once for all who ask meanwhile.

    Within this process. Workers on other machines may ask the same at the same moment; the price
    book then learns it once, since what it knows already adds no row.
    """

    source: PriceSource
    _under_way: dict[_Asked, "Future[Fetched]"] = field(default_factory=dict)
    _one_at_a_time: Lock = field(default_factory=Lock, repr=False)

    @property
    def name(self) -> str:
        """The name of the provider behind it."""
        return self.source.name

    def fetch(self, spans: Mapping[str, tuple[date, date]]) -> Fetched:
        """What the provider answers, to this call or to one that was under way."""
        answer: Future[Fetched] = Future()
        with self._one_at_a_time:
            others = {
                s: self._under_way[s, span] for s, span in spans.items() if self._flies(s, span)
            }
            mine = {symbol: span for symbol, span in spans.items() if symbol not in others}
            self._under_way.update(dict.fromkeys(mine.items(), answer))
        fetched = self._fly(mine, answer) if mine else Fetched()
        flights = {id(flight): flight.result() for flight in others.values()}
        theirs = [_part(told, others) for told in flights.values()]
        return _together([fetched, *theirs]) if theirs else fetched

    def _flies(self, symbol: str, span: tuple[date, date]) -> bool:
        return (symbol, span) in self._under_way

    def _fly(self, mine: Mapping[str, tuple[date, date]], answer: "Future[Fetched]") -> Fetched:
        try:
            fetched = self.source.fetch(mine)
        except BaseException as fault:
            answer.set_exception(fault)
            raise
        else:
            answer.set_result(fetched)
            return fetched
        finally:
            with self._one_at_a_time:
                for asked in mine.items():
                    del self._under_way[asked]


def _part(fetched: Fetched, symbols: Iterable[str]) -> Fetched:
    """What an answer says of some symbols; its sentences stay whole."""
    wanted = set(symbols)
    return Fetched(
        closes=[close for close in fetched.closes if close.symbol in wanted],
        actions=[action for action in fetched.actions if action.symbol in wanted],
        missing=[symbol for symbol in fetched.missing if symbol in wanted],
        warnings=fetched.warnings,
        is_outage=fetched.is_outage,
    )


def _together(parts: Iterable[Fetched]) -> Fetched:
    some = list(parts)
    return Fetched(
        closes=list(chain.from_iterable(part.closes for part in some)),
        actions=list(chain.from_iterable(part.actions for part in some)),
        missing=list(chain.from_iterable(part.missing for part in some)),
        warnings=list(dict.fromkeys(chain.from_iterable(part.warnings for part in some))),
        is_outage=all(part.is_outage for part in some),
    )
