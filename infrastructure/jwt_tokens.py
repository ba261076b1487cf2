"""Access tokens as JWT, HS256 with the algorithm pinned (RFC 8725)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import jwt
import msgspec
from jwt.types import Options

from application.errors import TokenRefused
from application.ports import Clock, TokenClaims

ISSUER = AUDIENCE = "sigmasight"
_ALGORITHM = "HS256"
_OPTIONS: Options = {
    "require": ["iss", "aud"],
    "verify_exp": False,  # by our own clock instead
    "verify_iat": False,
    "verify_nbf": False,
}
_LONGEST = 4096
_SHORTEST_KEY = 32


class _Claims(msgspec.Struct, frozen=True, kw_only=True):
    """What every token says, beside issuer and audience. `iat` and `exp` are Unix seconds."""

    sub: UUID
    email: str
    is_superuser: bool
    jti: str
    iat: int
    exp: int


@dataclass(frozen=True, slots=True)
class JwtTokens:
    """Implements `application.ports.Tokens`, by the clock given. The key has at least 32 bytes."""

    key: str = field(repr=False)
    lifetime: timedelta
    clock: Clock

    def __post_init__(self) -> None:
        if len(self.key.encode()) < _SHORTEST_KEY:
            raise ValueError("The key that signs tokens has at least 32 bytes; set SECRET_KEY.")

    def issue(self, user_id: UUID, email: str, *, is_superuser: bool) -> tuple[str, int]:
        """See `Tokens.issue`."""
        now = self.clock.now()
        claims = {
            "sub": str(user_id),
            "email": email,
            "is_superuser": is_superuser,
            "iat": int(now.timestamp()),
            "exp": int((now + self.lifetime).timestamp()),
            "jti": uuid4().hex,
            "iss": ISSUER,
            "aud": AUDIENCE,
        }
        token = jwt.encode(claims, self.key, algorithm=_ALGORITHM)
        return token, int(self.lifetime.total_seconds())

    def read(self, token: str) -> TokenClaims:
        """See `Tokens.read`."""
        if len(token) > _LONGEST:
            raise TokenRefused
        try:
            raw = jwt.decode(
                token,
                self.key,
                algorithms=[_ALGORITHM],
                issuer=ISSUER,
                audience=AUDIENCE,
                options=_OPTIONS,
            )
            claims = msgspec.convert(raw, _Claims)
            expires_at = datetime.fromtimestamp(claims.exp, UTC)
            issued_at = datetime.fromtimestamp(claims.iat, UTC)
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError, OSError, RecursionError):
            raise TokenRefused from None
        if expires_at <= self.clock.now():
            raise TokenRefused
        return TokenClaims(
            user_id=claims.sub,
            email=claims.email,
            is_superuser=claims.is_superuser,
            token_id=claims.jti,
            issued_at=issued_at,
            expires_at=expires_at,
        )
