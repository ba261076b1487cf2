"""The first answers to commands sent under a key, kept beside the log for a day."""

import hmac
import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from application.ports import Clock, Statement
from application.repeating import KEPT_FOR, FirstAnswer, KeyTaken, LastEvent
from infrastructure.postgres import Pool

_NONCE_BYTES = 12
# Made again after a lost connection, the write of the same attempt finds itself.
_KEEP = (
    "INSERT INTO answers.first_answers AS kept (user_id, key_digest, request_digest, attempt_id,"
    " status, sealed, event_stream, event_version, answered_at, log_position)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s,"
    " coalesce((SELECT max(notification_id) FROM events.stored_events), 0))"
    " ON CONFLICT (user_id, key_digest) DO UPDATE SET request_digest = excluded.request_digest,"
    " attempt_id = excluded.attempt_id, status = excluded.status, sealed = excluded.sealed,"
    " event_stream = excluded.event_stream, event_version = excluded.event_version,"
    " answered_at = excluded.answered_at, log_position = excluded.log_position"
    " WHERE kept.attempt_id = excluded.attempt_id OR kept.answered_at <= %s RETURNING 1"
)
_SWEEP = (
    "DELETE FROM answers.first_answers WHERE (user_id, key_digest) IN"
    " (SELECT user_id, key_digest FROM answers.first_answers WHERE answered_at <= %s"
    " ORDER BY answered_at LIMIT 100 FOR UPDATE SKIP LOCKED)"
)
_FIND = (
    "SELECT request_digest, status, sealed, coalesce(notification_id, log_position) FROM"
    " answers.first_answers LEFT JOIN events.stored_events"
    " ON originator_id = event_stream AND originator_version = event_version"
    " WHERE user_id = %s AND key_digest = %s AND answered_at > %s"
)


@dataclass(frozen=True, slots=True)
class PostgresFirstAnswers:
    """Implements `application.repeating.FirstAnswers`.

    What is kept opens to nobody who has only the database: headers and body are sealed with a key
    made of `secret` and of the caller's own, which is not kept.
    """

    pool: Pool
    clock: Clock
    secret: str

    def keep(
        self, user_id: UUID, key: str, answer: FirstAnswer, last_event: LastEvent | None
    ) -> Statement:
        """See `FirstAnswers.keep`."""
        now = self.clock.now()
        row = (
            *(user_id, self._digest(user_id, key), answer.request_digest, uuid4(), answer.status),
            *(self._sealed(user_id, key, answer), *(last_event or (None, None)), now),
        )

        def write(connection: Any) -> None:
            if connection.execute(_KEEP, (*row, now - KEPT_FOR)).fetchone() is None:
                raise KeyTaken
            connection.execute(_SWEEP, (now - KEPT_FOR,))

        return write

    def keep_alone(self, user_id: UUID, key: str, answer: FirstAnswer) -> None:
        """See `FirstAnswers.keep_alone`."""
        write = self.keep(user_id, key, answer, None)
        with self.pool.connection() as connection:
            write(connection)

    def find(self, user_id: UUID, key: str) -> FirstAnswer | None:
        """See `FirstAnswers.find`."""
        wanted = (user_id, self._digest(user_id, key), self.clock.now() - KEPT_FOR)
        with self.pool.reading() as connection:
            row = connection.execute(_FIND, wanted).fetchone()
        if row is None:
            return None
        request_digest, status, sealed, position = row
        headers, body = self._opened(user_id, key, sealed)
        return FirstAnswer(
            request_digest=request_digest,
            status=status,
            headers=headers,
            body=body,
            position=position,
        )

    def _digest(self, user_id: UUID, key: str) -> bytes:
        return self._derived(b"digest", user_id, key)

    def _sealed(self, user_id: UUID, key: str, answer: FirstAnswer) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        plain = msgspec.msgpack.encode((answer.headers, answer.body))
        return nonce + self._cipher(user_id, key).encrypt(nonce, plain, None)

    def _opened(
        self, user_id: UUID, key: str, sealed: bytes
    ) -> tuple[list[tuple[str, str]], bytes]:
        nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        plain = self._cipher(user_id, key).decrypt(nonce, rest, None)
        return msgspec.msgpack.decode(plain, type=tuple[list[tuple[str, str]], bytes])

    def _cipher(self, user_id: UUID, key: str) -> AESGCM:
        return AESGCM(self._derived(b"seal", user_id, key))

    def _derived(self, purpose: bytes, user_id: UUID, key: str) -> bytes:
        said = b"/".join((b"first-answer", purpose, user_id.bytes, key.encode()))
        return hmac.digest(self.secret.encode(), said, "sha256")
