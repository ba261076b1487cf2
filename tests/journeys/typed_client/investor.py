"""An investor's program: from the registration to figures, by the generated client alone.

Run as `python investor.py URL INVITE_CODE` with the client on the path; prints what it saw as JSON.
"""

import io
import json
import sys
import time
from typing import TypeVar
from uuid import UUID, uuid4

from sigmasight_client.api.accounts_and_sessions import log_in
from sigmasight_client.api.calculation import batch_status, calculate
from sigmasight_client.api.cash_flows import note_flow
from sigmasight_client.api.onboarding import create_portfolio, register
from sigmasight_client.api.portfolios import list_portfolios, list_positions
from sigmasight_client.api.positions import close_position
from sigmasight_client.api.valuations import list_valuations, overview
from sigmasight_client.client import AuthenticatedClient, Client
from sigmasight_client.models import (
    AccountForm,
    AccountFormPriceSource,
    BatchStatus,
    ClosedPosition,
    ClosingBody,
    ErrorAnswer,
    FlowBody,
    FlowBodyKind,
    GivenAccess,
    LogInBody,
    NotedFlow,
    Opened,
    Overview,
    PortfolioList,
    PositionList,
    RegisterBody,
    Registered,
    Started,
    ValuationList,
)
from sigmasight_client.types import File

PASSWORD = "Analytical1843"
POSITIONS = (
    b"Symbol,Quantity,Entry Price Per Share,Entry Date\n"
    b"GOOG,100,700.00,2012-12-31\nSPY,200,142.00,2012-12-31\n"
)
_LIVE = ("queued", "running")

Answer = TypeVar("Answer")


def the(kind: type[Answer], answer: object) -> Answer:
    """The answer, if it is what was asked for; a refusal ends the program."""
    if not isinstance(answer, kind):
        told = answer.error.message if isinstance(answer, ErrorAnswer) else answer
        sys.exit(f"{kind.__name__} expected: {told}")
    return answer


def sign_in(url: str, invite_code: str) -> AuthenticatedClient:
    """Register somebody new and sign in."""
    anybody, email = Client(base_url=url), f"investor-{uuid4().hex}@example.com"
    asked = RegisterBody(
        email=email, password=PASSWORD, full_name="Ada Lovelace", invite_code=invite_code
    )
    the(Registered, register.sync(client=anybody, body=asked))
    access = the(
        GivenAccess, log_in.sync(client=anybody, body=LogInBody(email=email, password=PASSWORD))
    )
    return AuthenticatedClient(base_url=url, token=access.access_token)


def open_account(investor: AuthenticatedClient) -> UUID:
    """Open an account with a file."""
    form = AccountForm(
        portfolio_name="Retirement",
        account_name="IRA",
        account_type="ira",
        equity_balance="500000.00",
        equity_as_of="2012-12-31",
        price_source=AccountFormPriceSource.SAMPLE,
        csv_file=File(payload=io.BytesIO(POSITIONS), file_name="ira.csv", mime_type="text/csv"),
    )
    opened = the(Opened, create_portfolio.sync(client=investor, body=form))
    portfolio_id: UUID = opened.portfolio_id
    return portfolio_id


def value(investor: AuthenticatedClient, portfolio_id: UUID) -> str:
    """Calculate, and wait for the end; returns the outcome."""
    run_id = the(Started, calculate.sync(portfolio_id, client=investor)).batch_run_id
    while True:
        run = the(BatchStatus, batch_status.sync(portfolio_id, run_id, client=investor))
        status: str = run.status
        if status not in _LIVE:
            return status
        time.sleep(0.05)


def main(url: str, invite_code: str) -> dict[str, object]:
    """The whole way; returns what was seen."""
    investor = sign_in(url, invite_code)
    portfolio_id = open_account(investor)
    outcomes = [value(investor, portfolio_id)]
    before = the(Overview, overview.sync(portfolio_id, client=investor))
    flow = FlowBody(kind=FlowBodyKind.CONTRIBUTION, amount="1000.00", date="2013-02-01")
    noted = the(NotedFlow, note_flow.sync(portfolio_id, client=investor, body=flow))
    held = the(PositionList, list_positions.sync(portfolio_id, client=investor)).positions
    sold = ClosingBody(exit_date="2013-02-15", exit_price="790.00", quantity="40")
    the(
        ClosedPosition,
        close_position.sync(portfolio_id, held[0].id, client=investor, body=sold),
    )
    stale = the(Overview, overview.sync(portfolio_id, client=investor)).stale_from
    outcomes.append(value(investor, portfolio_id))
    after = the(Overview, overview.sync(portfolio_id, client=investor))
    days = the(ValuationList, list_valuations.sync(portfolio_id, client=investor, limit=200))
    listed = the(PortfolioList, list_portfolios.sync(client=investor)).portfolios
    return {
        "outcomes": outcomes,
        "nav": [before.net_asset_value, after.net_asset_value],
        "restates_from": str(noted.restates_from),
        "stale_from": [str(stale), str(after.stale_from)],
        "days": [days.total, days.valuations[0].net_asset_value],
        "symbols": [position.symbol for position in held],
        "accounts": [entry.account_name for entry in listed],
    }


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))  # noqa: T201 - its purpose
