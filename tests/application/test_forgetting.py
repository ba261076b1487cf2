"""Specification of forgetting who somebody is (spec 2.5)."""

from dataclasses import dataclass
from functools import partial
from uuid import NAMESPACE_DNS, uuid4, uuid5

import pytest

from application.commands import LogIn
from application.errors import CredentialsRefused, UserUnknown
from application.uploads import KeptUpload
from domain.email_address import EmailAddress
from domain.email_claim import EmailClaim
from domain.kernel import FORGOTTEN
from domain.superusers import LastSuperuser
from domain.user import User
from interfaces.bootstrap import Program
from tests.support.accounts import PASSWORD, Owner, cause, register
from tests.support.journal import count_of, rooms_differing_from_the_log
from tests.support.openings import PAIR, load_portfolio, open_account, recorded
from tests.support.racing import at_once

KEPT_OF = {
    "keys": "SELECT count(*) FROM credentials.personal_keys WHERE user_id = %s",
    "passwords": "SELECT count(*) FROM credentials.passwords WHERE user_id = %s",
    "uploads": "SELECT count(*) FROM imports.kept_uploads WHERE owner_id = %s",
}


@dataclass(frozen=True)
class Cast:
    """Ann, who wants to be forgotten; Bob; Root, who does it."""

    program: Program
    ann: Owner
    bob: Owner
    root: Owner


@pytest.fixture
def people(program: Program) -> Cast:
    """The cast of a story."""
    ann, bob = register(program, "ann@example.com"), register(program, "bob@example.com")
    root = program.users.create_superuser(
        EmailAddress("root@example.com"), PASSWORD, "Root", cause()
    )
    return Cast(program, ann, bob, Owner(root.user_id, root.email, ""))


def upload(people: Cast, whom: Owner) -> None:
    """Somebody looks at a file."""
    people.program.uploads.keep(
        KeptUpload(
            upload_id=uuid4(),
            owner_id=whom.user_id,
            file_name="positions.csv",
            content=b"Symbol\n",
            form={},
        )
    )


def forget(people: Cast, whom: Owner) -> int:
    """Root forgets somebody."""
    return people.program.forgetting.forget(whom.user_id, cause(people.root.user_id))


def kept_of(database: str, whom: Owner) -> dict[str, int]:
    """How many keys, passwords and uploads are kept of somebody."""
    return {name: count_of(database, query, whom.user_id) for name, query in KEPT_OF.items()}


def test_in_one_save_the_user_is_shut_out_and_the_address_free(people: Cast) -> None:
    forget(people, people.ann)

    [(row, _)] = recorded(people.program, User.Forgotten)
    [(released, event)] = recorded(people.program, EmailClaim.Released)
    assert row.aggregate_id == event.user_id == people.ann.user_id
    assert row.cause == released.cause
    assert row.cause.actor == people.root.user_id


def test_key_password_and_files_are_gone_and_those_of_others_are_not(
    people: Cast, database: str
) -> None:
    for somebody in (people.ann, people.ann, people.bob):
        upload(people, somebody)
    assert kept_of(database, people.ann) == {"keys": 1, "passwords": 1, "uploads": 2}
    forget(people, people.ann)

    assert kept_of(database, people.ann) == {"keys": 0, "passwords": 0, "uploads": 0}
    assert kept_of(database, people.bob) == {"keys": 1, "passwords": 1, "uploads": 1}
    first = {row.aggregate_id: event for row, event in recorded(people.program, User.Registered)}
    assert first[people.ann.user_id].email == first[people.ann.user_id].full_name == FORGOTTEN
    assert first[people.bob.user_id].email == "bob@example.com"


def test_who_is_forgotten_cannot_sign_in(people: Cast) -> None:
    forget(people, people.ann)

    with pytest.raises(CredentialsRefused):
        people.program.users.log_in(LogIn(email=people.ann.email, password=PASSWORD), cause())
    assert people.program.users.find(people.ann.email) is None


def test_twice_is_once(people: Cast) -> None:
    forget(people, people.ann)
    position = people.program.log.position()

    assert forget(people, people.ann) == position == people.program.log.position()


def test_nobody_unknown_is_forgotten(people: Cast) -> None:
    with pytest.raises(UserUnknown):
        people.program.forgetting.forget(uuid4(), cause())


def test_the_last_superuser_stays(people: Cast, database: str) -> None:
    upload(people, people.root)
    with pytest.raises(LastSuperuser):
        forget(people, people.root)
    assert kept_of(database, people.root) == {"keys": 1, "passwords": 1, "uploads": 1}

    people.program.administration.change_rank(people.bob.user_id, User.promote, cause())
    forget(people, people.root)
    with pytest.raises(LastSuperuser):
        forget(people, people.bob)


@pytest.mark.parametrize(
    "decision",
    [User.promote, User.demote, User.grant_auditor, User.deactivate, User.reactivate],
)
def test_nothing_more_is_decided_about_who_is_forgotten(people: Cast, decision: object) -> None:
    forget(people, people.ann)

    with pytest.raises(UserUnknown):
        people.program.administration.change_rank(
            people.ann.user_id,
            decision,  # type: ignore[arg-type] # parametrised
            cause(),
        )


def test_the_address_can_be_registered_again_by_another_user(people: Cast, database: str) -> None:
    forget(people, people.ann)
    again = register(people.program, people.ann.email)
    forget(people, people.ann)

    assert people.ann.user_id == uuid5(NAMESPACE_DNS, "ann@example.com")
    assert again.user_id == uuid5(NAMESPACE_DNS, "ann@example.com\x1f2")
    assert kept_of(database, again) == {"keys": 1, "passwords": 1, "uploads": 0}
    found = people.program.users.find(people.ann.email)
    assert found is not None
    assert (found.id, found.full_name) == (again.user_id, "Ada Lovelace")


def test_accounts_stay_under_the_id_of_nobody_known(people: Cast) -> None:
    portfolio_id = open_account(people.program, people.ann, PAIR)
    forget(people, people.ann)

    assert load_portfolio(people.program, portfolio_id).owner_id == people.ann.user_id


def test_the_rooms_lose_the_person_at_the_event_and_rebuilt_are_the_same(
    people: Cast, database: str
) -> None:
    people.program.rooms.catch_up(people.program.log.position())
    before = people.program.users_room.one(people.ann.user_id)
    position = forget(people, people.ann)
    people.program.rooms.catch_up(position)
    after = people.program.users_room.one(people.ann.user_id)

    assert before is not None
    assert after is not None
    assert (before.email, after.email, after.full_name) == (
        "ann@example.com",
        FORGOTTEN,
        FORGOTTEN,
    )
    assert (after.is_active, after.session_version) == (False, before.session_version + 1)
    assert rooms_differing_from_the_log(people.program, database) == []


def test_of_sixteen_who_forget_at_once_each_is_told_that_it_is_done(people: Cast) -> None:
    answers, refusals = at_once([partial(forget, people, people.ann)] * 16)

    assert (len(answers), refusals) == (16, [])
    assert len(recorded(people.program, User.Forgotten)) == 1
    assert len(recorded(people.program, EmailClaim.Released)) == 1
