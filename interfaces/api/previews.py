"""A look at a file before anything is stored (spec 3.7): the same form, the same parser."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, Field

from application.ports import Cause
from domain.instrument import InvestmentClass
from domain.money import ZERO
from domain.position import PositionTerms
from domain.position_import import ClosingPriceMissing, ImportMode
from interfaces.api.access import Asked, Reader, cause_of, own_portfolio, parse_portfolio_id
from interfaces.api.documenting import OWN_PORTFOLIO, answers, example
from interfaces.api.import_shapes import (
    ASSUMPTION_EXAMPLE,
    ERROR_EXAMPLE,
    Difference,
    ShownAssumption,
    ShownError,
    shown_assumptions,
    shown_differences,
    shown_errors,
)
from interfaces.api.onboarding import AccountForm
from interfaces.api.uploads import read_upload
from interfaces.bootstrap import Program
from interfaces.importing import FileToImport, cost_of
from interfaces.values import Amount, Text

router = APIRouter(prefix="/onboarding", tags=["Onboarding"])

_TYPES = ("LONG", "SHORT", "LC", "LP", "SC", "SP")
_PREVIEW: dict[str, Any] = {
    "source_format": "schwab",
    "file_name": "Individual-Positions-2026-01-05.csv",
    "accounts": ["Individual ...632"],
    "account": "Individual ...632",
    "as_of": "2026-01-05",
    "positions": [
        {
            "row": 4,
            "symbol": "GOOG",
            "quantity": "100.00",
            "entry_price": "580.07",
            "entry_date": "2024-01-31",
            "investment_class": "PUBLIC",
            "investment_subtype": "STOCK",
            "position_type": "LONG",
            "multiplier": 1,
            "underlying": None,
            "strike": None,
            "expiration_date": None,
            "option_type": None,
            "exit_date": None,
            "exit_price": None,
            "total_cost": "58007.00",
            "last_price": "806.19",
            "stated_as": None,
        }
    ],
    "cash": None,
    "counts": {
        "by_class": {"PUBLIC": 1, "OPTIONS": 0, "PRIVATE": 0},
        "by_type": {"LONG": 1, "SHORT": 0, "LC": 0, "LP": 0, "SC": 0, "SP": 0},
    },
    "total_positions": 1,
    "total_cost": "58007.00",
    "warnings": [],
    "assumptions": [ASSUMPTION_EXAMPLE],
    "errors": [ERROR_EXAMPLE],
    "total_errors": 1,
    "difference": None,
    "imported_before": None,
}


class PreviewForm(AccountForm):
    """A file to look at; of the account only `price_source` counts, a blank form will do."""

    portfolio_id: Text = Field(
        default="", description="The portfolio it is meant for, if there is one already."
    )
    mode: ImportMode = Field(
        default=ImportMode.ADD, description="How that portfolio would take it in."
    )


class PreviewPosition(BaseModel):
    """A position as it would be imported; what does not apply to it is null.

    `total_cost` is quantity x multiplier x entry price, in USD and negative for a short;
    `last_price` the file's own.
    """

    row: int | None
    symbol: str
    quantity: Amount
    entry_price: Amount
    entry_date: date
    investment_class: str
    investment_subtype: str | None
    position_type: str
    multiplier: int
    underlying: str | None
    strike: Amount | None
    expiration_date: date | None
    option_type: str | None
    exit_date: date | None
    exit_price: Amount | None
    total_cost: Amount
    last_price: Amount | None
    stated_as: str | None


class Counts(BaseModel):
    """How many positions there are of each investment class and of each position type."""

    by_class: dict[str, int]
    by_type: dict[str, int]


class Preview(BaseModel):
    """What a file holds and everything that is wrong with it; nothing was stored.

    `positions` are those of the rows without an error. `cash` is the sum of the file's cash rows,
    null without any. At most 1,000 of `total_errors` are listed. `difference` is what replacing
    would change, and `imported_before` the import of the same file, of the portfolio asked for.
    """

    model_config = example(_PREVIEW)

    source_format: str | None
    file_name: str
    accounts: list[str]
    account: str | None
    as_of: date | None
    positions: list[PreviewPosition]
    cash: Amount | None
    counts: Counts
    total_positions: int
    total_cost: Amount
    warnings: list[str]
    assumptions: list[ShownAssumption]
    errors: list[ShownError]
    total_errors: int
    difference: list[Difference] | None
    imported_before: UUID | None


@router.post(
    "/preview-csv",
    response_model=Preview,
    summary="Look at a file before it is imported",
    responses=answers(Preview, *OWN_PORTFOLIO, "ERR_PORT_007", "ERR_CSV_001", "ERR_CSV_002"),
)
def preview_csv(
    program: Asked,
    user: Reader,
    form: Annotated[PreviewForm, Form(media_type="multipart/form-data")],
    request: Request,
) -> Response:
    """Reads the file as importing it would, and stores nothing.

    With `portfolio_id` lots that the portfolio holds are errors, as importing has them, or with
    `mode=replace` the difference is told. What is wrong in the file is answered with 200.
    """
    if not form.portfolio_id:
        file = read_upload(program, form, form.price_source)
        return _answer(_preview(file))
    portfolio = own_portfolio(program, user, parse_portfolio_id(form.portfolio_id))
    file = read_upload(program, form, portfolio.market, form.mode)
    cause = cause_of(request, portfolio.owner_id)
    return _answer(_compared(program, portfolio.portfolio_id, file, cause))


def _answer(preview: Preview) -> Response:
    """The answer as text: made here, so that a large one does not keep other requests waiting."""
    return Response(preview.model_dump_json(), media_type="application/json")


def _compared(program: Program, portfolio_id: UUID, file: FileToImport, cause: Cause) -> Preview:
    """The file beside what the portfolio holds."""
    there = file.beside(program.imports, portfolio_id, cause)
    preview = _preview(file.without(there.held))
    preview.imported_before = there.import_id
    if file.mode is ImportMode.REPLACE and not file.is_refused:
        try:
            changes = program.imports.differences(portfolio_id, file.intake(), cause)
        except ClosingPriceMissing as refusal:
            preview.total_errors += 1
            preview.errors.append(_of_file(refusal))
        else:
            preview.difference = shown_differences(changes)
    return preview


def _of_file(refusal: ClosingPriceMissing) -> ShownError:
    return ShownError(
        row=None,
        symbol=None,
        field=None,
        code=refusal.code,
        value=None,
        message=refusal.message,
    )


def _preview(file: FileToImport) -> Preview:
    parsed = file.parsed
    positions = list(_positions(parsed.positions, parsed.last_prices))
    return Preview(
        source_format=parsed.source_format,
        file_name=file.file_name,
        accounts=list(filter(None, parsed.accounts)),
        account=parsed.account or None,
        as_of=parsed.as_of,
        positions=positions,
        cash=parsed.cash,
        counts=_counts(positions),
        total_positions=len(positions),
        total_cost=sum((position.total_cost for position in positions), ZERO),
        warnings=list(parsed.warnings),
        assumptions=shown_assumptions(parsed.assumptions),
        errors=shown_errors(parsed),
        total_errors=parsed.total_errors,
        difference=None,
        imported_before=None,
    )


def _positions(
    positions: Iterable[PositionTerms], last_prices: Mapping[str, Decimal]
) -> Iterable[PreviewPosition]:
    for stated in positions:
        yield PreviewPosition(
            row=stated.row,
            symbol=stated.symbol,
            quantity=stated.quantity,
            entry_price=stated.entry_price,
            entry_date=stated.entry_on,
            investment_class=stated.investment_class,
            investment_subtype=stated.investment_subtype,
            position_type=stated.position_type,
            multiplier=stated.multiplier,
            underlying=stated.underlying,
            strike=stated.strike,
            expiration_date=stated.expires_on,
            option_type=stated.right,
            exit_date=stated.exit_on,
            exit_price=stated.exit_price,
            total_cost=cost_of(stated),
            last_price=last_prices.get(stated.symbol),
            stated_as=stated.stated_as,
        )


def _counts(positions: Iterable[PreviewPosition]) -> Counts:
    of_class = Counter(position.investment_class for position in positions)
    of_type = Counter(position.position_type for position in positions)
    return Counts(
        by_class={kind.value: of_class[kind.value] for kind in InvestmentClass},
        by_type={kind: of_type[kind] for kind in _TYPES},
    )
