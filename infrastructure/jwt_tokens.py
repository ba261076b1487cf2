"""Access tokens as JWT with one algorithm pinned (RFC 8725): HS256, or EdDSA by a key pair."""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from uuid import UUID, uuid4

import jwt
import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from jwt.types import Options

from application.access_ports import Grant, Impersonator, TokenClaims
from application.errors import TokenRefused
from application.ports import Clock

ISSUER = AUDIENCE = "sigmasight"
_BY_SECRET, _BY_KEY_PAIR = "HS256", "EdDSA"
_OPTIONS: Options = {
    "require": ["iss", "aud"],
    "verify_exp": False,  # by our own clock instead
    "verify_iat": False,
    "verify_nbf": False,
}
_LONGEST = 4096
_SHORTEST_KEY = 32
_IMPERSONATION = timedelta(hours=8)
_COMPANION = "csrf"


class _Claims(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What every token says, beside issuer and audience. `iat` and `exp` are Unix seconds.

    `sv` and `isv` are the session versions of the user and of the impersonator.
    """

    sub: UUID
    email: str
    is_superuser: bool
    sv: int
    jti: str
    iat: int
    exp: int
    is_impersonation: bool = False
    impersonator_id: UUID | None = None
    isv: int | None = None

    def impersonator(self) -> Impersonator | None:
        """Who acts as the user, if somebody does.

        Raises:
            ValueError: the claims about it do not belong together.
        """
        if not self.is_impersonation and self.impersonator_id is None and self.isv is None:
            return None
        if not self.is_impersonation or self.impersonator_id is None or self.isv is None:
            raise ValueError
        return Impersonator(user_id=self.impersonator_id, session_version=self.isv)


@dataclass(frozen=True, slots=True)
class JwtTokens:
    """Implements `application.access_ports.Tokens`, by the clock given. The key has 32 bytes up.

    With a private key (Ed25519, PEM) tokens are signed by that, and read by its public half alone.
    """

    key: str = field(repr=False)
    lifetime: timedelta
    clock: Clock
    private_key: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if len(self.key.encode()) < _SHORTEST_KEY:
            raise ValueError("The key that signs tokens has at least 32 bytes; set SECRET_KEY.")

    def issue(self, grant: Grant) -> tuple[str, int]:
        """See `Tokens.issue`."""
        now = self.clock.now()
        impersonator = grant.impersonator
        lifetime = min(self.lifetime, _IMPERSONATION) if impersonator else self.lifetime
        claims = _Claims(
            sub=grant.user_id,
            email=grant.email,
            is_superuser=grant.is_superuser,
            sv=grant.session_version,
            jti=uuid4().hex,
            iat=int(now.timestamp()),
            exp=int((now + lifetime).timestamp()),
            is_impersonation=impersonator is not None,
            impersonator_id=impersonator.user_id if impersonator else None,
            isv=impersonator.session_version if impersonator else None,
        )
        said = {**msgspec.to_builtins(claims), "iss": ISSUER, "aud": AUDIENCE}
        algorithm = _BY_KEY_PAIR if self.private_key else _BY_SECRET
        token = jwt.encode(said, self.private_key or self.key, algorithm=algorithm)
        return token, int(lifetime.total_seconds())

    def read(self, token: str) -> TokenClaims:
        """See `Tokens.read`."""
        if len(token) > _LONGEST:
            raise TokenRefused
        try:
            claims = self._verified(token)
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError, OSError, RecursionError):
            raise TokenRefused from None
        if claims.expires_at <= self.clock.now():
            raise TokenRefused
        return claims

    def _verified(self, token: str) -> TokenClaims:
        if self.private_key:
            return _verified(token, public_half(self.private_key), _BY_KEY_PAIR)
        return _verified(token, self.key, _BY_SECRET)

    def companion(self, token: str) -> str:
        """See `Tokens.companion`."""
        given = f"{_COMPANION}:{token}".encode(errors="surrogatepass")
        return hmac.new(self.key.encode(), given, hashlib.sha256).hexdigest()


@cache
def public_half(private_key: str) -> str:
    """The public key of a private one, both PEM.

    Raises:
        ValueError: it is none of Ed25519 without a password.
    """
    try:
        key = load_pem_private_key(private_key.encode(), password=None)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        raise ValueError("This is no private key in PEM, or one with a password.") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("This private key is none of Ed25519.")  # noqa: TRY004 - the text is wrong, not its type
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return public.decode()


@lru_cache(maxsize=10_000)
def _verified(token: str, key: str, algorithm: str) -> TokenClaims:
    """What a token says that the key has signed: verified once, whatever the time is."""
    raw = jwt.decode(
        token,
        key,
        algorithms=[algorithm],
        issuer=ISSUER,
        audience=AUDIENCE,
        options=_OPTIONS,
    )
    return _told(msgspec.convert(raw, _Claims))


def _told(claims: _Claims) -> TokenClaims:
    return TokenClaims(
        user_id=claims.sub,
        email=claims.email,
        is_superuser=claims.is_superuser,
        session_version=claims.sv,
        impersonator=claims.impersonator(),
        token_id=claims.jti,
        issued_at=datetime.fromtimestamp(claims.iat, UTC),
        expires_at=datetime.fromtimestamp(claims.exp, UTC),
    )
