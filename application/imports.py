"""Imports into portfolios that exist: what a file would change, taking it in, taking it back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID, uuid4

from application.commands import ImportPositions, RestoreImport, RevertImport
from application.deciding import decide
from application.errors import UserUnknown
from application.identities import Identities
from application.option_models import OptionModels
from application.ownership import own_portfolio, portfolio_to_change
from application.ports import Cause, EventLog, PriceBook, RejectedRows
from domain.portfolio import Portfolio
from domain.position import PositionTerms
from domain.position_import import (
    ImportMode,
    ImportSource,
    ImportUnknown,
    Intake,
    PositionClosing,
    TakenIn,
)
from domain.replacement import Change
from domain.user import User

REPLACED = "Another upload took its place."
"""The reason that is kept with what went for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What an import, its reverting or its restoring changes.

    `positions` counts those that come or go, `closings` are parts of others that are closed or
    held again. `changes` tells both by symbol, where a file replaces what was held. Valuations
    from `counts_from` on are stale; None where nothing changes. `position` is that of the last
    event, None for a dry run.
    """

    import_id: UUID
    positions: int = 0
    closings: Sequence[PositionClosing] = ()
    changes: Sequence[Change] = ()
    counts_from: date | None = None
    position: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyThere:
    """What a portfolio has of a file at one moment.

    `import_id` is the import, not taken back, of the same file and account; None where there is
    none. `held` are the rows whose symbol and entry date the portfolio holds.
    """

    import_id: UUID | None
    held: Sequence[PositionTerms]


@dataclass(frozen=True, slots=True)
class Imports:
    """The use cases of files for portfolios that exist.

    Those that change something raise, beside their own refusals, VersionMovedOn (ERR_VERSION_001)
    and PortfolioArchived (ERR_PORT_015).
    """

    log: EventLog
    identities: Identities
    book: PriceBook
    rejected_rows: RejectedRows
    options: OptionModels

    def already_there(
        self,
        portfolio_id: UUID,
        source: ImportSource,
        terms: Sequence[PositionTerms],
        cause: Cause,
    ) -> AlreadyThere:
        """What the portfolio has of a file: the file itself, rows of it.

        Raises:
            PortfolioUnknown: ERR_PORT_404. PortfolioForbidden: ERR_PORT_403.
        """
        holdings = own_portfolio(self.log, portfolio_id, cause).holdings
        return AlreadyThere(import_id=holdings.import_of(source), held=holdings.held_already(terms))

    def differences(self, portfolio_id: UUID, intake: Intake, cause: Cause) -> list[Change]:
        """What replacing the holdings by the file would change, symbol by symbol.

        Raises:
            PortfolioUnknown: ERR_PORT_404. PortfolioForbidden: ERR_PORT_403.
            ClosingPriceMissing: ERR_PORT_016.
        """
        portfolio = own_portfolio(self.log, portfolio_id, cause)
        return portfolio.differences(self._priced(portfolio, intake))

    def take_in(self, command: ImportPositions, cause: Cause) -> Impact:
        """Take in a file: all of it or nothing, an import that it takes the place of included.

        Raises:
            PortfolioUnknown: ERR_PORT_404. PortfolioForbidden: ERR_PORT_403.
            FileImportedBefore: ERR_PORT_014. HeldAlready: ERR_POS_022.
            ClosingPriceMissing: ERR_PORT_016.
            ImportUnknown: ERR_IMPORT_404. ImportBuiltUpon: ERR_PORT_013.
        """
        import_id = uuid4()

        def attempt() -> Impact:
            portfolio = portfolio_to_change(self.log, command.portfolio_id, cause)
            new_id = self.identities.position_ids(self._owner(portfolio), portfolio.id)
            version = portfolio.version
            if command.instead_of:
                portfolio.revert_import(command.instead_of, REPLACED)
            intake = self._priced(portfolio, command.intake)
            changes = portfolio.import_positions(import_id, intake, new_id)
            position = None
            if not command.is_dry_run:
                kept = self.rejected_rows.keep(import_id, command.rejected_rows)
                position = self.log.save(portfolio, cause=cause, also=kept)
            counts_from = portfolio.changed_from(version)
            impact = _impact(portfolio, import_id, position)
            return replace(impact, changes=changes, counts_from=counts_from)

        return decide(attempt)

    def revert(self, command: RevertImport, cause: Cause) -> Impact:
        """Take an import back. Nothing to do if it was.

        Raises:
            PortfolioUnknown: ERR_PORT_404. PortfolioForbidden: ERR_PORT_403.
            ImportUnknown: ERR_IMPORT_404. ImportBuiltUpon: ERR_PORT_013.
        """
        return self._change(
            command, lambda own: own.revert_import(command.import_id, command.reason), cause
        )

    def restore(self, command: RestoreImport, cause: Cause) -> Impact:
        """Bring a reverted import back. Nothing to do if it was not reverted.

        Raises:
            PortfolioUnknown: ERR_PORT_404. PortfolioForbidden: ERR_PORT_403.
            ImportUnknown: ERR_IMPORT_404. FileImportedBefore: ERR_PORT_014.
            ImportBuiltUpon: ERR_PORT_013.
        """
        return self._change(command, lambda own: own.restore_import(command.import_id), cause)

    def rejected_rows_of(self, portfolio_id: UUID, import_id: UUID, cause: Cause) -> str:
        """The rows an import left out, as CSV in the file's own shape with a column Error.

        Raises:
            PortfolioUnknown: ERR_PORT_404. PortfolioForbidden: ERR_PORT_403.
            ImportUnknown: ERR_IMPORT_404, also where no row was left out.
        """
        portfolio = own_portfolio(self.log, portfolio_id, cause)
        known = import_id in portfolio.holdings.imports
        csv = self.rejected_rows.of(import_id) if known else None
        if csv is None:
            raise ImportUnknown
        return csv

    def _change(
        self,
        command: RevertImport | RestoreImport,
        decision: Callable[[Portfolio], None],
        cause: Cause,
    ) -> Impact:
        def attempt() -> Impact:
            portfolio = portfolio_to_change(self.log, command.portfolio_id, cause)
            decision(portfolio)
            is_changed = bool(portfolio.pending)
            position = None if command.is_dry_run else self.log.save(portfolio, cause=cause)
            if not is_changed:
                return Impact(import_id=command.import_id, position=position)
            return _impact(portfolio, command.import_id, position)

        return decide(attempt)

    def _priced(self, portfolio: Portfolio, intake: Intake) -> Intake:
        """The intake with what replacing needs: closes where the file has none, splits, history."""
        if intake.mode is not ImportMode.REPLACE:
            return intake
        held = {p.symbol for p in portfolio.holdings.positions.values() if p.open_quantity}
        unpriced = sorted((held | {t.symbol for t in intake.terms}) - intake.prices.keys())
        after = intake.stated_on + timedelta(days=1)
        closes = self.book.last_closes_before(portfolio.opening.price_source, unpriced, after)
        actions = self.book.actions(portfolio.opening.price_source, sorted(held))
        book = portfolio.book(actions)
        known = {
            symbol: book.price_on(intake.stated_on, symbol, close.price, close.session)
            for symbol, close in closes.items()
        }
        history = self.options.ended_by_the_opening(portfolio)
        prices = {**known, **intake.prices}
        return replace(intake, prices=prices, actions=actions, history=history)

    def _owner(self, portfolio: Portfolio) -> User:
        owner = self.log.load(User, portfolio.owner_id) if portfolio.owner_id else None
        if owner is None:
            raise UserUnknown
        return owner


def _impact(portfolio: Portfolio, import_id: UUID, position: int | None) -> Impact:
    taken: TakenIn = portfolio.holdings.imports[import_id]
    return Impact(
        import_id=import_id,
        positions=len(taken.positions),
        closings=taken.closings,
        counts_from=portfolio.changed_from(portfolio.version - 1),
        position=position,
    )
