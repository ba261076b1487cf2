"""The shapes of answers about imports and of what they take (spec 3.6, 3.7), with examples."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from domain.position_import import Assumption, ImportMode, LeftOutRow
from domain.replacement import Change
from interfaces.api.documenting import example
from interfaces.api.positions import ShownClosing
from interfaces.files.parsed_file import ERRORS_LISTED, ParsedFile
from interfaces.values import PORTFOLIO_EXAMPLE, Amount, Instant, Reason

IMPORT_EXAMPLE = "5b4f6f7c-2f65-4f0f-8ad6-8a0a7f0d9b11"
POSITION_EXAMPLE = "2c0a4b7e-54a7-5a3c-9f5b-1d4f2b6a7c8d"
_IMPORT_URL = f"/api/v1/portfolios/{PORTFOLIO_EXAMPLE}/imports/{IMPORT_EXAMPLE}"
ERROR_EXAMPLE: dict[str, Any] = {
    "row": 6,
    "symbol": "VTSAX",
    "field": "Investment Subtype",
    "code": "ERR_POS_015",
    "value": "FUND",
    "message": "Row 6: 'FUND' is not a subtype of PUBLIC. Use STOCK, ETF, MUTUAL_FUND, BOND or "
    "CASH.",
}
ASSUMPTION_EXAMPLE: dict[str, Any] = {"text": "Cash is held as CASH_USD.", "rows": [9]}
_IMPORTED: dict[str, Any] = {
    "import_id": IMPORT_EXAMPLE,
    "portfolio_id": PORTFOLIO_EXAMPLE,
    "mode": "add",
    "source_format": "schwab",
    "account": "Individual ...632",
    "positions_imported": 24,
    "positions_closed": 0,
    "positions_failed": 1,
    "total_positions": 25,
    "warnings": [],
    "assumptions": [ASSUMPTION_EXAMPLE],
    "errors": [ERROR_EXAMPLE],
    "rejected_rows_url": f"{_IMPORT_URL}/rejected-rows",
    "difference": None,
    "restates_from": "2013-01-02",
    "message": "File imported into 'Schwab IRA': positions opened 24, left out 1. Valuations from "
    "2013-01-02 on are stale until the next calculation.",
    "calculate_url": f"/api/v1/portfolio/{PORTFOLIO_EXAMPLE}/calculate",
    "created_at": "2026-01-05T14:40:00.123456Z",
}
_ENTRY: dict[str, Any] = {
    "import_id": IMPORT_EXAMPLE,
    "portfolio_id": PORTFOLIO_EXAMPLE,
    "status": "imported",
    "mode": "add",
    "source_format": "schwab",
    "file_name": "Individual-Positions-2026-01-05.csv",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "account": "Individual ...632",
    "quantities_as_of": "2026-01-05",
    "positions_imported": 24,
    "positions_closed": 0,
    "positions_failed": 1,
    "reason": None,
    "rejected_rows_url": f"{_IMPORT_URL}/rejected-rows",
    "created_at": "2026-01-05T14:40:00.123456Z",
    "updated_at": "2026-01-05T14:40:00.123456Z",
}
_TAKEN_BACK: dict[str, Any] = {
    "import_id": IMPORT_EXAMPLE,
    "portfolio_id": PORTFOLIO_EXAMPLE,
    "status": "reverted",
    "dry_run": False,
    "positions_removed": 24,
    "positions_reopened": 0,
    "restates_from": "2013-01-02",
    "message": "Import taken back: positions removed 24. Valuations from 2013-01-02 on are stale "
    "until the next calculation.",
}
_BROUGHT_BACK: dict[str, Any] = {
    "import_id": IMPORT_EXAMPLE,
    "portfolio_id": PORTFOLIO_EXAMPLE,
    "status": "imported",
    "dry_run": False,
    "positions_restored": 24,
    "positions_closed": 0,
    "restates_from": "2013-01-02",
    "message": "Import brought back: positions restored 24. Valuations from 2013-01-02 on are "
    "stale until the next calculation.",
}


class ShownError(BaseModel):
    """One thing wrong in a file; all but code and message are null where it is of the file."""

    row: int | None
    symbol: str | None
    field: str | None
    code: str
    value: str | None
    message: str


class ShownAssumption(BaseModel):
    """What was concluded beyond the file's text, of these lines; of the whole file without any."""

    text: str
    rows: list[int]


class ShownOpening(BaseModel):
    """A lot that is opened."""

    quantity: Amount
    entry_price: Amount
    entry_date: date


class ClosedPart(ShownClosing):
    """A part of a position held before that is closed."""

    position_id: UUID


class Difference(BaseModel):
    """What replacing changes in one symbol; symbols that agree are left out."""

    symbol: str
    held: Amount
    in_file: Amount
    opens: list[ShownOpening]
    closes: list[ClosedPart]


class Imported(BaseModel):
    """What a file led to.

    `positions_imported` were opened and `positions_closed` closed, in whole or part, to make the
    portfolio agree with the file. `total_positions` are in the file, `positions_failed` rows of it
    were left out. Valuations from `restates_from` on are stale; null where there are none.
    """

    model_config = example(_IMPORTED)

    import_id: UUID
    portfolio_id: UUID
    mode: ImportMode
    source_format: str
    account: str | None
    positions_imported: int
    positions_closed: int
    positions_failed: int
    total_positions: int
    warnings: list[str]
    assumptions: list[ShownAssumption]
    errors: list[ShownError]
    rejected_rows_url: str | None
    difference: list[Difference] | None
    restates_from: date | None
    message: str
    calculate_url: str
    created_at: Instant


class ImportEntry(BaseModel):
    """One import; `reason` is why it was taken back, where it is."""

    import_id: UUID
    portfolio_id: UUID
    status: Literal["imported", "reverted"]
    mode: ImportMode
    source_format: str
    file_name: str
    sha256: str
    account: str | None
    quantities_as_of: date
    positions_imported: int
    positions_closed: int
    positions_failed: int
    reason: str | None
    rejected_rows_url: str | None
    created_at: Instant
    updated_at: Instant


class ImportList(BaseModel):
    """A page of imports, newest first, and how many there are in all."""

    model_config = example({"total": 1, "imports": [_ENTRY]})

    total: int
    imports: list[ImportEntry]


class ShownLeftOutRow(BaseModel):
    """A row that was not imported because of errors with these codes."""

    row: int
    symbol: str | None
    codes: list[str]


class ImportDetail(ImportEntry):
    """One import with what it assumed and what it left out."""

    model_config = example(
        {
            **_ENTRY,
            "assumptions": [ASSUMPTION_EXAMPLE],
            "left_out": [{"row": 6, "symbol": "VTSAX", "codes": ["ERR_POS_015"]}],
        }
    )

    assumptions: list[ShownAssumption]
    left_out: list[ShownLeftOutRow]


class RevertBody(BaseModel):
    """Why an import is taken back; with `dry_run` only what that would change is told."""

    reason: Reason = Field(default="", examples=["The file was of another account."])
    dry_run: bool = False


class RedoBody(BaseModel):
    """With `dry_run` only what bringing an import back would change is told."""

    dry_run: bool = False


class TakenBack(BaseModel):
    """An import taken back: its positions are gone, what it had closed is held again."""

    model_config = example(_TAKEN_BACK)

    import_id: UUID
    portfolio_id: UUID
    status: Literal["reverted"] = "reverted"
    dry_run: bool
    positions_removed: int
    positions_reopened: int
    restates_from: date | None
    message: str


class BroughtBack(BaseModel):
    """A reverted import brought back, with all it had opened and closed."""

    model_config = example(_BROUGHT_BACK)

    import_id: UUID
    portfolio_id: UUID
    status: Literal["imported"] = "imported"
    dry_run: bool
    positions_restored: int
    positions_closed: int
    restates_from: date | None
    message: str


def shown_errors(parsed: ParsedFile) -> list[ShownError]:
    """The errors of a file as answers list them."""
    return [
        ShownError(
            row=error.row,
            symbol=error.symbol,
            field=error.field,
            code=error.code,
            value=error.value,
            message=error.message,
        )
        for error in parsed.errors[:ERRORS_LISTED]
    ]


def shown_assumptions(assumptions: Iterable[Assumption]) -> list[ShownAssumption]:
    """Assumptions as answers list them."""
    return [ShownAssumption(text=one.text, rows=list(one.rows)) for one in assumptions]


def shown_left_out(rows: Iterable[LeftOutRow]) -> list[ShownLeftOutRow]:
    """Left-out rows as answers list them."""
    return [ShownLeftOutRow(row=row.row, symbol=row.symbol, codes=list(row.codes)) for row in rows]


def shown_differences(changes: Sequence[Change]) -> list[Difference]:
    """What replacing changes, symbol by symbol."""
    return [_difference(change) for change in changes]


def _difference(change: Change) -> Difference:
    opens = [
        ShownOpening(
            quantity=opened.quantity, entry_price=opened.entry_price, entry_date=opened.entry_on
        )
        for opened in change.openings
    ]
    closes = [
        ClosedPart(
            position_id=closed.position_id,
            quantity=closed.quantity,
            price=closed.price,
            date=closed.closed_on,
        )
        for closed in change.closings
    ]
    return Difference(
        symbol=change.symbol,
        held=change.held,
        in_file=change.stated,
        opens=opens,
        closes=closes,
    )


def rejected_rows_url(portfolio_id: UUID, import_id: UUID) -> str:
    """Where the rows that an import left out are."""
    return f"/api/v1/portfolios/{portfolio_id}/imports/{import_id}/rejected-rows"
