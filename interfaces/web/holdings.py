"""What is held, line by line: worth, weight and mark, of one account or of several together."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from domain.instrument import InvestmentClass
from domain.mark import MarkQuality
from domain.share_of_nav import share_of_nav
from projections.portfolios.view import PortfolioRow
from projections.positions.view import PositionRow

CLASSES = {
    InvestmentClass.PUBLIC: "Stocks, funds and bonds",
    InvestmentClass.OPTIONS: "Options",
    InvestmentClass.PRIVATE: "Private assets",
}
UNCLASSIFIED = "Unclassified"
"""The sector of what the security master gives none, such as funds."""

_UNRELIABLE = (MarkQuality.STALE, MarkQuality.ASSUMED)
BADGES = {MarkQuality.GOOD: "good", MarkQuality.CARRIED: "warn"}


def url_of(portfolio_id: UUID, position_id: UUID) -> str:
    """The page of a position, with where its figures come from."""
    return f"/portfolios/{portfolio_id}/positions/{position_id}"


@dataclass(frozen=True, slots=True)
class Holding:
    """A position in its account.

    `nav` and `gross` are those of all accounts shown, None before a valuation and where no weight
    is told; `sector` is blank where that is not.
    """

    portfolio: PortfolioRow
    position: PositionRow
    nav: Decimal | None = None
    gross: Decimal | None = None
    sector: str = ""

    @property
    def url(self) -> str:
        """The page of the position, with where its figures come from."""
        return url_of(self.portfolio.portfolio_id, self.position.position_id)

    @property
    def class_name(self) -> str:
        """What the class of the position is called."""
        return CLASSES[self.position.investment_class]

    @property
    def words(self) -> str:
        """What it is found by, in small letters: symbol, account, class and sector."""
        texts = (self.position.symbol, self.portfolio.account_name, self.class_name, self.sector)
        return " ".join(texts).casefold()

    @property
    def weight(self) -> float | None:
        """Market value as a share of NAV, signed; None where NAV is at most 1 % of gross."""
        value = self.position.market_value
        if value is None or self.nav is None or self.gross is None:
            return None
        return share_of_nav(value, self.nav, self.gross)

    @property
    def badge(self) -> str:
        """How much the mark's quality is to catch the eye: good, warn or bad."""
        mark = self.position.mark
        return BADGES.get(mark.quality, "bad") if mark else "bad"

    @property
    def quality(self) -> str:
        """The mark's quality; blank where there is none."""
        mark = self.position.mark
        return mark.quality if mark else ""

    @property
    def is_unreliable(self) -> bool:
        """Whether the mark is stale, or no market price at all."""
        mark = self.position.mark
        return mark is not None and mark.quality in _UNRELIABLE
