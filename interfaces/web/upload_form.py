"""What is typed on the way in, kept beside the file, and the file read by it (spec 3.5, 3.7)."""

from collections.abc import Callable, Mapping
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from application.commands import AccountTexts
from application.openings import opening_session
from application.ports import Market
from application.uploads import KeptUpload
from domain.account import AccountName, AccountType, PortfolioName, parse_equity
from domain.errors import DomainError
from interfaces.bootstrap import Program
from interfaces.files.choices import Choices
from interfaces.files.reading import SIZE_LIMIT_BYTES
from interfaces.importing import FileToImport, horizon_of
from projections.portfolios.view import PortfolioRow

ACCOUNT = (
    *("portfolio_name", "account_name", "account_type"),
    *("equity_balance", "equity_as_of", "price_source"),
)
CHOICES = ("source_account", "default_entry_date", "default_entry_price")
REPLACES = "portfolio_id"
"""The portfolio whose import the file takes the place of; none where it opens one."""

FIELDS = {
    "ERR_PORT_001": "account_name",
    "ERR_PORT_002": "portfolio_name",
    "ERR_PORT_003": "portfolio_name",
    "ERR_PORT_004": "equity_balance",
    "ERR_PORT_005": "equity_balance",
    "ERR_PORT_006": "equity_balance",
    "ERR_PORT_009": "account_type",
    "ERR_PORT_010": "account_name",
    "ERR_PORT_011": "account_name",
    "ERR_PORT_012": "equity_as_of",
}
"""By code, the field of the form that a refusal is about."""

_LONGEST_TEXT = 2_000


async def sent_form(request: Request) -> FormData:
    """The form as it was sent; the framework has read it already."""
    return await request.form()


Sent = Annotated[FormData, Depends(sent_form)]


def typed(sent: FormData, names: tuple[str, ...]) -> dict[str, str]:
    """The fields of these names as typed, blank where they are missing."""
    return {name: _text(sent.get(name)) for name in names}


def said(sent: FormData, names: tuple[str, ...]) -> dict[str, str]:
    """Those of the fields that the form had."""
    return typed(sent, tuple(name for name in names if name in sent))


def wrong_fields(program: Program, values: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with each field of an account, in a sentence."""
    market = program.markets[market_of(values)]
    checks: Mapping[str, Callable[[str], object]] = {
        "portfolio_name": PortfolioName.parse,
        "account_name": AccountName.parse,
        "account_type": AccountType.parse,
        "equity_balance": parse_equity,
        "equity_as_of": lambda text: opening_session(market, text),
    }
    wrong = {}
    for name, check in checks.items():
        try:
            check(values[name])
        except DomainError as refusal:
            wrong[name] = refusal.message
    return wrong


def market_of(values: Mapping[str, str]) -> Market:
    """The market whose prices were chosen: live ones unless it says otherwise."""
    return "sample" if values.get("price_source") == "sample" else "live"


def texts_of(values: Mapping[str, str]) -> AccountTexts:
    """The account as typed."""
    return AccountTexts(
        portfolio_name=values["portfolio_name"],
        account_name=values["account_name"],
        account_type=values["account_type"],
        equity_balance=values["equity_balance"],
        equity_as_of=values["equity_as_of"],
        price_source=market_of(values),
    )


def values_of(portfolio: PortfolioRow, said: Mapping[str, str]) -> dict[str, str]:
    """What the form says of a portfolio whose import a file takes the place of.

    What is not `said` otherwise stands as it is; the market stays in any case.
    """
    stands = {
        "portfolio_name": portfolio.name,
        "account_name": portfolio.account_name,
        "account_type": portfolio.account_type,
        "equity_balance": f"{portfolio.equity_balance:f}",
        "equity_as_of": portfolio.equity_as_of.isoformat(),
    }
    stays = {"price_source": portfolio.market, REPLACES: str(portfolio.portfolio_id)}
    return {**stands, **said, **stays}


def upload_of(sent: FormData, owner_id: UUID, values: Mapping[str, str]) -> KeptUpload | None:
    """The file that was sent with what was typed beside it; None where there is no file."""
    file = sent.get("csv_file")
    if not isinstance(file, UploadFile) or not file.filename:
        return None
    content = file.file.read(SIZE_LIMIT_BYTES + 1)
    return KeptUpload(
        upload_id=uuid4(),
        owner_id=owner_id,
        file_name=_text(file.filename),
        content=content,
        form=values,
    )


def read_file(program: Program, upload: KeptUpload, *, accepts_valid: bool = False) -> FileToImport:
    """The file, read completely, by what was typed beside it."""
    values = upload.form
    choices = Choices(
        horizon=horizon_of(program.markets, market_of(values)),
        source_account=values.get("source_account", ""),
        default_entry_date=values.get("default_entry_date", ""),
        uses_last_price=values.get("default_entry_price") == "last",
        accepts_valid=accepts_valid,
    )
    return FileToImport.read(upload.content, upload.file_name, choices)


def _text(value: object) -> str:
    """A text as typed, without what no database and no page can hold."""
    text = value[:_LONGEST_TEXT] if isinstance(value, str) else ""
    return text.replace("\0", "").encode(errors="replace").decode()
