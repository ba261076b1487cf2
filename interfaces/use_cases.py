"""What the program can be asked for: its use cases, and the rooms that answer."""

from dataclasses import dataclass

from application.access_ports import Tokens
from application.accounts import Accounts
from application.administration import Administration
from application.analyses import Analyses
from application.audit import Audit
from application.backfill import Backfilling
from application.cash_flows import CashFlows
from application.imports import Imports
from application.invites import Invites
from application.manifest import Manifests
from application.markets import Markets
from application.panels import Panels
from application.past_accounts import PastAccounts
from application.past_analyses import PastAnalyses
from application.performances import Performances
from application.portfolios import Portfolios
from application.ports import EventLog
from application.positions import Positions
from application.prices import Prices
from application.readiness import Readiness
from application.recomputation import Recomputation
from application.reconstruction import Reconstruction
from application.repair import Repair
from application.repeating import FirstAnswers
from application.restated_days import RestatedDays
from application.runs import Runs
from application.securities import Securities
from application.security_log import SecurityLog
from application.sessions import Sessions
from application.staleness import Staleness
from application.time_travel import TimeTravel
from application.uploads import Uploads
from application.users import Users
from application.valuations import Valuations
from projections.activity.postgres import ActivityRoom
from projections.analytics.postgres import AnalyticsRoom
from projections.audit_log.postgres import AuditLogRoom
from projections.cash_flows.postgres import CashFlowsRoom
from projections.catch_up import CatchUp
from projections.corporate_actions.postgres import CorporateActionsRoom
from projections.imports.postgres import ImportsRoom
from projections.invite_codes.postgres import InviteCodesRoom
from projections.portfolios.postgres import PortfoliosRoom
from projections.positions.postgres import PositionsRoom
from projections.restatements.postgres import RestatementsRoom
from projections.runs.postgres import RunsRoom
from projections.symbol_measures.postgres import SymbolMeasuresRoom
from projections.upkeep import Upkeep
from projections.users.postgres import UsersRoom
from projections.valuations.postgres import ValuationsRoom


@dataclass(frozen=True, kw_only=True)
class UseCases:
    """Every use case and every room, put together once by `interfaces.bootstrap`."""

    log: EventLog
    first_answers: FirstAnswers
    tokens: Tokens
    markets: Markets
    users: Users
    invites: Invites
    portfolios: Portfolios
    accounts: Accounts
    positions: Positions
    cash_flows: CashFlows
    imports: Imports
    uploads: Uploads
    prices: Prices
    securities: Securities
    valuations: Valuations
    repair: Repair
    audit: Audit
    time_travel: TimeTravel
    security_log: SecurityLog
    runs: Runs
    rooms: CatchUp
    upkeep: Upkeep
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

    @property
    def sessions(self) -> Sessions:
        """What people do about their tokens."""
        return Sessions(self.log, self.users.passwords, self.tokens, self.users.throttle)

    @property
    def manifests(self) -> Manifests:
        """Where figures come from."""
        return Manifests(self.time_travel)

    @property
    def past_accounts(self) -> PastAccounts:
        """Accounts as they were known."""
        return PastAccounts(self.time_travel)

    @property
    def past_analyses(self) -> PastAnalyses:
        """Measures as they were known."""
        return PastAnalyses(self.time_travel, self.analyses)

    @property
    def restated_days(self) -> RestatedDays:
        """What was said again, line by line, and what led to it."""
        return RestatedDays(self.time_travel)

    @property
    def recomputation(self) -> Recomputation:
        """Versions of days, computed again."""
        return Recomputation(self.time_travel, self.valuations.marking)

    @property
    def analyses(self) -> Analyses:
        """Measures of risk."""
        return self.runs.analyses

    @property
    def performances(self) -> Performances:
        """How portfolios did over spans."""
        panels = Panels(self.markets, self.prices.book)
        return Performances(panels, self.valuations.risk_free_rate)

    @property
    def administration(self) -> Administration:
        """What superusers do about users."""
        return Administration(self.log, self.tokens)

    @property
    def readiness(self) -> Readiness:
        """How much of a portfolio has a price."""
        return Readiness(self.markets, self.prices.book, self.prices.records)

    @property
    def reconstruction(self) -> Reconstruction:
        """What days would be computed as now."""
        return Reconstruction(self.log, self.valuations)

    @property
    def staleness(self) -> Staleness:
        """From when on figures lack something."""
        return Staleness(self.log, self.valuations)

    @property
    def backfilling(self) -> Backfilling:
        """Filling the gaps of the price book."""
        return Backfilling(self.log, self.portfolios_room, self.prices)
