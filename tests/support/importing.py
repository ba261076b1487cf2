"""Opening accounts from the text of a file, in process, as the API does it."""

from uuid import UUID

from application.commands import AccountTexts, OpenPortfolio
from interfaces.bootstrap import Program
from interfaces.files.choices import Choices
from interfaces.importing import FileToImport, horizon_of
from tests.support.accounts import Owner, cause

HEADER = "Symbol,Quantity,Entry Price Per Share,Entry Date"


def account(equity: str, as_of: str = "", name: str = "Live") -> AccountTexts:
    """A live account as typed; `as_of` blank means the latest completed session."""
    return AccountTexts(
        portfolio_name=f"The {name} portfolio",
        account_name=name,
        account_type="taxable",
        equity_balance=equity,
        equity_as_of=as_of,
    )


def open_from_csv(program: Program, owner: Owner, texts: AccountTexts, *rows: str) -> UUID:
    """Import these rows of the four required columns into a new account; returns its id."""
    content = "\n".join([HEADER, *rows, ""]).encode()
    choices = Choices(horizon=horizon_of(program.markets, texts.price_source))
    file = FileToImport.read(content, "positions.csv", choices)
    assert file.parsed.errors == ()
    command = OpenPortfolio(
        owner_id=owner.user_id,
        account=program.portfolios.read_account(texts),
        intake=file.intake(),
    )
    return program.portfolios.open(command, cause(owner.user_id)).portfolio_id
