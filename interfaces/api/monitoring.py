"""How things stand, as the dashboard shows it (spec 4.9, 9.4)."""

from collections.abc import Sequence

from fastapi import APIRouter
from pydantic import BaseModel

from application.tallies import Count
from interfaces.api.access import Asked, Superuser
from interfaces.api.documenting import SUPERUSER, answers, example
from interfaces.monitoring import RULES, take_readings
from interfaces.values import Instant

router = APIRouter(prefix="/admin/monitoring", tags=["Administration"])


class ShownAlert(BaseModel):
    """A rule, and whether it is broken; `value` and `limit` are in `unit`."""

    name: str
    is_firing: bool
    meaning: str
    value: float
    limit: float
    unit: str


class ShownCount(BaseModel):
    """How often something ended how since yesterday; `seconds` is what it took together."""

    what: str
    outcome: str
    code: str
    times: int
    seconds: float


class Monitoring(BaseModel):
    """Rules as the pager knows them, and what they were judged by."""

    model_config = example(
        {
            "read_at": "2026-01-05T14:30:00.123456Z",
            "alerts": [
                {
                    "name": "RoomsBehind",
                    "is_firing": False,
                    "meaning": "A read model lags behind the log for more than a minute.",
                    "value": 0.0,
                    "limit": 60.0,
                    "unit": "seconds",
                }
            ],
            "counts": [
                {
                    "what": "runs",
                    "outcome": "completed",
                    "code": "",
                    "times": 12,
                    "seconds": 0.0,
                }
            ],
            "live_runs": 1,
            "lag_events": 0,
        }
    )

    read_at: Instant
    alerts: list[ShownAlert]
    counts: list[ShownCount]
    live_runs: int
    lag_events: int


@router.get("", summary="How things stand", responses=answers(Monitoring, *SUPERUSER))
def show_monitoring(program: Asked, _user: Superuser) -> Monitoring:
    """The alert rules evaluated now, and the counts since yesterday (UTC)."""
    readings = take_readings(program)
    return Monitoring(
        read_at=readings.read_at,
        alerts=[
            ShownAlert(
                name=rule.name,
                is_firing=rule.is_broken(readings),
                meaning=rule.meaning,
                value=rule.value(readings),
                limit=rule.limit(readings),
                unit=rule.unit,
            )
            for rule in RULES
        ],
        counts=_shown(readings.recent),
        live_runs=readings.live_runs,
        lag_events=readings.lag_events,
    )


def _shown(counts: Sequence[Count]) -> list[ShownCount]:
    return [
        ShownCount(
            what=one.what,
            outcome=one.outcome,
            code=one.code,
            times=one.times,
            seconds=one.seconds,
        )
        for one in counts
    ]
