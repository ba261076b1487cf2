"""Access tokens as JWT, HS256 with the algorithm pinned (RFC 8725)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import jwt

from application.errors import TokenRefused
from application.ports import Clock, TokenClaims

ISSUER = AUDIENCE = "sigmasight"
_ALGORITHM = "HS256"
_REQUIRED = ["sub", "email", "is_superuser", "iat", "exp", "jti", "iss", "aud"]
_LONGEST = 4096
_SHORTEST_KEY = 32


@dataclass(frozen=True, slots=True)
class JwtTokens:
    """Implements `application.ports.Tokens`. The key has at least 32 bytes."""

    key: str
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
            claims = jwt.decode(
                token,
                self.key,
                algorithms=[_ALGORITHM],
                issuer=ISSUER,
                audience=AUDIENCE,
                options={"require": _REQUIRED},
            )
            return TokenClaims(
                user_id=UUID(claims["sub"]),
                email=str(claims["email"]),
                is_superuser=claims["is_superuser"] is True,
                token_id=str(claims["jti"]),
                issued_at=datetime.fromtimestamp(claims["iat"], UTC),
                expires_at=datetime.fromtimestamp(claims["exp"], UTC),
            )
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError, RecursionError):
            raise TokenRefused from None
