"""Specification of the entries of the security log: each is kept as it is, in a stream alone."""

from uuid import UUID

import pytest

from domain.identity import admin_denial_id
from domain.kernel import Event
from domain.security_record import SecurityRecord
from tests.support.events import at, number
from tests.support.specification import SUBJECT, when_created

DENIED = SecurityRecord.AdminDenied(
    user_id=number("ann"), method="GET", route="/api/v1/admin/users", error_code="ERR_ADMIN_001"
)


@pytest.mark.parametrize(
    "entry",
    [
        DENIED,
        SecurityRecord.LoginFailed(user_id=number("ann"), locks_out=False),
        SecurityRecord.LoginFailed(user_id=None, locks_out=True),
        SecurityRecord.DataExported(what="positions", portfolio_id=number("IRA")),
        SecurityRecord.DataExported(what="audit log", portfolio_id=None),
        SecurityRecord.LogVerified(
            events=41, checkpoints=2, position=42, fault_position=None, fault=None
        ),
        SecurityRecord.LogVerified(
            events=6, checkpoints=0, position=6, fault_position=7, fault="changed"
        ),
    ],
)
def test_a_record_is_its_one_entry(entry: Event) -> None:
    when_created(lambda: SecurityRecord.of(SUBJECT, entry)).then(entry)


def test_a_denial_has_one_id_within_the_hour_for_each_who_and_what() -> None:
    ann, bob = number("ann"), number("bob")

    def of(user: UUID, impersonator: UUID | None, what: str, hour: int, minute: int = 0) -> UUID:
        return admin_denial_id(user, impersonator, what, at(hour, minute))

    first = of(ann, None, "a", 9)
    assert first == of(ann, None, "a", 9, 59)
    others = [of(ann, None, "a", 10), of(ann, None, "b", 9), of(ann, bob, "a", 9)]
    assert len({first, *others, of(bob, None, "a", 9)}) == 5
