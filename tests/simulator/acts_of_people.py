"""What people do about themselves and each other: registering, signing in, ranks, forgetting."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from application.commands import ChangePassword, IssueInvite, LogIn, RegisterUser
from application.invites import IssuedInvite
from application.ports import Cause
from application.security_log import Denied
from application.users import Registration
from domain.email_claim import EmailClaim
from domain.identity import email_claim_id
from domain.invite_code import InviteCode
from domain.user import User
from tests.simulator.acts import Act, Deck, Stage
from tests.simulator.process import MASTER_CODE, Process

PASSWORD, OTHER_PASSWORD = "Analytical1843", "Difference1822"
NAMES = ("ada", "bob", "cleo", "dan")


def register(stage: Stage) -> Act:
    """Somebody registers: with the master code, one that was issued, or none of ours."""
    name = stage.dice.choice(NAMES)
    codes = [MASTER_CODE, MASTER_CODE, "NO-CODE-OF-OURS", *stage.codes, *stage.codes]
    command = RegisterUser(
        email=f"{name}@example.com",
        password=PASSWORD if stage.dice.happens(0.95) else "short",
        full_name=name.title(),
        invite_code=stage.dice.choice(codes),
    )

    def holds(answer: Registration) -> bool:
        claim = stage.journal.one(EmailClaim, email_claim_id(answer.email))
        user = stage.journal.one(User, answer.user_id)
        return claim is not None and claim.user_id == answer.user_id == (user and user.id)

    return Act(
        title=f"{name} registers with {command.invite_code}",
        ask=lambda process, cause: process.users.register(command, cause),
        holds=holds,
    )


def log_in(stage: Stage) -> Act | None:
    """Somebody signs in, or tries to."""
    user = stage.user()
    if user is None:
        return None
    password = stage.dice.choice([PASSWORD, PASSWORD, OTHER_PASSWORD])
    command = LogIn(email=user.email, password=password)
    return Act(
        title=f"{_called(user)} signs in",
        ask=lambda process, cause: process.users.log_in(command, cause),
        holds=lambda _: user.is_active,
    )


def change_password(stage: Stage) -> Act | None:
    """Somebody takes another password."""
    user = stage.user()
    if user is None:
        return None
    words = [PASSWORD, OTHER_PASSWORD]
    stage.dice.shuffle(words)
    command = ChangePassword(user_id=user.id, current=words[0], new=words[1])
    before = user.session_version

    return Act(
        title=f"{_called(user)} changes the password",
        ask=lambda process, cause: process.sessions.change_password(command, cause),
        holds=lambda _: user.session_version > before,
        actor=user.id,
    )


def log_out(stage: Stage) -> Act | None:
    """Somebody gives a token back, or all."""
    user = stage.user()
    if user is None:
        return None
    if stage.dice.happens(0.5):
        before = user.session_version
        return Act(
            title=f"{_called(user)} logs out everywhere",
            ask=lambda process, cause: process.sessions.log_out_everywhere(user.id, cause),
            holds=lambda _: user.session_version > before,
            actor=user.id,
        )

    def log_out_once(process: Process, cause: Cause) -> int | None:
        tokens = [claims for claims in process.tokens.issued.values() if claims.user_id == user.id]
        return process.sessions.log_out(tokens[-1], cause) if tokens else None

    return Act(title=f"{_called(user)} logs out", ask=log_out_once, actor=user.id)


def change_rank(stage: Stage) -> Act | None:
    """A superuser changes what somebody may do."""
    user = stage.user()
    if user is None:
        return None
    decisions: dict[str, tuple[Callable[[User], None], Callable[[User], bool]]] = {
        "promoted": (User.promote, lambda user: user.is_superuser),
        "demoted": (User.demote, lambda user: not user.is_superuser),
        "deactivated": (User.deactivate, lambda user: not user.is_active),
        "reactivated": (User.reactivate, lambda user: user.is_active),
        "made an auditor": (User.grant_auditor, lambda user: user.is_auditor),
        "no auditor": (User.revoke_auditor, lambda user: not user.is_auditor),
    }
    said = stage.dice.choice(["promoted", "promoted", "deactivated", *decisions])
    decision, is_so = decisions[said]
    return Act(
        title=f"{_called(user)} is {said}",
        ask=lambda process, cause: process.administration.change_rank(user.id, decision, cause),
        holds=lambda _: is_so(user),
        actor=_root(stage),
    )


def impersonate(stage: Stage) -> Act | None:
    """Somebody wants to act as somebody else."""
    superuser, target = stage.user(), stage.user()
    if superuser is None or target is None:
        return None
    return Act(
        title=f"{_called(superuser)} acts as {_called(target)}",
        ask=lambda process, cause: process.administration.impersonate(
            superuser.id, target.id, cause
        ),
        holds=lambda _: superuser.administrates,
        actor=superuser.id,
    )


def stop_impersonating(stage: Stage) -> Act | None:
    """Somebody who acts as somebody else has enough of it."""
    user = stage.user()
    if user is None:
        return None

    def stop(process: Process, cause: Cause) -> object:
        tokens = [one for one in process.tokens.issued.values() if one.impersonator]
        return process.administration.stop_impersonation(tokens[-1], cause) if tokens else None

    return Act(title="whoever acts as somebody else stops that", ask=stop, actor=user.id)


def be_denied(stage: Stage) -> Act | None:
    """Somebody asks for what is not for everybody, which is noted once an hour."""
    user = stage.user()
    if user is None:
        return None
    denied = Denied(method="GET", route="/admin/users", error_code="ERR_ADMIN_001")
    return Act(
        title=f"{_called(user)} is denied something",
        ask=lambda process, cause: process.security_log.note_denial(user.id, denied, cause),
        is_of_system=True,
    )


def forget(stage: Stage) -> Act | None:
    """Somebody is forgotten."""
    user = stage.user()
    if user is None:
        return None
    return Act(
        title=f"{_called(user)} is forgotten",
        ask=lambda process, cause: process.forgetting.forget(user.id, cause),
        holds=lambda _: user.is_forgotten,
        actor=_root(stage),
    )


def issue_invite(stage: Stage) -> Act:
    """A superuser makes a code for a few."""
    expires_at = stage.time.clock.now() + timedelta(days=stage.dice.randint(-1, 9))
    command = IssueInvite(
        cohort="friends",
        max_uses=stage.dice.choice([1, 1, 2, None]),
        expires_at=stage.dice.choice([None, expires_at]),
        seed=str(stage.dice.random()),
    )

    def issue(process: Process, cause: Cause) -> IssuedInvite:
        issued = process.invites.issue(command, cause)
        stage.codes.append(issued.code)
        return issued

    return Act(
        title=f"an invite for {command.max_uses or 'any number of'} uses is issued",
        ask=issue,
        holds=lambda answer: stage.journal.one(InviteCode, answer.invite_id) is not None,
        actor=_root(stage),
    )


def revoke_invite(stage: Stage) -> Act | None:
    """A superuser takes a code back."""
    invite = stage.dice.one_of(stage.journal.all(InviteCode))
    if invite is None:
        return None
    return Act(
        title="an invite is revoked",
        ask=lambda process, cause: process.invites.revoke(invite.id, cause),
        holds=lambda _: invite.is_revoked,
        actor=_root(stage),
    )


PEOPLE: Deck = (
    *((8, register), (6, log_in), (2, log_out), (2, change_password), (5, change_rank)),
    *(
        (3, impersonate),
        (2, stop_impersonating),
        (1, be_denied),
        (2, forget),
        (3, issue_invite),
        (1, revoke_invite),
    ),
)


def _called(user: User) -> str:
    return user.email.partition("@")[0]


def _root(stage: Stage) -> UUID | None:
    users = stage.journal.all(User)
    return users[0].id if users else None
