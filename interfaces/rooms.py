"""The rooms of the program: what is kept current, and whom to ask."""

from typing import TypedDict

from projections.activity.postgres import ROOM as ACTIVITY
from projections.activity.postgres import ActivityRoom
from projections.analytics.postgres import ROOM as ANALYTICS
from projections.analytics.postgres import AnalyticsRoom
from projections.audit_log.postgres import ROOM as AUDIT_LOG
from projections.audit_log.postgres import AuditLogRoom
from projections.cash_flows.postgres import ROOM as CASH_FLOWS
from projections.cash_flows.postgres import CashFlowsRoom
from projections.corporate_actions.postgres import ROOM as CORPORATE_ACTIONS
from projections.corporate_actions.postgres import CorporateActionsRoom
from projections.imports.postgres import ROOM as IMPORTS
from projections.imports.postgres import ImportsRoom
from projections.invite_codes.postgres import ROOM as INVITE_CODES
from projections.invite_codes.postgres import InviteCodesRoom
from projections.portfolios.postgres import ROOM as PORTFOLIOS
from projections.portfolios.postgres import PortfoliosRoom
from projections.positions.postgres import ROOM as POSITIONS
from projections.positions.postgres import PositionsRoom
from projections.restatements.postgres import ROOM as RESTATEMENTS
from projections.restatements.postgres import RestatementsRoom
from projections.row_table import Pool
from projections.runs.postgres import ROOM as RUNS
from projections.runs.postgres import RunsRoom
from projections.symbol_measures.postgres import ROOM as SYMBOL_MEASURES
from projections.symbol_measures.postgres import SymbolMeasuresRoom
from projections.users.postgres import ROOM as USERS
from projections.users.postgres import UsersRoom
from projections.valuations.postgres import ROOM as VALUATIONS
from projections.valuations.postgres import ValuationsRoom

ROOMS = (
    *(USERS, PORTFOLIOS, POSITIONS, IMPORTS, CASH_FLOWS, CORPORATE_ACTIONS),
    *(VALUATIONS, ANALYTICS, SYMBOL_MEASURES, RUNS, INVITE_CODES, ACTIVITY),
    *(AUDIT_LOG, RESTATEMENTS),
)
"""Every room; those that are asked together stand together."""


class RoomsToAsk(TypedDict):
    """The rooms of a program, by the names it has for them."""

    users_room: UsersRoom
    portfolios_room: PortfoliosRoom
    positions_room: PositionsRoom
    imports_room: ImportsRoom
    cash_flows_room: CashFlowsRoom
    corporate_actions_room: CorporateActionsRoom
    valuations_room: ValuationsRoom
    analytics_room: AnalyticsRoom
    symbol_measures_room: SymbolMeasuresRoom
    runs_room: RunsRoom
    invite_codes_room: InviteCodesRoom
    activity_room: ActivityRoom
    audit_log_room: AuditLogRoom
    restatements_room: RestatementsRoom


def rooms_to_ask(pool: Pool, reads: Pool) -> RoomsToAsk:
    """Whom to ask, by the names that the program has for them.

    `pool` is for what must be current whoever asks: who may come in, runs that are followed while
    they go on, and rooms that are caught up by whoever asks them.
    """
    return {
        "users_room": UsersRoom(pool),
        "portfolios_room": PortfoliosRoom(reads),
        "positions_room": PositionsRoom(reads),
        "imports_room": ImportsRoom(reads),
        "cash_flows_room": CashFlowsRoom(reads),
        "corporate_actions_room": CorporateActionsRoom(reads),
        "valuations_room": ValuationsRoom(reads),
        "analytics_room": AnalyticsRoom(reads),
        "symbol_measures_room": SymbolMeasuresRoom(reads),
        "runs_room": RunsRoom(pool),
        "invite_codes_room": InviteCodesRoom(reads),
        "activity_room": ActivityRoom(reads),
        "audit_log_room": AuditLogRoom(pool),
        "restatements_room": RestatementsRoom(pool),
    }
