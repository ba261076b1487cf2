"""Days that were said again: what differs line by line, and what led to it (spec 7.4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from application.time_travel import Origin, TimeTravel
from domain.daily_valuation import DailyValuation
from domain.identity import daily_valuation_id
from domain.restatement import Restatement
from domain.snapshot import Snapshot

RestatedDay = tuple[UUID, date, int]
"""A portfolio, a session of it, and a version of that which is not the first."""

_OF_STREAMS = ("portfolio", DailyValuation.TOPIC)


@dataclass(frozen=True, slots=True)
class RestatedDays:
    """Reads what is known of some restatements out of log and price book."""

    travel: TimeTravel

    def roots(self, causes: Iterable[str]) -> Mapping[str, Origin]:
        """Of causes, as versions name them, the event or the row of the price book.

        Neither where it is none of them, such as a change of the rules.
        """
        named = {cause: cause.partition(":") for cause in causes}
        streams = {
            cause: _stream(name) for cause, (kind, _, name) in named.items() if kind in _OF_STREAMS
        }
        events = {
            (one.aggregate_id, one.version): one
            for one in (self.travel.log.chosen(list(streams.values())) if streams else ())
        }
        return {
            cause: Origin(
                caused_by=cause,
                through=0,
                event=events.get(streams[cause]) if cause in streams else None,
                row=self.travel.rows.row(int(name)) if kind == "price_book" else None,
            )
            for cause, (kind, _, name) in named.items()
        }

    def differences(self, days: Iterable[RestatedDay]) -> Mapping[RestatedDay, Restatement]:
        """What each of the days says otherwise than the version before, by line."""
        streams = {day: daily_valuation_id(day[0], day[1]) for day in days}
        wanted = {(streams[day], day[2] - back) for day in streams for back in (0, 1)}
        snapshots = {
            (one.aggregate_id, one.version): one.event
            for one in (self.travel.log.chosen(sorted(wanted)) if wanted else ())
            if isinstance(one.event, Snapshot)
        }
        return {
            day: _difference(snapshots[stream, day[2] - 1], snapshots[stream, day[2]])
            for day, stream in streams.items()
        }


def _stream(name: str) -> tuple[UUID, int]:
    stream, _, version = name.partition("@")
    return UUID(stream), int(version)


def _difference(before: Snapshot, after: Snapshot) -> Restatement:
    if isinstance(after, DailyValuation.SnapshotRestated):
        return Restatement.between(before, after, after.reason, after.caused_by)
    return Restatement.between(before, after, "", "")
