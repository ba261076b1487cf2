"""Specification of who gets which id: uuid5 by setting and for demo users, else uuid4 (2.3)."""

from collections.abc import Iterator
from datetime import date
from uuid import NAMESPACE_DNS, UUID, uuid5

import pytest

from application.identities import Identities
from domain.account import AccountName
from domain.email_address import EmailAddress
from domain.user import User
from interfaces.bootstrap import Parts, Program, build
from tests.support.accounts import register, shares
from tests.support.events import opened, registered
from tests.support.openings import load_portfolio, open_account
from tests.support.programs import FAST, settings_for
from tests.support.specification import SUBJECT

DAY = date(2012, 6, 29)
FIXED, RANDOM = Identities(deterministic=True), Identities(deterministic=False)
DEMO = "demo_individual@sigmasight.com"


@pytest.fixture
def random_program(database: str) -> Iterator[Program]:
    """The program with DETERMINISTIC_UUIDS off."""
    settings = settings_for(database).model_copy(update={"deterministic_uuids": False})
    with build(settings, Parts(live_sources=[], password_cost=FAST)) as program:
        yield program


def ids_of(program: Program, email: str) -> tuple[UUID, UUID, list[UUID]]:
    """Register, open an account of two lots and a third position; user, portfolio, positions."""
    owner = register(program, email)
    lot = shares("GOOG", 100, "580.07", DAY)
    portfolio_id = open_account(
        program, owner, [lot, lot, shares("SPY", 5, "136.10", DAY)], price_source="sample"
    )
    holdings = load_portfolio(program, portfolio_id).holdings
    return owner.user_id, portfolio_id, list(holdings.positions)


def published(email: str) -> tuple[UUID, UUID, list[UUID]]:
    """What the published formulas give for the same."""
    user = uuid5(NAMESPACE_DNS, email)
    portfolio = uuid5(NAMESPACE_DNS, f"{user}:IRA")
    keys = ("GOOG:2012-06-29", "GOOG:2012-06-29\x1f2", "SPY:2012-06-29")
    return user, portfolio, [uuid5(NAMESPACE_DNS, f"{portfolio}:{key}") for key in keys]


def test_deterministic_ids_follow_the_published_formulas(program: Program) -> None:
    assert ids_of(program, "ann@example.com") == published("ann@example.com")


def test_demo_users_have_them_where_the_setting_is_off_too(random_program: Program) -> None:
    assert ids_of(random_program, DEMO) == published(DEMO)


def test_all_others_have_random_ids_where_the_setting_is_off(random_program: Program) -> None:
    user, portfolio, positions = ids_of(random_program, "ann@example.com")

    assert {key.version for key in (user, portfolio, *positions)} == {4}
    assert len({user, portfolio, *positions}) == 5


def test_the_second_use_of_a_name_gets_an_id_of_its_own() -> None:
    ann = User.replay(SUBJECT, [registered(), opened("IRA")])

    expected = uuid5(NAMESPACE_DNS, f"{SUBJECT}:IRA\x1f2")
    assert FIXED.portfolio_id(ann, AccountName("IRA")) == expected
    assert FIXED.portfolio_id(ann, AccountName("ira")) == uuid5(NAMESPACE_DNS, f"{SUBJECT}:ira")


def test_random_ids_are_never_given_twice() -> None:
    ann = User.replay(SUBJECT, [registered()])
    new_position = RANDOM.position_ids(ann, SUBJECT)

    assert RANDOM.user_id(EmailAddress("a@b.org"), 1) != RANDOM.user_id(EmailAddress("a@b.org"), 1)
    assert RANDOM.portfolio_id(ann, AccountName("I")) != RANDOM.portfolio_id(ann, AccountName("I"))
    assert new_position("SPY", DAY, 1) != new_position("SPY", DAY, 1)
