"""Specification of the ids: the published uuid5 formulas (spec 2.3), computed here once more."""

from datetime import UTC, date, datetime
from uuid import NAMESPACE_DNS, UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import identity

OWNER = UUID("6f2c1d9e-0000-4000-8000-000000000001")
DAY = date(2024, 1, 15)
SIGMASIGHT = uuid5(NAMESPACE_DNS, "sigmasight.com")


def test_a_user_is_the_address() -> None:
    assert identity.user_id("ann@example.com") == uuid5(NAMESPACE_DNS, "ann@example.com")


def test_the_superusers_are_counted_in_one_stream() -> None:
    assert identity.superusers_id() == uuid5(SIGMASIGHT, "superusers")


def test_further_users_of_an_address_are_numbered_behind_a_unit_separator() -> None:
    second = identity.user_id("ann@example.com", 2)
    assert second == uuid5(NAMESPACE_DNS, "ann@example.com\x1f2")


def test_a_portfolio_is_its_owner_and_account_name() -> None:
    assert identity.portfolio_id(OWNER, "IRA") == uuid5(NAMESPACE_DNS, f"{OWNER}:IRA")


def test_further_uses_of_a_name_are_numbered_behind_a_unit_separator() -> None:
    assert identity.portfolio_id(OWNER, "IRA", 2) == uuid5(NAMESPACE_DNS, f"{OWNER}:IRA\x1f2")
    assert identity.portfolio_id(OWNER, "IRA", 3) == uuid5(NAMESPACE_DNS, f"{OWNER}:IRA\x1f3")


def test_a_position_is_its_portfolio_symbol_and_entry_date() -> None:
    expected = uuid5(NAMESPACE_DNS, f"{OWNER}:AAPL:2024-01-15")

    assert identity.position_id(OWNER, "AAPL", DAY) == expected


def test_further_lots_are_numbered_behind_a_unit_separator() -> None:
    expected = uuid5(NAMESPACE_DNS, f"{OWNER}:AAPL:2024-01-15\x1f2")

    assert identity.position_id(OWNER, "AAPL", DAY, 2) == expected


def test_valuations_claims_and_slots_have_ids_of_our_own_namespace() -> None:
    assert identity.daily_valuation_id(OWNER, DAY) == uuid5(SIGMASIGHT, f"{OWNER}:2024-01-15")
    assert identity.email_claim_id("ann@x.org") == uuid5(SIGMASIGHT, "email:ann@x.org")
    assert identity.run_slot_id(OWNER) == uuid5(SIGMASIGHT, f"run-slot:{OWNER}")


def test_every_other_id_is_a_name_of_our_own_namespace() -> None:
    at = datetime(2024, 1, 15, 9, 59, tzinfo=UTC)
    ids = {
        identity.invite_code_id("5f2c"): "invite-code:5f2c",
        identity.risk_analysis_id(OWNER, DAY): f"risk-analysis:{OWNER}:2024-01-15",
        identity.symbol_analysis_id("us", DAY): "symbol-analysis:us:2024-01-15",
        identity.nightly_run_id("us", DAY, 1): "nightly-run:us:2024-01-15",
        identity.nightly_run_id("us", DAY, 2): "nightly-run:us:2024-01-15\x1f2",
        identity.healing_run_id("us", DAY, at): "healing-run:us:2024-01-15:2024-01-15T09",
        identity.run_part_id(OWNER, 3): f"run-part:{OWNER}:3",
        identity.admin_denial_id(OWNER, None, "ERR GET /", at): (
            f"admin-denial:{OWNER}:None:ERR GET /:2024-01-15T09"
        ),
    }

    assert ids == {uuid5(SIGMASIGHT, name): name for name in ids.values()}


@pytest.mark.parametrize(
    ("email", "is_demo"),
    [
        ("demo_individual@sigmasight.com", True),
        ("ann@example.com", False),
        ("ann@sub.sigmasight.com", False),
        ("sigmasight.com@example.com", False),
        ("ann@notsigmasight.com", False),
    ],
)
def test_demo_users_are_those_at_our_own_domain(email: str, *, is_demo: bool) -> None:
    assert identity.is_demo_address(email) is is_demo


@given(st.sets(st.tuples(st.sampled_from(["A", "A\x1f2", "B"]), st.integers(1, 4)), min_size=2))
def test_no_two_uses_of_names_share_an_id(uses: set[tuple[str, int]]) -> None:
    """As long as names hold no control characters, which `AccountName` refuses."""
    allowed = {(name, use) for name, use in uses if "\x1f" not in name}

    assert len({identity.portfolio_id(OWNER, *use) for use in allowed}) == len(allowed)
