"""Specification of the passwords that may be chosen (spec 2.2, 9.3)."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

import pytest

from application.errors import PasswordTooWeak
from application.password_rule import can_be_hashed, refuse_weak
from application.ports import Statement


@dataclass(frozen=True)
class Rule:
    """The part of the credentials that judges passwords; nothing is kept."""

    are_composed: bool = True
    common: Collection[str] = ("Password1",)

    def is_common(self, password: str) -> bool:
        """See `Passwords.is_common`."""
        return password in self.common

    def hash(self, password: str) -> str:
        """See `Passwords.hash`."""
        raise NotImplementedError

    def store(self, user_id: UUID, hashed: str) -> Statement:
        """See `Passwords.store`."""
        raise NotImplementedError

    def verify(self, user_id: UUID | None, password: str) -> bool:
        """See `Passwords.verify`."""
        raise NotImplementedError

    def destroy(self, user_id: UUID) -> Statement:
        """See `Passwords.destroy`."""
        raise NotImplementedError


LONGEST = "Aa1" + "x" * 125


def is_allowed(password: str, rule: Rule) -> bool:
    """Whether somebody may choose it."""
    try:
        refuse_weak(rule, password)
    except PasswordTooWeak:
        return False
    return True


@pytest.mark.parametrize("password", ["Abcdef12", "aB3 with blanks", LONGEST])
def test_eight_to_128_characters_of_three_kinds_are_allowed(password: str) -> None:
    assert is_allowed(password, Rule())


@pytest.mark.parametrize(
    "password", ["Abcde12", LONGEST + "x", "abcdef12", "ABCDEF12", "Abcdefgh", "Abcdef1\x00", ""]
)
def test_too_short_too_long_or_of_fewer_kinds_is_refused(password: str) -> None:
    assert not is_allowed(password, Rule())


def test_where_no_kinds_are_asked_for_the_length_alone_counts() -> None:
    lax = Rule(are_composed=False)

    assert is_allowed("abcdefgh", lax)
    assert not is_allowed("abcdefg", lax)
    assert not is_allowed("x" * 129, lax)


def test_a_common_password_is_refused_however_it_is_composed() -> None:
    assert not is_allowed("Password1", Rule())
    assert not is_allowed("Password1", Rule(are_composed=False))


@pytest.mark.parametrize("are_composed", [True, False])
def test_the_refusal_says_whether_kinds_are_asked_for(*, are_composed: bool) -> None:
    with pytest.raises(PasswordTooWeak) as caught:
        refuse_weak(Rule(are_composed=are_composed), "short")

    assert caught.value.message == PasswordTooWeak(is_composed=are_composed).message


def test_nobody_can_have_more_than_128_characters_or_control_characters() -> None:
    assert can_be_hashed(LONGEST)
    assert not can_be_hashed(LONGEST + "x")
    assert not can_be_hashed("Abcdef12\n")
    assert not can_be_hashed("Abcdef12\ud800")
