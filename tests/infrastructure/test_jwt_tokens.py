"""An access token is ours, whole and in time, or it is refused: nothing in between."""

import base64
import hashlib
import hmac
import json
import random
import string
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from msgspec.structs import replace

from application.access_ports import Grant, Impersonator, TokenClaims
from application.errors import TokenRefused
from infrastructure.jwt_tokens import AUDIENCE, ISSUER, JwtTokens, public_half
from infrastructure.system_clock import SystemClock
from tests.support.clocks import SetClock
from tests.support.key_pairs import key_pair
from tests.support.reliability import Asked, Note
from tests.support.rounds import rounds

KEY = "a key of the tests with at least 32 bytes"
NOW = datetime(2024, 1, 2, 12, tzinfo=UTC)
USER = UUID(int=42)
GRANT = Grant(user_id=USER, email="ann@example.com", is_superuser=False, session_version=3)
ACTING = Impersonator(user_id=UUID(int=43), session_version=7)
PAIR = key_pair()


@pytest.fixture
def clock() -> SetClock:
    """A clock that stands at noon."""
    return SetClock(NOW)


@pytest.fixture(params=["", PAIR], ids=["HS256", "EdDSA"])
def tokens(clock: SetClock, request: pytest.FixtureRequest) -> JwtTokens:
    """Tokens good for an hour by that clock, signed with the secret, or by a key pair."""
    return JwtTokens(KEY, timedelta(hours=1), clock, request.param)


@pytest.fixture
def token(tokens: JwtTokens) -> str:
    """A token of the user."""
    return tokens.issue(GRANT)[0]


def test_what_was_issued_is_read(tokens: JwtTokens) -> None:
    token, lifetime_s = tokens.issue(replace(GRANT, is_superuser=True))
    claims = tokens.read(token)
    assert lifetime_s == 3600
    assert claims == TokenClaims(
        user_id=USER,
        email="ann@example.com",
        is_superuser=True,
        session_version=3,
        token_id=claims.token_id,
        issued_at=NOW,
        expires_at=NOW + timedelta(hours=1),
    )


def test_an_impersonation_is_read_as_such(tokens: JwtTokens) -> None:
    token, _ = tokens.issue(replace(GRANT, impersonator=ACTING))
    said = jwt.decode(token, options={"verify_signature": False})
    assert tokens.read(token).impersonator == ACTING
    assert (said["is_impersonation"], said["impersonator_id"]) == (True, str(ACTING.user_id))


def test_an_impersonation_ends_after_eight_hours(clock: SetClock) -> None:
    for lifetime, expected in ((timedelta(days=30), 8), (timedelta(hours=1), 1)):
        tokens = JwtTokens(KEY, lifetime, clock)
        token, lifetime_s = tokens.issue(replace(GRANT, impersonator=ACTING))
        assert lifetime_s == expected * 3600
        assert tokens.read(token).expires_at == NOW + timedelta(hours=expected)


@pytest.mark.parametrize("left_out", ["is_impersonation", "impersonator_id", "isv"])
def test_half_an_impersonation_is_refused(tokens: JwtTokens, left_out: str) -> None:
    whole = {**claims(), "is_impersonation": True, "impersonator_id": str(USER), "isv": 0}
    assert tokens.read(signed(tokens, whole)).impersonator is not None
    with pytest.raises(TokenRefused):
        tokens.read(
            signed(tokens, {name: value for name, value in whole.items() if name != left_out})
        )


def test_a_companion_is_of_one_token_and_of_our_key(tokens: JwtTokens, token: str) -> None:
    other = tokens.issue(GRANT)[0]
    foreign = JwtTokens(KEY[::-1], timedelta(hours=1), tokens.clock)
    assert tokens.companion(token) == tokens.companion(token)
    assert len({tokens.companion(token), tokens.companion(other), foreign.companion(token)}) == 3


def test_what_is_no_text_has_a_companion_too(tokens: JwtTokens) -> None:
    assert tokens.companion("\ud800") != tokens.companion("\udfff")


def test_no_two_tokens_have_one_id(tokens: JwtTokens) -> None:
    ids = {tokens.read(tokens.issue(GRANT)[0]).token_id for _ in range(50)}
    assert len(ids) == 50


def test_a_token_is_good_until_the_clock_reaches_its_end(
    tokens: JwtTokens, clock: SetClock, token: str
) -> None:
    clock.time = NOW + timedelta(minutes=59, seconds=59)
    assert tokens.read(token).user_id == USER
    clock.time = NOW + timedelta(hours=1)
    with pytest.raises(TokenRefused):
        tokens.read(token)


def test_the_real_clock_serves_as_well() -> None:
    tokens = JwtTokens(KEY, timedelta(days=30), SystemClock(market_pinned_at=NOW))
    token, _ = tokens.issue(GRANT)
    assert tokens.read(token).expires_at > datetime.now(UTC) + timedelta(days=29)


def test_another_key_is_refused(clock: SetClock, token: str) -> None:
    with pytest.raises(TokenRefused):
        JwtTokens(KEY[::-1], timedelta(hours=1), clock).read(token)


def test_a_token_without_signature_is_refused(tokens: JwtTokens) -> None:
    with pytest.raises(TokenRefused):
        tokens.read(jwt.encode(claims(), "", algorithm="none"))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_another_algorithm_is_refused_even_with_our_key(tokens: JwtTokens, algorithm: str) -> None:
    key = KEY * 2
    with pytest.raises(TokenRefused):
        JwtTokens(key, tokens.lifetime, tokens.clock).read(
            jwt.encode(claims(), key, algorithm=algorithm)
        )


def test_the_claims_alone_signed_by_us_are_read(tokens: JwtTokens) -> None:
    assert tokens.read(signed(tokens, claims())).user_id == USER


@pytest.mark.parametrize(
    "claim", ["sub", "email", "is_superuser", "sv", "iat", "exp", "jti", "iss", "aud"]
)
def test_every_claim_is_needed(tokens: JwtTokens, claim: str) -> None:
    rest = {name: value for name, value in claims().items() if name != claim}
    with pytest.raises(TokenRefused):
        tokens.read(signed(tokens, rest))


MISTYPED: dict[str, list[object]] = {
    "iss": ["someone", "", None, ["sigmasight"]],
    "aud": ["someone", "", None, []],
    "sub": ["42", "", None, 42],
    "email": [None, 5],
    "is_superuser": ["true", 1, None],
    "sv": ["0", None, 0.5, True],
    "is_impersonation": ["true", 1, None],
    "impersonator_id": ["42", 42],
    "isv": ["0", 0.5],
    "exp": ["soon", None, 1e300, 10**18, -(10**18), True, 1.5],
    "iat": ["soon", None, 10**18],
    "jti": [None, 7],
}


@pytest.mark.parametrize(
    ("claim", "value"), [(claim, value) for claim, values in MISTYPED.items() for value in values]
)
def test_a_claim_of_the_wrong_kind_is_refused(tokens: JwtTokens, claim: str, value: object) -> None:
    with pytest.raises(TokenRefused):
        tokens.read(signed(tokens, {**claims(), claim: value}))


@pytest.mark.parametrize(
    "token",
    [
        *("", ".", "..", "...", "a.b.c", "null", "Bearer x", "é.é.é", "\ud800", "\0", " "),
        "[" * 4096,
        "a" * 5_000,
        base64.urlsafe_b64encode(b"[" * 3000).decode() + ".e30.e30",
        base64.urlsafe_b64encode(b'{"alg": "HS256", "crit": ["b64"]}').decode() + ".e30.e30",
    ],
    ids=lambda token: ascii(token[:20]),
)
def test_what_is_no_token_is_refused(tokens: JwtTokens, token: str) -> None:
    with pytest.raises(TokenRefused):
        tokens.read(token)


def test_an_oversized_token_is_refused_though_it_is_ours(tokens: JwtTokens) -> None:
    with pytest.raises(TokenRefused):
        tokens.read(signed(tokens, {**claims(), "more": "x" * 5000}))


@rounds(2_000, few=2_000)
def test_mutants_are_refused_and_nothing_else_happens(
    tokens: JwtTokens, token: str, rounds: int, note: Note
) -> None:
    dice = random.Random(20130301)  # noqa: S311 - mutants that are the same every time
    made = mutants(token, rounds, dice)
    assert [mutant for mutant in made if outcome(tokens, mutant) != "refused"] == []
    note(Asked.TOKENS, "mutants of tokens, by secret and by key pair", len(made), "refused")


def test_a_key_of_thirty_two_bytes_will_do_in_any_letters(clock: SetClock) -> None:
    for key in ("k" * 32, "é" * 16):
        tokens = JwtTokens(key, timedelta(hours=1), clock)
        assert tokens.read(tokens.issue(GRANT)[0]).user_id == USER


def test_a_key_of_less_than_thirty_two_bytes_is_refused() -> None:
    with pytest.raises(ValueError, match="SECRET_KEY"):
        JwtTokens("k" * 31, timedelta(hours=1), SetClock(NOW))


def test_the_key_does_not_show(tokens: JwtTokens) -> None:
    assert KEY not in repr(tokens)
    assert "PRIVATE" not in repr(tokens)


def test_a_key_pair_reads_nothing_that_was_signed_otherwise(clock: SetClock) -> None:
    by_pair = JwtTokens(KEY, timedelta(hours=1), clock, PAIR)
    by_secret = JwtTokens(KEY, timedelta(hours=1), clock)
    by_another = JwtTokens(KEY, timedelta(hours=1), clock, key_pair())
    public = public_half(PAIR)
    confused = json.dumps(claims()).encode()
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=")
    body = head + b"." + base64.urlsafe_b64encode(confused).rstrip(b"=")
    mac = hmac.new(public.encode(), body, hashlib.sha256).digest()
    forged = (body + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()
    for token in (by_secret.issue(GRANT)[0], by_another.issue(GRANT)[0], forged):
        with pytest.raises(TokenRefused):
            by_pair.read(token)
    with pytest.raises(TokenRefused):
        by_secret.read(by_pair.issue(GRANT)[0])
    assert jwt.get_unverified_header(by_pair.issue(GRANT)[0])["alg"] == "EdDSA"


@pytest.mark.parametrize("text", ["", "no key", PAIR.replace("PRIVATE", "PUBLIC")])
def test_what_is_no_private_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="private key"):
        public_half(text)


def test_a_private_key_for_another_algorithm_is_refused() -> None:
    on_a_curve = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    with pytest.raises(ValueError, match="Ed25519"):
        public_half(on_a_curve.decode())


def claims() -> dict[str, Any]:
    """The claims of a good token."""
    return {
        "sub": str(USER),
        "email": "ann@example.com",
        "is_superuser": False,
        "sv": 0,
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 60,
        "jti": "1",
        "iss": ISSUER,
        "aud": AUDIENCE,
    }


def signed(tokens: JwtTokens, content: dict[str, Any]) -> str:
    """A token with any claims and our own signature, not checked as it is written."""
    key, algorithm = (tokens.private_key, "EdDSA") if tokens.private_key else (KEY, "HS256")
    return jwt.api_jws.encode(json.dumps(content).encode(), key, algorithm=algorithm)


def mutants(token: str, count: int, dice: random.Random) -> list[str]:
    """The token with one thing wrong, in so many ways; none spells the same token."""
    letters = string.ascii_letters + string.digits + "-_.=é"
    made: list[str] = []
    while len(made) < count:
        at = dice.randrange(len(token))
        mutant = dice.choice(
            [
                token[:at] + token[at + 1 :],
                token[:at] + dice.choice(letters) + token[at + 1 :],
                token[:at] + dice.choice(letters) + token[at:],
                token[:at],
                token[at:] + token[:at],
                ".".join(dice.sample(token.split("."), 3)),
            ]
        )
        if meaning(mutant) != meaning(token):
            made.append(mutant)
    return made


def meaning(token: str) -> object:
    """The bytes that a token's parts stand for: the last letter of a part has idle bits."""
    try:
        return [base64.urlsafe_b64decode(part + "==") for part in token.split(".")]
    except ValueError:
        return None


def outcome(tokens: JwtTokens, token: str) -> str:
    """How reading a token ends."""
    try:
        tokens.read(token)
    except TokenRefused:
        return "refused"
    return "read"
