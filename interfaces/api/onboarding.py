"""The way in: register, get the template, open an account with a file (spec 4.3, 4.4)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, Field

from application.commands import AccountTexts, OpenPortfolio, RegisterUser
from application.portfolios import OpenedPortfolio
from application.ports import Market
from domain.account import AccountType
from interfaces.api.access import Asked, SignedIn, cause_of, show_position
from interfaces.api.documenting import SIGNED_IN, TOO_MANY, command_answers, example, refusals
from interfaces.api.import_shapes import (
    ASSUMPTION_EXAMPLE,
    IMPORT_EXAMPLE,
    ShownAssumption,
    ShownError,
    rejected_rows_url,
    shown_assumptions,
    shown_errors,
)
from interfaces.api.uploads import FileForm, check, read_upload
from interfaces.files.template.template import TEMPLATE_FILE_NAME, template_csv
from interfaces.importing import FileToImport
from interfaces.values import PORTFOLIO_EXAMPLE, Amount, Instant, Text

router = APIRouter(prefix="/onboarding", tags=["Onboarding"])

_REGISTERED = {
    "user_id": "0c2f5f0e-6d8e-5b6b-9b5a-0d5a3c2b1a09",
    "email": "ada@example.com",
    "full_name": "Ada Lovelace",
    "created_at": "2026-01-05T14:30:00.123456Z",
    "message": "Welcome, Ada Lovelace. Sign in to go on.",
    "next_step": {"action": "login", "method": "POST", "url": "/api/v1/auth/login"},
}
_CALCULATE = f"/api/v1/portfolio/{PORTFOLIO_EXAMPLE}/calculate"
_OPENED = {
    "portfolio_id": PORTFOLIO_EXAMPLE,
    "portfolio_name": "Retirement",
    "account_name": "Schwab IRA",
    "account_type": "ira",
    "equity_balance": "500000.00",
    "positions_imported": 25,
    "positions_failed": 0,
    "total_positions": 25,
    "import_id": IMPORT_EXAMPLE,
    "source_format": "fidelity",
    "price_source": "live",
    "warnings": [],
    "assumptions": [ASSUMPTION_EXAMPLE],
    "errors": [],
    "rejected_rows_url": None,
    "calculate_url": _CALCULATE,
    "message": "Opened 'Schwab IRA' with 25 positions. Calculate it to see what it is worth.",
    "next_step": {"action": "calculate", "method": "POST", "url": _CALCULATE},
    "created_at": "2026-01-05T14:35:00.123456Z",
}
_ACCOUNT_CODES = [f"ERR_PORT_{n:03}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)]


class NextStep(BaseModel):
    """What to ask for next."""

    action: str
    method: str
    url: str


class RegisterBody(BaseModel):
    """Who registers; missing fields count as blank."""

    email: Text = Field(default="", examples=["ada@example.com"])
    password: Text = Field(default="", repr=False, examples=["Difference1Engine"])
    full_name: Text = Field(default="", examples=["Ada Lovelace"])
    invite_code: Text = Field(default="", examples=["the code of your invitation"])


class Registered(BaseModel):
    """A user who can sign in from now on."""

    model_config = example(_REGISTERED)

    user_id: UUID
    email: str
    full_name: str
    created_at: Instant
    message: str
    next_step: NextStep


class AccountFields(BaseModel):
    """An account; missing fields count as blank."""

    portfolio_name: Text = Field(default="", examples=["Retirement"])
    account_name: Text = Field(default="", examples=["Schwab IRA"])
    account_type: Text = Field(default="", examples=[AccountType.IRA.value])
    equity_balance: Text = Field(default="", examples=["500000.00"])
    description: Text = Field(default="", examples=["Rolled over in 2024"])
    equity_as_of: Text = Field(
        default="",
        description="The day the balance was true, YYYY-MM-DD; blank is the latest session.",
        examples=["2026-01-02"],
    )
    price_source: Market = Field(
        default="live", description="`sample` is valued from bundled real prices up to 2013-03-01."
    )


class AccountForm(FileForm, AccountFields):
    """An account and the file with its positions."""


class Opened(BaseModel):
    """An account with its positions. Nothing has been valued yet.

    `total_positions` are in the file, `positions_failed` rows of it were left out.
    """

    model_config = example(_OPENED)

    portfolio_id: UUID
    portfolio_name: str
    account_name: str
    account_type: AccountType
    equity_balance: Amount
    positions_imported: int
    positions_failed: int
    total_positions: int
    import_id: UUID
    source_format: str
    price_source: Market
    warnings: list[str]
    assumptions: list[ShownAssumption]
    errors: list[ShownError]
    rejected_rows_url: str | None
    calculate_url: str
    message: str
    next_step: NextStep
    created_at: Instant


@router.post(
    "/register",
    status_code=201,
    summary="Register by invite",
    responses=command_answers(
        Registered,
        *("ERR_INVITE_001", "ERR_INVITE_002", "ERR_INVITE_003", "ERR_INVITE_004"),
        *("ERR_USER_001", "ERR_USER_002", "ERR_USER_003", "ERR_USER_004"),
        *("ERR_REQUEST_001", TOO_MANY, "ERR_BUSY_001"),
        status=201,
    ),
)
def register(
    program: Asked, request: Request, response: Response, body: RegisterBody | None = None
) -> Registered:
    """Creates a user. Says nothing about an address to those without an invite."""
    body = body or RegisterBody()
    registration = program.users.register(
        RegisterUser(
            email=body.email,
            password=body.password,
            full_name=body.full_name,
            invite_code=body.invite_code,
        ),
        cause_of(request),
    )
    show_position(program, response, registration.position)
    user = program.users_room.one(registration.user_id)
    return Registered(
        user_id=registration.user_id,
        email=registration.email,
        full_name=registration.full_name,
        created_at=user.created_at if user else registration.created_at,
        message=f"Welcome, {registration.full_name}. Sign in to go on.",
        next_step=NextStep(action="login", method="POST", url="/api/v1/auth/login"),
    )


@router.get(
    "/csv-template",
    response_class=Response,
    summary="The template for positions",
    responses={
        200: {
            "content": {
                "text/csv": {
                    "schema": {"type": "string"},
                    "example": "Symbol,Quantity,Entry Price Per Share,Entry Date\n"
                    "AAPL,100,158.00,2024-01-15\n",
                }
            }
        },
        **refusals(TOO_MANY),
    },
)
def csv_template() -> Response:
    """A CSV file with instructions, the header and an example of each kind of position."""
    return Response(
        template_csv(),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{TEMPLATE_FILE_NAME}"',
            "Cache-Control": "public, max-age=3600",
        },
    )


@router.post(
    "/create-portfolio",
    status_code=201,
    summary="Open an account with the positions of a file",
    responses=command_answers(
        Opened,
        *SIGNED_IN,
        "ERR_AUDIT_403",
        *_ACCOUNT_CODES,
        *("ERR_CSV_001", "ERR_CSV_002"),
        status=201,
    ),
)
def create_portfolio(
    program: Asked,
    user: SignedIn,
    form: Annotated[AccountForm, Form(media_type="multipart/form-data")],
    request: Request,
    response: Response,
) -> Opened:
    """All of the file or nothing, or with `accept_valid` its rows without errors.

    Asks nobody for prices and calculates nothing; `calculate_url` does.
    """
    account = program.portfolios.read_account(_texts(form))
    file = read_upload(program, form, form.price_source)
    check(file)
    opened = program.portfolios.open(
        OpenPortfolio(
            owner_id=user.user_id,
            account=account,
            intake=file.intake(),
            rejected_rows=file.rejected_rows,
        ),
        cause_of(request, user.user_id),
    )
    show_position(program, response, opened.position)
    portfolio = program.portfolios_room.one(opened.portfolio_id)
    created_at = portfolio.created_at if portfolio else opened.created_at
    return _opened(opened, file, created_at)


def _texts(form: AccountForm) -> AccountTexts:
    return AccountTexts(
        portfolio_name=form.portfolio_name,
        account_name=form.account_name,
        account_type=form.account_type,
        equity_balance=form.equity_balance,
        equity_as_of=form.equity_as_of,
        description=form.description,
        price_source=form.price_source,
    )


def _opened(opened: OpenedPortfolio, file: FileToImport, created_at: datetime) -> Opened:
    account, count = opened.account, opened.positions_imported
    failed = len(file.source.left_out)
    url = f"/api/v1/portfolio/{opened.portfolio_id}/calculate"
    return Opened(
        portfolio_id=opened.portfolio_id,
        portfolio_name=account.name.text,
        account_name=account.account_name.text,
        account_type=account.account_type,
        equity_balance=account.opening.equity_balance,
        positions_imported=count,
        positions_failed=failed,
        total_positions=count + failed,
        import_id=opened.import_id,
        source_format=file.source.format,
        price_source=account.opening.price_source,
        warnings=list(file.parsed.warnings),
        assumptions=shown_assumptions(file.parsed.assumptions),
        errors=shown_errors(file.parsed),
        rejected_rows_url=rejected_rows_url(opened.portfolio_id, opened.import_id)
        if failed
        else None,
        calculate_url=url,
        message=_message(account.account_name.text, count, failed),
        next_step=NextStep(action="calculate", method="POST", url=url),
        created_at=created_at,
    )


def _message(account_name: str, count: int, failed: int) -> str:
    told = "1 position" if count == 1 else f"{count:,} positions"
    left_out = f" Rows left out because of errors: {failed:,}." if failed else ""
    return f"Opened '{account_name}' with {told}.{left_out} Calculate it to see what it is worth."
