"""A version of a day computed again from what its manifest names (spec 7.4)."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from application.recomputation import Recomputed
from interfaces.api.access import Asked, ReadablePortfolio
from interfaces.api.documenting import OWN_PORTFOLIO, answers, example
from interfaces.api.restatement_shapes import ShownRestatement, shown_restatement
from interfaces.recomputing import sentence_on
from interfaces.values import PORTFOLIO_EXAMPLE, Day

router = APIRouter(prefix="/audit/valuations/{portfolio_id}", tags=["Audit"])

_DIGEST = "5f0c3d0a6f1e8b7c9d2e4a6b8c0d1e2f3a4b5c6d7e8f9a0b1c2d3e4f5a6b7c8d"


class Recomputation(BaseModel):
    """A version as it was recorded, and as it is computed again from what it names.

    Digests are SHA-256 of what the event says, `difference` is by line where they differ. Where
    other rules made the version, `equal` and `computed_sha256` are null: nothing is computed.
    `available` is false where there is no such version.
    """

    model_config = example(
        {
            "portfolio_id": PORTFOLIO_EXAMPLE,
            "date": "2013-03-01",
            "available": True,
            "version": 1,
            "portfolio_version": 2,
            "prices_known": 40100,
            "engine_version": 2,
            "engine_version_now": 2,
            "equal": True,
            "recorded_sha256": _DIGEST,
            "computed_sha256": _DIGEST,
            "text": "What it names gives the same bytes.",
            "difference": None,
        }
    )

    portfolio_id: UUID
    date: date
    available: bool
    version: int | None
    portfolio_version: int | None
    prices_known: int | None
    engine_version: int | None
    engine_version_now: int | None
    equal: bool | None
    recorded_sha256: str | None
    computed_sha256: str | None
    text: str
    difference: ShownRestatement | None


@router.post(
    "/{session}/recompute",
    summary="Compute a version of a day again",
    responses=answers(Recomputation, *OWN_PORTFOLIO),
)
def recompute(
    program: Asked,
    portfolio: ReadablePortfolio,
    session: Annotated[Day, Path()],
    version: Annotated[int | None, Query(ge=1, description="The latest where left out.")] = None,
) -> Recomputation:
    """By the events and price rows that it knew, and no others; nothing is changed."""
    own = portfolio.portfolio_id
    found = program.recomputation.of(own, session, version)
    told: dict[str, Any] = _told(found) if found else dict.fromkeys(_FIELDS)
    told |= {"portfolio_id": own, "date": session, "available": found is not None}
    difference = shown_restatement(found.difference) if found and found.difference else None
    return Recomputation(**told, text=sentence_on(found), difference=difference)


_FIELDS = (
    *("version", "portfolio_version", "prices_known", "engine_version", "engine_version_now"),
    *("equal", "recorded_sha256", "computed_sha256"),
)


def _told(found: Recomputed) -> dict[str, Any]:
    snapshot = found.version.snapshot
    values = (
        *(found.version.number, snapshot.portfolio_version, snapshot.prices_known),
        *(snapshot.engine_version, found.engine_version),
        *(found.is_equal, found.recorded_digest, found.digest),
    )
    return dict(zip(_FIELDS, values, strict=True))
