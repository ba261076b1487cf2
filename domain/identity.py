"""How things get their ids: one function each, used by every path that creates.

Users, portfolios and positions are deterministic (uuid5) where DETERMINISTIC_UUIDS is on and for
demo users always, else random. Ids of valuations, claims and slots are uuid5 in either mode,
because their uniqueness is the rule they enforce (spec 2.3).
"""

from datetime import date, datetime
from uuid import NAMESPACE_DNS, UUID, uuid5

DEMO_DOMAIN = "sigmasight.com"
_UNIT_SEPARATOR = "\x1f"  # cannot occur in a name: control characters are refused
_SIGMASIGHT = uuid5(NAMESPACE_DNS, "sigmasight.com")


def is_demo_address(email: str) -> bool:
    """Whether the lower-cased address belongs to a demo user, whose ids never are random."""
    return email.endswith("@" + DEMO_DOMAIN)


def user_id(email: str, use: int = 1) -> UUID:
    """The deterministic id of a user by the lower-cased address; `use` counts its users from 1.

    An address that was forgotten can be registered again, by somebody who is another user.
    """
    return uuid5(NAMESPACE_DNS, f"{email}{_nth(use)}")


def portfolio_id(owner_id: UUID, account_name: str, use: int = 1) -> UUID:
    """The deterministic id of an account; `use` counts that user's uses of the name from 1."""
    return uuid5(NAMESPACE_DNS, f"{owner_id}:{account_name}{_nth(use)}")


def position_id(portfolio: UUID, symbol: str, entry_on: date, lot: int = 1) -> UUID:
    """The deterministic id of a position; `lot` counts lots of one symbol and day from 1."""
    return uuid5(NAMESPACE_DNS, f"{portfolio}:{symbol}:{entry_on.isoformat()}{_nth(lot)}")


def email_claim_id(email: str) -> UUID:
    """The id of the claim on a lower-cased address: one stream per address, so one owner."""
    return uuid5(_SIGMASIGHT, f"email:{email}")


def superusers_id() -> UUID:
    """The id of the one stream that counts the superusers."""
    return uuid5(_SIGMASIGHT, "superusers")


def invite_code_id(code_hash: str) -> UUID:
    """The id of the invite whose code has this hash, by which a code as typed is found."""
    return uuid5(_SIGMASIGHT, f"invite-code:{code_hash}")


def daily_valuation_id(portfolio: UUID, session: date) -> UUID:
    """The id of the valuation of a portfolio at the close of a session."""
    return uuid5(_SIGMASIGHT, f"{portfolio}:{session.isoformat()}")


def risk_analysis_id(portfolio: UUID, session: date) -> UUID:
    """The id of the analysis of a portfolio at the close of a session."""
    return uuid5(_SIGMASIGHT, f"risk-analysis:{portfolio}:{session.isoformat()}")


def symbol_analysis_id(market: str, session: date) -> UUID:
    """The id of what was measured of a market's symbols at the close of a session."""
    return uuid5(_SIGMASIGHT, f"symbol-analysis:{market}:{session.isoformat()}")


def run_slot_id(portfolio: UUID) -> UUID:
    """The id of the slot that at most one live run of a portfolio holds."""
    return uuid5(_SIGMASIGHT, f"run-slot:{portfolio}")


def nightly_run_id(market: str, session: date, attempt: int) -> UUID:
    """The id of the nightly run of a session, so that two schedulers request one."""
    return uuid5(_SIGMASIGHT, f"nightly-run:{market}:{session.isoformat()}{_nth(attempt)}")


def healing_run_id(market: str, session: date, hour: datetime) -> UUID:
    """The id of the run that heals stale accounts in an hour (UTC), so that one is requested."""
    name = f"healing-run:{market}:{session.isoformat()}:{hour:%Y-%m-%dT%H}"
    return uuid5(_SIGMASIGHT, name)


def run_part_id(whole: UUID, number: int) -> UUID:
    """The id of the part, counted from 1, of a run over all accounts."""
    return uuid5(_SIGMASIGHT, f"run-part:{whole}:{number}")


def admin_denial_id(user: UUID, impersonator: UUID | None, denied: str, hour: datetime) -> UUID:
    """The id of the record that a user was denied something in an hour (UTC), so there is one."""
    name = f"admin-denial:{user}:{impersonator}:{denied}:{hour:%Y-%m-%dT%H}"
    return uuid5(_SIGMASIGHT, name)


def _nth(n: int) -> str:
    return "" if n == 1 else f"{_UNIT_SEPARATOR}{n}"
