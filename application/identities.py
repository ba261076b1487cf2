"""Gives new things their ids: deterministic where the setting or the demo asks for it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from domain import identity
from domain.account import AccountName
from domain.email_address import EmailAddress
from domain.user import User


@dataclass(frozen=True, slots=True)
class Identities:
    """The one place that chooses between uuid5 and uuid4 (spec 2.3), for every way to create."""

    deterministic: bool

    def user_id(self, email: EmailAddress, use: int) -> UUID:
        """The id of a new user, the `use`-th of the address."""
        return identity.user_id(email.text, use) if self._fixed(email.text) else uuid4()

    def portfolio_id(self, owner: User, name: AccountName) -> UUID:
        """The id of the portfolio that `owner` opens next under an account name."""
        if not self._fixed(owner.email):
            return uuid4()
        return identity.portfolio_id(owner.id, name.text, owner.next_use(name))

    def position_ids(self, owner: User, portfolio_id: UUID) -> Callable[[str, date, int], UUID]:
        """How the positions of a portfolio get theirs, by symbol, entry date and lot."""
        if not self._fixed(owner.email):
            return lambda _symbol, _entry_on, _lot: uuid4()
        return lambda symbol, entry_on, lot: identity.position_id(
            portfolio_id, symbol, entry_on, lot
        )

    def _fixed(self, email: str) -> bool:
        return self.deterministic or identity.is_demo_address(email)
