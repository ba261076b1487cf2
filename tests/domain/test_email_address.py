"""Specification of e-mail addresses: what can be one, and when two are one (ERR_USER_002)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.email_address import EmailAddress, EmailAddressRefused
from tests.support.specification import refused

LONGEST_DOMAIN = ".".join(["d" * 60] * 4) + ".com"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("ann@example.com", "ann@example.com"),
        ("  Ann.Example+ira@Mail.Example.COM ", "ann.example+ira@mail.example.com"),
        ("o'neill_99@x-y.co", "o'neill_99@x-y.co"),
        ("ZOË@example.com", "zoë@example.com"),
        ("a" * (253 - len(LONGEST_DOMAIN)) + "@" + LONGEST_DOMAIN,) * 2,
    ],
)
def test_an_address_is_kept_in_lower_case(text: str, kept: str) -> None:
    assert EmailAddress.parse(text).text == kept


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "ann", "ann@", "@example.com", "ann@example", "ann@@example.com", "a@b@c.com"),
        *("ann@example.c", "ann@.com", "ann@example..com", "ann..x@example.com", "ann@-x.com"),
        *("ann@x-.com", "ann@exa mple.com", "an n@example.com", "ann@exämple.com", "ann@1.2.3.4"),
        *("ann@example.com, bob@example.com", "Ann <ann@example.com>", 'a"b@example.com'),
        *("ann\x00@example.com", "ann\x7f@example.com", "ann\x9f@example.com", "\ud800@x.com"),
        *("ann@example.com\n.org", "a" * (254 - len(LONGEST_DOMAIN)) + "@" + LONGEST_DOMAIN),
    ],
)
def test_what_mail_could_not_be_sent_to_is_refused(text: str) -> None:
    refused(lambda: EmailAddress.parse(text), EmailAddressRefused, "name@example.com")


@pytest.mark.parametrize("text", ["Ann@example.com", " ann@example.com", "ann"])
def test_an_address_cannot_be_made_of_what_was_not_read(text: str) -> None:
    refused(lambda: EmailAddress(text), EmailAddressRefused)


@given(st.from_regex(r"[A-Za-z0-9.+_-]{1,20}@[A-Za-z0-9.-]{1,20}\.[A-Za-z]{2,5}", fullmatch=True))
def test_reading_twice_or_in_other_case_gives_the_same_address(text: str) -> None:
    try:
        address = EmailAddress.parse(text)
    except EmailAddressRefused:
        return
    assert EmailAddress.parse(address.text) == address
    assert EmailAddress.parse(text.upper()) == address


@given(st.text(max_size=40).map(lambda text: text + "@example.com"))
def test_whatever_is_typed_is_an_address_or_refused(text: str) -> None:
    try:
        address = EmailAddress.parse(text)
    except EmailAddressRefused:
        return
    assert address.text == text.strip().lower()
    assert address.text.encode()
