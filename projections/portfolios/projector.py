"""From events of portfolios and their valuations to rows."""

from collections.abc import Iterable, MutableMapping

from msgspec.structs import replace

from application.ports import Recorded
from domain.calculation_run import CalculationRun
from domain.daily_valuation import DailyValuation
from domain.kernel import Event
from domain.portfolio import Portfolio
from domain.snapshot import Snapshot
from projections.portfolios.view import PortfolioRow
from projections.row_table import Key

FED_BY: frozenset[type[Event]] = frozenset(
    {
        Portfolio.Opened,
        Portfolio.OpeningCorrected,
        Portfolio.Renamed,
        Portfolio.Described,
        Portfolio.AccountTypeChanged,
        Portfolio.Archived,
        Portfolio.CorporateActionEntered,
        Portfolio.PositionsImported,
        Portfolio.ImportReverted,
        Portfolio.ImportRestored,
        Portfolio.PositionOpened,
        Portfolio.PositionCorrected,
        Portfolio.PositionClosed,
        Portfolio.PositionRemoved,
        Portfolio.OptionExpired,
        Portfolio.PositionRevalued,
        Portfolio.CapitalContributed,
        Portfolio.CapitalWithdrawn,
        Portfolio.CashFlowReverted,
        DailyValuation.SnapshotCalculated,
        DailyValuation.SnapshotRestated,
        CalculationRun.FoundInOrder,
    }
)


def keys(recorded: Recorded) -> Iterable[Key]:
    """The portfolio it happened to."""
    if isinstance(recorded.event, Snapshot | CalculationRun.FoundInOrder):
        return [(recorded.event.portfolio_id,)]
    return [(recorded.aggregate_id,)]


def fold(rows: MutableMapping[Key, PortfolioRow], recorded: Recorded) -> None:
    """What an event changes in the row of its portfolio."""
    event = recorded.event
    (key,) = keys(recorded)
    if isinstance(event, Snapshot):
        rows[key] = _valued(rows[key], event)
        return
    if isinstance(event, CalculationRun.FoundInOrder):
        rows[key] = replace(
            rows[key], valued_version=event.portfolio_version, prices_known=event.prices_known
        )
        return
    row = _opened(recorded, event) if isinstance(event, Portfolio.Opened) else rows[key]
    row = _stated(row, event)
    rows[key] = replace(row, version=recorded.version, updated_at=recorded.occurred_at)


def _stated(row: PortfolioRow, event: Event) -> PortfolioRow:
    """What its owner said of the account itself."""
    match event:
        case Portfolio.OpeningCorrected():
            return replace(
                row, equity_balance=event.equity_balance, equity_as_of=event.equity_as_of
            )
        case Portfolio.Renamed():
            return replace(row, name=event.name, account_name=event.account_name)
        case Portfolio.Described():
            return replace(row, description=event.description)
        case Portfolio.AccountTypeChanged():
            return replace(row, account_type=event.account_type)
        case Portfolio.Archived():
            return replace(row, is_active=False)
    return row


def _opened(recorded: Recorded, event: Portfolio.Opened) -> PortfolioRow:
    return replace(
        PortfolioRow.unvalued(recorded.aggregate_id, event.owner_id, recorded.occurred_at),
        name=event.name,
        account_name=event.account_name,
        account_type=event.account_type,
        description=event.description,
        currency=event.currency,
        equity_balance=event.equity_balance,
        equity_as_of=event.equity_as_of,
        price_source=event.price_source,
    )


def _valued(row: PortfolioRow, snapshot: Snapshot) -> PortfolioRow:
    if row.valuation_on is not None and snapshot.session < row.valuation_on:
        return row
    return replace(
        row,
        valuation_on=snapshot.session,
        net_asset_value=snapshot.nav,
        priced=snapshot.counts.priced,
        need_price=snapshot.counts.need_price,
        valued_version=snapshot.portfolio_version,
        prices_known=snapshot.prices_known,
    )
