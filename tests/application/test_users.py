"""Specification of registering and signing in (spec 4.3, 2.2, 9.3)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from application.access import Access
from application.commands import LogIn, RegisterUser
from application.errors import (
    CredentialsRefused,
    InviteRefused,
    PasswordTooWeak,
)
from application.users import Registration
from domain.email_address import EmailAddress, EmailAddressRefused
from domain.email_claim import EmailClaim, EmailTaken
from domain.errors import DomainError
from domain.user import FullNameRefused, User
from infrastructure.settings import PUBLISHED_INVITE_CODE, Settings
from interfaces.bootstrap import Parts, Program, build
from tests.support.accounts import PASSWORD, cause, register
from tests.support.clocks import SetClock
from tests.support.openings import recorded
from tests.support.programs import FAST, settings_for
from tests.support.racing import at_once
from tests.support.watched_passwords import WatchedPasswords

MORNING = datetime(2024, 1, 2, 9, tzinfo=UTC)


def registration(
    email: str = "ann@example.com",
    password: str = PASSWORD,
    full_name: str = "Ann Example",
    invite_code: str = PUBLISHED_INVITE_CODE,
) -> RegisterUser:
    """A good registration, but for what is given."""
    return RegisterUser(
        email=email, password=password, full_name=full_name, invite_code=invite_code
    )


def sign_up(program: Program, command: RegisterUser) -> Registration:
    """Register."""
    return program.users.register(command, cause())


def sign_in(program: Program, email: str, password: str = PASSWORD) -> Access:
    """Log in."""
    return program.users.log_in(LogIn(email=email, password=password), cause())


def refusal_of(program: Program, command: RegisterUser) -> tuple[type[DomainError], str]:
    """How a registration is refused: class and sentence."""
    with pytest.raises(DomainError) as caught:
        sign_up(program, command)
    return type(caught.value), caught.value.message


class TestRegistering:
    """Someone with an invite becomes a user."""

    def test_a_registration_is_recorded_once_and_answered(self, program: Program) -> None:
        answer = sign_up(program, registration(" Ann@Example.com ", full_name=" Ann Example "))

        [(row, event)] = recorded(program, User.Registered)
        [(claimed, claim)] = recorded(program, EmailClaim.Claimed)
        assert event == User.Registered(
            email="ann@example.com", full_name="Ann Example", invite="master"
        )
        assert (row.aggregate_id, claim.user_id) == (answer.user_id, answer.user_id)
        assert claimed.cause == row.cause
        assert (answer.email, answer.full_name) == ("ann@example.com", "Ann Example")
        assert answer.position == program.log.position() == 2

    def test_checks_come_in_the_published_order(self, program: Program) -> None:
        sign_up(program, registration("ann@example.com"))
        wrong = registration("nobody", "weak", " ", "no invite")
        met = []
        for good in (
            {"invite_code": PUBLISHED_INVITE_CODE},
            {"email": "ANN@example.com"},
            {"password": PASSWORD},
            {"full_name": "Ann"},
            {},
        ):
            met.append(refusal_of(program, wrong)[0])
            wrong = replace(wrong, **good)

        assert met == [
            InviteRefused,
            EmailAddressRefused,
            PasswordTooWeak,
            FullNameRefused,
            EmailTaken,
        ]

    def test_what_is_refused_costs_no_slow_hash(self, program: Program) -> None:
        watched = WatchedPasswords(program.users.passwords)
        users = replace(program.users, passwords=watched)

        for wrong in (registration(full_name=" "), registration(password="weak")):
            with pytest.raises(DomainError):
                users.register(wrong, cause())
        assert watched.hashed == []
        users.register(registration(), cause())
        assert watched.hashed == [PASSWORD]

    def test_without_an_invite_nothing_tells_whether_an_address_exists(
        self, program: Program
    ) -> None:
        sign_up(program, registration("ann@example.com"))

        answers = {
            refusal_of(program, registration(email, password, name, "no invite"))
            for email in ("ann@example.com", "bob@example.com", "nobody")
            for password in (PASSWORD, "")
            for name in ("Ann", "")
        }
        assert len(answers) == 1
        assert len(recorded(program, User.Registered)) == 1

    @pytest.mark.parametrize("code", [PUBLISHED_INVITE_CODE, " prescott-Linnaean-COWPERTHWAITE\n"])
    def test_an_invite_is_compared_trimmed_without_regard_to_case(
        self, program: Program, code: str
    ) -> None:
        assert sign_up(program, registration(invite_code=code)).email == "ann@example.com"

    def test_other_invites_are_refused(self, program: Program) -> None:
        for code in ("", " ", PUBLISHED_INVITE_CODE[:-1], PUBLISHED_INVITE_CODE + "x", "\ud800"):
            assert refusal_of(program, registration(invite_code=code))[0] is InviteRefused

    def test_where_no_invite_is_set_nobody_registers(self, program: Program) -> None:
        closed = replace(program.users, invites=replace(program.invites, master_code=" "))

        with pytest.raises(InviteRefused):
            closed.register(registration(invite_code=""), cause())

    def test_a_password_of_8_to_128_mixed_characters_is_accepted(self, program: Program) -> None:
        for n, password in enumerate(
            ["Xq7" + "z" * 5, "Xq7" + "z" * 125, "Ärger über 7", "Xq7 ☃☃☃☃"]
        ):
            email = f"user{n}@example.com"
            sign_up(program, registration(email, password))
            assert sign_in(program, email, password).email == email

    @pytest.mark.parametrize(
        "password",
        [
            *("", "Xq7zzzz", "Xq7" + "z" * 126, "xq7zzzzz", "XQ7ZZZZZ", "Xqzzzzzz", "12345678"),
            *("Password1", "PassWord1", "Passw0rd", "Xq7zzzzz\x00", "Xq7zzzzz\ud800"),
        ],
    )
    def test_other_passwords_are_refused(self, program: Program, password: str) -> None:
        refused, said = refusal_of(program, registration(password=password))

        assert refused is PasswordTooWeak
        assert "8 to 128" in said
        assert not password or password not in said
        assert program.log.position() == 0

    def test_how_passwords_are_composed_counts_by_setting(self, database: str) -> None:
        own = {"password_composition": False}
        settings = Settings.model_validate(settings_for(database).model_dump() | own)
        with build(settings, Parts(live_sources=[], password_cost=FAST, benchmarks=())) as program:
            for password in ("xq7zzzz", "password1", "x" * 129):
                refused, said = refusal_of(program, registration(password=password))
                assert refused is PasswordTooWeak
                assert "upper-case" not in said
            sign_up(program, registration(password="correct horse battery"))

    def test_what_cannot_be_stored_is_refused_not_a_fault(self, program: Program) -> None:
        odd = "\ud800"
        assert refusal_of(program, registration(odd + "@example.com"))[0] is EmailAddressRefused
        assert refusal_of(program, registration(full_name=odd))[0] is FullNameRefused


@pytest.fixture(params=[True, False], ids=["deterministic ids", "random ids"])
def either_program(request: pytest.FixtureRequest, database: str) -> Iterator[Program]:
    """The program with DETERMINISTIC_UUIDS on and off."""
    settings = settings_for(database).model_copy(update={"deterministic_uuids": request.param})
    with build(settings, Parts(live_sources=[], password_cost=FAST)) as program:
        yield program


class TestRacingForAnAddress:
    """Sixteen want one address at the same time."""

    def test_one_gets_it_and_only_that_ones_password_is_kept(self, either_program: Program) -> None:
        program = either_program
        passwords = [f"Password of {n:02}" for n in range(16)]
        answers, refusals = at_once(
            [partial(sign_up, program, registration(password=text)) for text in passwords]
        )

        [winner] = answers
        assert [type(refusal) for refusal in refusals] == [EmailTaken] * 15
        [(row, _)] = recorded(program, User.Registered)
        [(_, claim)] = recorded(program, EmailClaim.Claimed)
        assert row.aggregate_id == claim.user_id == winner.user_id
        assert sum(self.opens(program, password) for password in passwords) == 1

    @staticmethod
    def opens(program: Program, password: str) -> bool:
        """Whether the password signs Ann in."""
        try:
            return sign_in(program, "ann@example.com", password).email == "ann@example.com"
        except CredentialsRefused:
            return False


class TestSigningIn:
    """A user proves to be one."""

    def test_the_token_says_who_it_is(self, program: Program) -> None:
        ann = sign_up(program, registration())
        access = sign_in(program, " ANN@example.com ")

        claims = program.tokens.read(access.token)
        assert (claims.user_id, claims.email, claims.is_superuser) == (
            ann.user_id,
            ann.email,
            False,
        )
        assert (access.user_id, access.full_name, access.is_superuser) == (
            ann.user_id,
            "Ann Example",
            False,
        )
        assert claims.expires_at - claims.issued_at == timedelta(seconds=access.expires_in)
        assert access.position == program.log.position()

    def test_unknown_wrong_and_impossible_are_refused_alike_after_equal_work(
        self, program: Program
    ) -> None:
        ann = register(program, "ann@example.com").user_id
        watched = WatchedPasswords(program.users.passwords)
        users = replace(program.users, passwords=watched)
        tries = [
            ("ann@example.com", "Wrong password 1"),
            ("ann@example.com", ""),
            ("ann@example.com", PASSWORD + "x" * 5000),
            ("ann@example.com", PASSWORD + "\ud800"),
            ("ann@example.com", PASSWORD + "\x00"),
            ("bob@example.com", PASSWORD),
            ("no address", PASSWORD),
            ("\ud800@example.com", PASSWORD),
        ]
        said = set()
        for email, password in tries:
            with pytest.raises(CredentialsRefused) as caught:
                users.log_in(LogIn(email=email, password=password), cause())
            said.add((caught.value.message, str(caught.value.details)))

        assert said == {("E-mail address or password is wrong.", "{}")}
        assert watched.verified == [ann] * 5 + [None] * 3

    def test_who_is_deactivated_while_proving_to_be_a_user_is_refused(
        self, program: Program
    ) -> None:
        ann = register(program, "ann@example.com").user_id
        deactivate = partial(program.administration.change_rank, ann, User.deactivate, cause())
        watched = WatchedPasswords(program.users.passwords, meanwhile=deactivate)
        users = replace(program.users, passwords=watched)
        logged_in = recorded(program, User.LoggedIn)

        with pytest.raises(CredentialsRefused):
            users.log_in(LogIn(email="ann@example.com", password=PASSWORD), cause())
        assert recorded(program, User.LoggedIn) == logged_in

    def test_at_most_one_login_an_hour_is_recorded(self, program: Program) -> None:
        clock = SetClock(MORNING)
        sign_up(program, registration())
        users = replace(program.users, clock=clock)
        for minutes in (0, 1, 59, 60, 119, 120):
            clock.time = MORNING + timedelta(minutes=minutes)
            users.log_in(LogIn(email="ann@example.com", password=PASSWORD), cause())

        times = [event.logged_in_at for _, event in recorded(program, User.LoggedIn)]
        assert times == [MORNING + timedelta(hours=n) for n in range(3)]

    def test_many_logins_at_once_all_succeed_and_one_is_recorded(self, program: Program) -> None:
        sign_up(program, registration())
        answers, refusals = at_once([lambda: sign_in(program, "ann@example.com")] * 8)

        assert (len(answers), refusals) == (8, [])
        assert len(recorded(program, User.LoggedIn)) == 1


class TestSuperusers:
    """The command line makes them."""

    ADDRESS = EmailAddress("root@example.com")

    def test_one_is_registered_as_such_without_an_invite(self, program: Program) -> None:
        program.users.create_superuser(self.ADDRESS, PASSWORD, "Root", cause())

        assert sign_in(program, "root@example.com").is_superuser
        [(_, event)] = recorded(program, User.Registered)
        assert event.invite == "command line"

    def test_the_same_rules_hold(self, program: Program) -> None:
        create = program.users.create_superuser
        for password, name, refusal in (
            ("weak", "Root", PasswordTooWeak),
            (PASSWORD, " ", FullNameRefused),
        ):
            with pytest.raises(refusal):
                create(self.ADDRESS, password, name, cause())
        create(self.ADDRESS, PASSWORD, "Root", cause())
        with pytest.raises(EmailTaken):
            create(self.ADDRESS, PASSWORD, "Root", cause())
