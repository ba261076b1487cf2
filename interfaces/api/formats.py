"""Which files are read, and how a user gets one (spec 3.6)."""

from dataclasses import asdict

from fastapi import APIRouter
from pydantic import BaseModel

from interfaces.api.documenting import TOO_MANY, answers, example
from interfaces.files.guide import Guide
from interfaces.files.recognition import GUIDES

router = APIRouter(prefix="/onboarding", tags=["Onboarding"])

_FORMATS = {
    "formats": [
        {
            "name": "template",
            "title": "SigmaSight template",
            "file_name": "sigmasight_portfolio_template.csv",
            "how_to_export": "Download the template, fill in a row for each position, save it.",
            "has_cost": True,
            "has_entry_dates": True,
            "where_cost": "The column Entry Price Per Share has it.",
            "where_dates": "The column Entry Date has them.",
            "assumptions": [],
            "documentation": "docs/import/template.md",
        }
    ]
}


class Format(BaseModel):
    """A file format that is recognised by its content.

    `has_cost` and `has_entry_dates` say what such a file tells; where it does not, the upload
    needs `default_entry_price` or `default_entry_date`.
    """

    name: str
    title: str
    file_name: str
    how_to_export: str
    has_cost: bool
    has_entry_dates: bool
    where_cost: str
    where_dates: str
    assumptions: list[str]
    documentation: str


class FormatList(BaseModel):
    """All formats that are recognised."""

    model_config = example(_FORMATS)

    formats: list[Format]


@router.get(
    "/formats", summary="File formats that are read", responses=answers(FormatList, TOO_MANY)
)
def list_formats() -> FormatList:
    """The brokers' exports that are read as they are, and our own formats."""
    return FormatList(formats=list(map(_format, GUIDES)))


def _format(guide: Guide) -> Format:
    return Format(**{**asdict(guide), "assumptions": list(guide.assumptions)})
