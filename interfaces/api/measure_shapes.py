"""The shapes of answers about measures: what all of them say, and the figures of each (spec 4.7).

A measure's figures are published as the domain has them: its fields stand beside what every answer
says. The examples are of a real portfolio, written by `python -m tests.support.measure_examples`.
"""

import json
from dataclasses import fields
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, get_type_hints
from uuid import UUID

import msgspec
from pydantic import BaseModel, create_model

from domain.risk.finding import Finding, Quality, Skipped
from interfaces.api.answer_shapes import NOTHING_EXAMPLE, Answered, LineQuality, Unanswered
from interfaces.api.documenting import OWN_PORTFOLIO, answers, example
from interfaces.values import PORTFOLIO_EXAMPLE, Instant

_POOLED: dict[str, Any] = {
    "portfolio_ids": [PORTFOLIO_EXAMPLE],
    "weighted": 0.35,
    "portfolios": [
        {"portfolio_id": PORTFOLIO_EXAMPLE, "name": "Retirement", "weight": 1.0, "figure": 0.35}
    ],
}


class MeasureQuality(LineQuality):
    """What a measure rests on.

    `observations` counts the returns, or valuations, that entered. Of `positions_total` lines held
    `positions_analyzed` entered; the symbols of the others are `skipped`.
    """

    skipped: list[Skipped]


class Measured(Answered):
    """What every answer about a measure says first. Its figures are numbers, rounded, not exact.

    `recorded_at` is when a run recorded the figures, null where they were taken for this answer.
    From `stale_from` on they lack something that was recorded or learnt since, until the next
    calculation; null where none does.
    """

    recorded_at: Instant | None
    stale_from: date | None
    data_quality: MeasureQuality
    portfolio_id: UUID


class PooledPart(BaseModel):
    """A portfolio of several: its share of their NAV, and the measure's main figure of it alone.

    Both are null where there is none.
    """

    portfolio_id: UUID
    name: str
    weight: float | None
    figure: float | None


class PooledMeasured(Answered):
    """What answers about pooled portfolios say first: their positions are taken as one book.

    `weighted` is the sum of weight x figure of the portfolios, which knows nothing of how their
    risks go together; null where a measure has no main figure, or a portfolio has none.
    """

    data_quality: MeasureQuality
    portfolio_ids: list[UUID]
    weighted: float | None
    portfolios: list[PooledPart]


class NotMeasured(Unanswered):
    """No figure, and why: not an error."""

    model_config = example(NOTHING_EXAMPLE)

    data_quality: MeasureQuality
    portfolio_id: UUID


class NotPooled(Unanswered):
    """No figure of several portfolios, and why: not an error."""

    model_config = example(
        {
            **{name: told for name, told in NOTHING_EXAMPLE.items() if name != "portfolio_id"},
            "reason": {"code": "markets_differ", "text": "Some are of another market."},
            "portfolio_ids": [PORTFOLIO_EXAMPLE],
        }
    )

    data_quality: MeasureQuality
    portfolio_ids: list[UUID]


def of_one(name: str, figures: type[Any], *codes: str) -> dict[str, Any]:
    """How a route says that it answers about a measure of a portfolio; `codes` it refuses with."""
    return _documented(measured_shape(name, figures), NotMeasured, *codes)


def of_several(name: str, figures: type[Any], *codes: str) -> dict[str, Any]:
    """The same about several portfolios pooled."""
    return _documented(pooled_shape(name, figures), NotPooled, *codes)


def _documented(shape: Any, otherwise: type[BaseModel], *codes: str) -> dict[str, Any]:
    responses = answers(shape, *OWN_PORTFOLIO, *codes, otherwise=otherwise)
    return {"response_model": shape | otherwise, "responses": responses}


def measured_shape(name: str, figures: type[Any]) -> Any:
    """The shape of the answer about a measure: what all say, and the fields of its figures."""
    return _shape(f"{figures.__name__}Answer", figures, Measured, _examples()[name])


def pooled_shape(name: str, figures: type[Any]) -> Any:
    """The same about several portfolios pooled."""
    of_one = _examples()[name]
    own = ("recorded_at", "stale_from", "portfolio_id")
    told = {field: value for field, value in of_one.items() if field not in own}
    return _shape(f"Pooled{figures.__name__}Answer", figures, PooledMeasured, told | _POOLED)


def _shape(name: str, figures: type[Any], base: type[BaseModel], example_of: Any) -> Any:
    hints = get_type_hints(figures)
    own: dict[str, Any] = {field.name: (hints[field.name], ...) for field in fields(figures)}
    return create_model(
        name,
        __base__=base,
        __doc__=figures.__doc__,
        __cls_kwargs__={"json_schema_extra": {"examples": [example_of]}},
        **own,
    )


def quality_told(quality: Quality) -> dict[str, Any]:
    """What a measure rests on, as answers have it."""
    told: dict[str, Any] = msgspec.to_builtins(quality)
    return {"flag": quality.flag, **told}


def finding_told(finding: Finding[Any], about: dict[str, Any]) -> bytes:
    """The answer about a measure as JSON; `about` says of what and when."""
    quality = {"data_quality": quality_told(finding.quality)}
    if finding.figures is None:
        kept = ("calculation_date", "portfolio_id", "portfolio_ids")
        about = {name: value for name, value in about.items() if name in kept}
        told = {"available": False, "reason": finding.reason, **about, **quality}
    else:
        figures = {
            field.name: getattr(finding.figures, field.name) for field in fields(finding.figures)
        }
        told = {"available": True, "reason": None, **about, **quality, **figures}
    return msgspec.json.encode(told)


@cache
def _examples() -> dict[str, Any]:
    file = files("interfaces").joinpath("api", "measure_examples.json")
    examples: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return examples
