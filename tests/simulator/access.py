"""Passwords, tokens, keys and what is kept beside the log, in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from msgspec.structs import replace

from application.access_ports import Grant, TokenClaims
from application.errors import TokenRefused
from application.ports import Clock, Statement
from application.repeating import KEPT_FOR, FirstAnswer, KeyTaken, LastEvent
from application.uploads import KeptUpload
from tests.simulator.database import Database, KeptAnswer, Transaction
from tests.simulator.event_log import statement

_IMPERSONATED_FOR = timedelta(hours=8)
_GOOD_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class InMemoryPasswords:
    """Implements `Passwords`; a hash is the password with a word before it."""

    database: Database
    are_composed: bool = True

    def hash(self, password: str) -> str:
        """See `Passwords.hash`."""
        return f"hash of {password}"

    def store(self, user_id: UUID, hashed: str) -> Statement:
        """See `Passwords.store`."""
        return statement(lambda writes: writes.put(self.database.passwords, user_id, hashed))

    def destroy(self, user_id: UUID) -> Statement:
        """See `Passwords.destroy`."""
        return statement(lambda writes: writes.delete(self.database.passwords, user_id))

    def is_common(self, password: str) -> bool:
        """See `Passwords.is_common`."""
        return password == "Password1"

    def verify(self, user_id: UUID | None, password: str) -> bool:
        """See `Passwords.verify`."""
        return user_id is not None and self.database.passwords.get(user_id) == self.hash(password)


@dataclass(frozen=True, slots=True)
class InMemoryKeys:
    """Implements `PersonalKeys`."""

    database: Database

    def destroy(self, user_id: UUID) -> Statement:
        """See `PersonalKeys.destroy`."""
        return statement(lambda writes: writes.delete(self.database.keys, user_id))


@dataclass(frozen=True, slots=True)
class InMemoryTokens:
    """Implements `Tokens`; a token is a number, and what it says is remembered."""

    clock: Clock
    issued: dict[str, TokenClaims] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def issue(self, grant: Grant) -> tuple[str, int]:
        """See `Tokens.issue`."""
        token, now = f"token {next(self._numbers)}", self.clock.now()
        lasts = _IMPERSONATED_FOR if grant.impersonator else _GOOD_FOR
        self.issued[token] = TokenClaims(
            user_id=grant.user_id,
            email=grant.email,
            is_superuser=grant.is_superuser,
            session_version=grant.session_version,
            impersonator=grant.impersonator,
            token_id=token,
            issued_at=now,
            expires_at=now + lasts,
        )
        return token, int(lasts.total_seconds())

    def read(self, token: str) -> TokenClaims:
        """See `Tokens.read`."""
        claims = self.issued.get(token)
        if claims is None or claims.expires_at <= self.clock.now():
            raise TokenRefused
        return claims

    def companion(self, token: str) -> str:
        """See `Tokens.companion`."""
        return f"beside {token}"


@dataclass(frozen=True, slots=True)
class InMemoryFailedLogins:
    """Implements `FailedLogins`."""

    database: Database

    def times(self, subject: str, since: datetime) -> Sequence[datetime]:
        """See `FailedLogins.times`."""
        known = self.database.failures.get(subject, ())
        return sorted((at for at in known if at > since), reverse=True)

    def note(self, subjects: Sequence[str], at: datetime, forget_before: datetime) -> None:
        """See `FailedLogins.note`."""
        for subject in subjects:
            known = self.database.failures.get(subject, ())
            kept = [one for one in known if one > forget_before]
            self.database.failures[subject] = (*kept, at)


@dataclass(frozen=True, slots=True)
class InMemoryFirstAnswers:
    """Implements `FirstAnswers`."""

    database: Database
    clock: Clock

    def keep(
        self, user_id: UUID, key: str, answer: FirstAnswer, last_event: LastEvent | None
    ) -> Statement:
        """See `FirstAnswers.keep`."""

        def write(writes: Transaction) -> None:
            before = self.database.answers.get((user_id, key))
            is_ours = before is not None and before.answer is answer
            if before and not is_ours and before.at > self.clock.now() - KEPT_FOR:
                raise KeyTaken
            kept = KeptAnswer(answer, last_event, len(self.database.events), self.clock.now())
            writes.put(self.database.answers, (user_id, key), kept)

        return statement(write)

    def keep_alone(self, user_id: UUID, key: str, answer: FirstAnswer) -> None:
        """See `FirstAnswers.keep_alone`."""
        with self.database.transaction() as writes:
            self.keep(user_id, key, answer, None)(writes)

    def find(self, user_id: UUID, key: str) -> FirstAnswer | None:
        """See `FirstAnswers.find`."""
        kept = self.database.answers.get((user_id, key))
        if kept is None or kept.at <= self.clock.now() - KEPT_FOR:
            return None
        position = kept.log_position
        if kept.last_event:
            stream, version = kept.last_event
            position = self.database.streams[stream][version - 1].position
        return replace(kept.answer, position=position)


@dataclass(frozen=True, slots=True)
class InMemoryRejectedRows:
    """Implements `RejectedRows`."""

    database: Database

    def keep(self, import_id: UUID, csv: str | None) -> Sequence[Statement]:
        """See `RejectedRows.keep`."""
        if csv is None:
            return ()
        return [statement(lambda writes: writes.put(self.database.rejected_rows, import_id, csv))]

    def of(self, import_id: UUID) -> str | None:
        """See `RejectedRows.of`."""
        return self.database.rejected_rows.get(import_id)


@dataclass(frozen=True, slots=True)
class NoUploads:
    """Implements `Uploads` where nobody looks at files before importing them."""

    def keep(self, upload: KeptUpload) -> None:
        """See `Uploads.keep`."""

    def of(self, owner_id: UUID, upload_id: UUID) -> KeptUpload | None:
        """See `Uploads.of`."""
        return None

    def forget(self, upload_id: UUID) -> None:
        """See `Uploads.forget`."""

    def destroy(self, owner_id: UUID) -> Statement:
        """See `Uploads.destroy`."""
        return statement(lambda _: None)

    def sweep(self) -> None:
        """See `Uploads.sweep`."""
