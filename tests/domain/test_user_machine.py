"""Whatever a user opens in whatever order, account names stay unique, and a replay agrees."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.account import AccountName
from domain.email_address import EmailAddress
from domain.user import AccountNameTaken, User
from tests.support.specification import SUBJECT

NAMES = st.sampled_from(["IRA", "ira", " IRA", "Roth", "ROTH ", "straße", "STRASSE", "Trust"])
BEGINNING = datetime(2024, 1, 2, tzinfo=UTC)


class Owning(RuleBasedStateMachine):
    """The model: what was opened, in a list; the times of the logins that must be recorded."""

    def __init__(self) -> None:
        super().__init__()
        self.user = User.register(SUBJECT, EmailAddress("ann@example.com"), "Ann", "master")
        self.opened: list[tuple[str, UUID]] = []
        self.now = BEGINNING
        self.logins: list[datetime] = []
        self.promoted = False

    @rule(text=NAMES, portfolio_id=st.uuids())
    def open_account(self, text: str, portfolio_id: UUID) -> None:
        """Free names are taken, taken ones refused."""
        taken = text.strip().casefold() in {name.casefold() for name, _ in self.opened}
        name = AccountName.parse(text)
        uses = self.user.next_use(name)
        try:
            self.user.open_account(name, portfolio_id)
        except AccountNameTaken:
            assert taken
        else:
            assert not taken
            self.opened.append((name.text, portfolio_id))
            assert self.user.next_use(name) == uses + 1

    @rule(minutes=st.integers(0, 90))
    def log_in(self, minutes: int) -> None:
        """Time passes, then the user signs in."""
        self.now += timedelta(minutes=minutes)
        if not self.logins or self.now >= self.logins[-1] + timedelta(minutes=60):
            self.logins.append(self.now)
        self.user.log_in(self.now)

    @rule()
    def promote(self) -> None:
        """Twice is once."""
        self.promoted = True
        self.user.promote()

    @invariant()
    def the_aggregate_agrees_with_the_model(self) -> None:
        """Names, ids, logins, rank; as many events as things that happened."""
        recorded = self.user.pending
        happened = 1 + len(self.opened) + len(self.logins) + self.promoted
        assert self.user.version == len(recorded) == happened
        assert sorted(self.user.accounts.values()) == sorted(held for _, held in self.opened)
        assert len(self.user.accounts) == len({name.casefold() for name, _ in self.opened})
        assert [e.logged_in_at for e in recorded if isinstance(e, User.LoggedIn)] == self.logins
        assert self.user.is_superuser == self.promoted

    @invariant()
    def a_replay_agrees_with_the_aggregate(self) -> None:
        """Same state from the same events."""
        again = User.replay(SUBJECT, self.user.pending)
        assert vars(again) | {"_pending": None} == vars(self.user) | {"_pending": None}


Owning.TestCase.settings = settings(max_examples=50, stateful_step_count=20)
TestOwning = Owning.TestCase
