"""Specification of who may do what (spec 2.4), for every kind of user."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from application.errors import (
    AuditorOnly,
    AuditorsOnlyRead,
    NotWhileImpersonating,
    PortfolioForbidden,
    SuperuserOnly,
)
from application.policy import (
    may_administrate,
    may_audit,
    may_change,
    refuse_administrating,
    refuse_auditing,
    refuse_changing,
    refuse_impersonated,
    refuse_reading,
)

ANN, BOB = UUID(int=1), UUID(int=2)


@dataclass(frozen=True)
class Somebody:
    """Who asks."""

    user_id: UUID = ANN
    is_superuser: bool = False
    is_auditor: bool = False


USER, SUPERUSER, AUDITOR = Somebody(), Somebody(is_superuser=True), Somebody(is_auditor=True)
BOTH = Somebody(is_superuser=True, is_auditor=True)
EVERYBODY = (USER, SUPERUSER, AUDITOR, BOTH)


@pytest.mark.parametrize("asker", [USER, SUPERUSER])
def test_who_is_no_auditor_reads_what_is_their_own_alone(asker: Somebody) -> None:
    refuse_reading(asker, ANN)

    with pytest.raises(PortfolioForbidden):
        refuse_reading(asker, BOB)


@pytest.mark.parametrize("asker", [AUDITOR, BOTH])
def test_an_auditor_reads_what_is_anybodys(asker: Somebody) -> None:
    refuse_reading(asker, ANN)
    refuse_reading(asker, BOB)

    assert not may_change(asker)


@pytest.mark.parametrize("asker", [USER, SUPERUSER])
def test_who_is_no_auditor_may_change(asker: Somebody) -> None:
    refuse_changing(asker)

    assert may_change(asker) is True


@pytest.mark.parametrize("asker", [AUDITOR, BOTH])
def test_an_auditor_changes_nothing(asker: Somebody) -> None:
    assert may_change(asker) is False
    with pytest.raises(AuditorsOnlyRead):
        refuse_changing(asker)


@pytest.mark.parametrize("asker", [SUPERUSER, BOTH])
def test_a_superuser_administrates_auditor_or_not(asker: Somebody) -> None:
    refuse_administrating(asker, is_impersonated=False)

    assert may_administrate(asker, is_impersonated=False) is True


@pytest.mark.parametrize("asker", [USER, AUDITOR])
def test_nobody_else_administrates(asker: Somebody) -> None:
    assert may_administrate(asker, is_impersonated=False) is False
    with pytest.raises(SuperuserOnly):
        refuse_administrating(asker, is_impersonated=False)


@pytest.mark.parametrize("asker", [SUPERUSER, AUDITOR, BOTH])
def test_auditors_and_superusers_read_the_audit_log_of_everybody(asker: Somebody) -> None:
    refuse_auditing(asker, is_impersonated=False)

    assert may_audit(asker, is_impersonated=False) is True


def test_nobody_else_reads_the_audit_log_of_everybody() -> None:
    assert may_audit(USER, is_impersonated=False) is False
    with pytest.raises(AuditorOnly):
        refuse_auditing(USER, is_impersonated=False)


@pytest.mark.parametrize("asker", EVERYBODY)
def test_who_acts_as_somebody_else_neither_administrates_nor_audits(asker: Somebody) -> None:
    assert may_administrate(asker, is_impersonated=True) is False
    assert may_audit(asker, is_impersonated=True) is False
    with pytest.raises(NotWhileImpersonating):
        refuse_administrating(asker, is_impersonated=True)
    with pytest.raises(NotWhileImpersonating):
        refuse_auditing(asker, is_impersonated=True)


def test_only_who_acts_as_somebody_else_is_refused_for_that() -> None:
    refuse_impersonated(is_impersonated=False)

    with pytest.raises(NotWhileImpersonating):
        refuse_impersonated(is_impersonated=True)
