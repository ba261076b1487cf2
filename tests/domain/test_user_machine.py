"""Whatever happens to a user in whatever order, a simple model and a replay agree."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain.account import AccountName
from domain.email_address import EmailAddress
from domain.kernel import FORGOTTEN
from domain.user import AccountNameTaken, User
from tests.support.specification import SUBJECT

NAMES = st.sampled_from(["IRA", "ira", " IRA", "Roth", "ROTH ", "straße", "STRASSE", "Trust"])
BEGINNING = datetime(2024, 1, 2, tzinfo=UTC)


class Owning(RuleBasedStateMachine):
    """The model: the accounts by id, changes counted; the logins that must be recorded.

    Ranks are yes or no; a token is one number of a session version's, returned or not.
    """

    def __init__(self) -> None:
        super().__init__()
        self.user = User.register(SUBJECT, EmailAddress("ann@example.com"), "Ann", "master")
        self.accounts: dict[UUID, str] = {}
        self.changes = 0
        self.now = BEGINNING
        self.logins: list[datetime] = []
        self.ranks = {"superuser": False, "auditor": False, "shut out": False}
        self.is_forgotten = False
        self.session_version = 0
        self.returned: set[str] = set()
        self.others = 0

    def _is_taken(self, name: AccountName, but: UUID | None = None) -> bool:
        return name.key in {
            held.casefold() for portfolio_id, held in self.accounts.items() if portfolio_id != but
        }

    @rule(text=NAMES, portfolio_id=st.uuids())
    def open_account(self, text: str, portfolio_id: UUID) -> None:
        """Free names are taken, taken ones refused."""
        name = AccountName.parse(text)
        taken, uses = self._is_taken(name), self.user.next_use(name)
        try:
            self.user.open_account(name, portfolio_id)
        except AccountNameTaken:
            assert taken
        else:
            assert not taken
            self.accounts[portfolio_id] = name.text
            self.changes += 1
            assert self.user.next_use(name) == uses + 1

    @precondition(lambda self: self.accounts)
    @rule(text=NAMES, data=st.data())
    def rename_account(self, text: str, data: st.DataObject) -> None:
        """An account takes a name that no other has."""
        portfolio_id = data.draw(st.sampled_from(list(self.accounts)))
        name = AccountName.parse(text)
        taken = self._is_taken(name, but=portfolio_id)
        try:
            self.user.rename_account(portfolio_id, name)
        except AccountNameTaken:
            assert taken
        else:
            assert not taken
            self.changes += self.accounts[portfolio_id] != name.text
            self.accounts[portfolio_id] = name.text

    @precondition(lambda self: self.accounts)
    @rule(data=st.data())
    def close_account(self, data: st.DataObject) -> None:
        """A closed account has no name; twice is once."""
        portfolio_id = data.draw(st.sampled_from(list(self.accounts)))
        del self.accounts[portfolio_id]
        self.changes += 1
        self.user.close_account(portfolio_id)
        self.user.close_account(portfolio_id)

    @rule(minutes=st.integers(0, 90))
    def log_in(self, minutes: int) -> None:
        """Time passes, then the user signs in."""
        self.now += timedelta(minutes=minutes)
        if not self.logins or self.now >= self.logins[-1] + timedelta(minutes=60):
            self.logins.append(self.now)
        self.user.log_in(self.now)

    @rule(rank=st.sampled_from(["superuser", "auditor", "shut out"]), given=st.booleans())
    def rank(self, rank: str, given: bool) -> None:  # noqa: FBT001 - hypothesis draws it
        """Twice is once; who becomes a superuser, or ceases to be one, or is shut out signs in."""
        decide = {
            ("superuser", True): self.user.promote,
            ("superuser", False): self.user.demote,
            ("auditor", True): self.user.grant_auditor,
            ("auditor", False): self.user.revoke_auditor,
            ("shut out", True): self.user.deactivate,
            ("shut out", False): self.user.reactivate,
        }
        decide[rank, given]()
        stays = self.is_forgotten and rank == "shut out"
        if self.ranks[rank] != given and not stays:
            self.ranks[rank] = given
            self.others += 1
            if rank == "superuser" or (rank, given) == ("shut out", True):
                self._all_tokens_end()

    @rule(token=st.sampled_from("abc"), of_impersonation=st.booleans())
    def give_back(self, token: str, of_impersonation: bool) -> None:  # noqa: FBT001 - drawn
        """A token is returned once."""
        if of_impersonation:
            self.user.stop_impersonating(UUID(int=1), token, self.now)
        else:
            self.user.log_out(token, self.now)
        self.others += token not in self.returned
        self.returned.add(token)

    @rule(with_password=st.booleans())
    def end_all_sessions(self, with_password: bool) -> None:  # noqa: FBT001 - drawn
        """Every time."""
        if with_password:
            self.user.change_password()
        else:
            self.user.revoke_sessions()
        self.others += 1
        self._all_tokens_end()

    @precondition(lambda self: len(self.user.pending) > 5)
    @rule()
    def forget(self) -> None:
        """Once; without rank and for ever."""
        self.user.forget()
        if not self.is_forgotten:
            self.is_forgotten = True
            self.ranks = {"superuser": False, "auditor": False, "shut out": True}
            self.others += 1
            self._all_tokens_end()

    def _all_tokens_end(self) -> None:
        self.session_version += 1
        self.returned.clear()

    @invariant()
    def the_aggregate_agrees_with_the_model(self) -> None:
        """Names, ids, logins, ranks, tokens; as many events as things that happened."""
        recorded = self.user.pending
        happened = 1 + self.changes + len(self.logins) + self.others
        assert self.user.version == len(recorded) == happened
        assert self.user.accounts == self.accounts
        assert len(self.accounts) == len({name.casefold() for name in self.accounts.values()})
        assert [e.logged_in_at for e in recorded if isinstance(e, User.LoggedIn)] == self.logins
        assert self.user.is_superuser == self.ranks["superuser"]
        assert self.user.is_auditor == self.ranks["auditor"]
        assert self.user.is_active != self.ranks["shut out"]
        assert self.user.is_forgotten == (self.user.email == FORGOTTEN) == self.is_forgotten
        assert self.user.session_version == self.session_version
        assert self.user.returned_tokens == self.returned

    @invariant()
    def a_replay_agrees_with_the_aggregate(self) -> None:
        """Same state from the same events."""
        again = User.replay(SUBJECT, self.user.pending)
        assert vars(again) | {"_pending": None} == vars(self.user) | {"_pending": None}


Owning.TestCase.settings = settings(max_examples=50, stateful_step_count=20)
TestOwning = Owning.TestCase
