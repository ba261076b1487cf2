"""The only reader of the environment: every setting with its unit and default."""

import contextlib
import os
import re
import secrets
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, Self

import psycopg
from psycopg.conninfo import conninfo_to_dict
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from infrastructure.embedded_postgres import data_home
from infrastructure.jwt_tokens import public_half
from infrastructure.whole_file import whole_file

PUBLISHED_INVITE_CODE = "PRESCOTT-LINNAEAN-COWPERTHWAITE"
_SHORTEST_SECRET = 32
_SHORTEST_METRICS_TOKEN = 16
_ORIGIN = re.compile(
    r"(http(?!.*:80$)|https(?!.*:443$))://([a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(:[0-9]{1,5})?"
)
"""As browsers spell it: in small letters, without the scheme's own port, without a path."""
_PUBLIC_KEY = re.compile(r"[0-9A-Fa-f]{64}")

_ADDRESS = re.compile(r"\s*,\s*(?=postgres(?:ql)?://)")
"""What divides addresses of PostgreSQL: within one, a comma divides hosts."""

_TAKES = {
    "database_read_url": (
        "it takes addresses of replicas such as postgresql://host:5432/sigmasight, separated by"
        " commas"
    ),
    "token_key_file": "it names a file with a private key of Ed25519 in PEM, without a password",
    "secret_key": f"it takes {_SHORTEST_SECRET} characters or more",
    "sigmasight_now": "it takes an instant such as 2020-11-06T21:30:00Z, or a date",
    "sigmasight_env": "it is development or production",
    "token_lifetime_days": "it takes a whole number from 1 to 365",
    "risk_free_rate": "it takes a number from 0 to 0.5; 0.04 is 4 % a year",
    "deterministic_uuids": "it is true or false",
    "rate_limits": "it is on or off",
    "password_composition": "it is true or false",
    "request_timeout_s": "it takes seconds, 0.1 to 600",
    "requests_at_once": "it takes a whole number from 1 to 1000",
    "otel_exporter_otlp_endpoint": "it takes the address of a collector: http://HOST:4318",
    "cors_origins": (
        "it takes origins as browsers spell them, such as https://app.example.com, separated by"
        " commas; each by name, as * would let every page on the web ask"
    ),
    "skip_startup_validation": "it is true or false",
    "metrics_token": f"it takes {_SHORTEST_METRICS_TOKEN} characters or more",
    "audit_trusted_keys": (
        "it takes public keys of 64 hexadecimal digits as `sigmasight audit key` prints them,"
        " separated by commas"
    ),
}
"""What a variable takes, where the library's sentence would speak of Python."""


class SettingsRefused(Exception):
    """A variable of the environment holds what cannot be used; the message names it."""


def _instant(text: object) -> object:
    """A pinned time: an instant with its zone, or a date, which means noon UTC of that day."""
    if isinstance(text, str) and len(text) == len("2020-11-07"):
        return datetime.fromisoformat(text).replace(hour=12, tzinfo=UTC)
    return text


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _exact_origins(text: str) -> str:
    if not all(map(_ORIGIN.fullmatch, _listed(text))):
        raise ValueError
    return text


def _addresses(text: str) -> str:
    for address in _apart(text):
        if not address.startswith(("postgresql://", "postgres://")):
            raise ValueError
        try:
            conninfo_to_dict(address)
        except psycopg.ProgrammingError:
            raise ValueError from None
    return text


def _apart(addresses: str) -> list[str]:
    return _ADDRESS.split(addresses.strip()) if addresses.strip() else []


def _public_keys(text: str) -> str:
    if not all(map(_PUBLIC_KEY.fullmatch, _listed(text))):
        raise ValueError
    return text


def _with_a_key_pair(file: Path | None) -> Path | None:
    """The file, if it holds a private key that tokens can be signed with."""
    if file is not None:
        try:
            public_half(file.read_text("ascii"))
        except OSError:
            raise ValueError from None
    return file


class Settings(BaseSettings):
    """What the environment says. Names are those of the variables, without regard to case."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    sigmasight_home: str | None = None
    sigmasight_env: Literal["development", "production"] = "development"
    sigmasight_now: Annotated[AwareDatetime | None, BeforeValidator(_instant)] = None
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65_535)
    database_url: str | None = None
    database_read_url: Annotated[str, AfterValidator(_addresses)] = ""
    secret_key: SecretStr | None = Field(default=None, min_length=_SHORTEST_SECRET)
    audit_trusted_keys: Annotated[str, AfterValidator(_public_keys)] = ""
    token_key_file: Annotated[Path | None, AfterValidator(_with_a_key_pair)] = None
    beta_invite_code: str = PUBLISHED_INVITE_CODE
    market_data: str = "yahoo"
    risk_free_rate: Decimal = Field(default=Decimal("0.04"), ge=0, le=Decimal("0.5"))
    deterministic_uuids: bool | None = None
    rate_limits: Literal["on", "off"] = "on"
    rate_limits_storage: str = "memory://"
    forwarded_allow_ips: str = ""
    cors_origins: Annotated[str, AfterValidator(_exact_origins)] = ""
    request_timeout_s: float = Field(default=30, ge=0.1, le=600)
    requests_at_once: int = Field(default=16, ge=1, le=1_000)
    skip_startup_validation: bool = False
    otel_exporter_otlp_endpoint: str = Field(default="", pattern=r"^(https?://[^\s/]+.*)?$")
    metrics_token: SecretStr | None = Field(default=None, min_length=_SHORTEST_METRICS_TOKEN)
    password_composition: bool = True
    token_lifetime_days: int = Field(default=30, ge=1, le=365)
    superuser_email: str | None = None
    superuser_password: SecretStr | None = None
    superuser_name: str | None = None

    @model_validator(mode="after")
    def _refuse_published_defaults(self) -> Self:
        if self.sigmasight_env == "production":
            if self.secret_key is None:
                raise ValueError("production needs SECRET_KEY, 32 characters or more of your own")
            if self.beta_invite_code.strip().upper() in ("", PUBLISHED_INVITE_CODE):
                raise ValueError("production needs BETA_INVITE_CODE, an invite code of your own")
        return self

    @property
    def home(self) -> Path:
        """Where this installation keeps its data, its secret and its embedded database."""
        is_root = hasattr(os, "geteuid") and os.geteuid() == 0
        return data_home(Path.cwd(), self.sigmasight_home, is_root=is_root)

    @property
    def uses_deterministic_ids(self) -> bool:
        """DETERMINISTIC_UUIDS, on by default outside production."""
        if self.deterministic_uuids is None:
            return self.sigmasight_env != "production"
        return self.deterministic_uuids

    @property
    def read_urls(self) -> list[str]:
        """DATABASE_READ_URL, one by one."""
        return _apart(self.database_read_url)

    @property
    def origins(self) -> list[str]:
        """CORS_ORIGINS, one by one."""
        return _listed(self.cors_origins)

    @property
    def trusted_keys(self) -> list[bytes]:
        """AUDIT_TRUSTED_KEYS, one by one, 32 bytes each."""
        return [bytes.fromhex(key) for key in _listed(self.audit_trusted_keys)]

    @property
    def secret_for_metrics(self) -> str:
        """METRICS_TOKEN, blank where none is set."""
        return self.metrics_token.get_secret_value() if self.metrics_token else ""

    @property
    def token_key(self) -> str:
        """The private key of TOKEN_KEY_FILE, PEM; blank where tokens are signed with the secret."""
        return self.token_key_file.read_text("ascii") if self.token_key_file else ""

    def secret(self) -> str:
        """SECRET_KEY, or the one created and kept in the home on the first start."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        kept = self.home / "secret_key"
        if not kept.exists():
            self.home.mkdir(parents=True, exist_ok=True)
            _create_once(kept, secrets.token_urlsafe(48))
        return kept.read_text(encoding="ascii")


def _create_once(path: Path, text: str) -> None:
    """Write a private file that appears whole; of several writers the first one's stays."""
    with contextlib.suppress(FileExistsError), whole_file(path) as file:
        file.write(text.encode("ascii"))


def read_settings() -> Settings:
    """The settings of the environment and of `.env` in the folder the program runs in.

    Raises:
        SettingsRefused: naming each variable that cannot be used and why.
    """
    try:
        return Settings()
    except ValidationError as defect:
        wrong = " ".join(_sentence(error) for error in defect.errors(include_url=False))
        raise SettingsRefused(wrong) from None


def _sentence(error: ErrorDetails) -> str:
    """What is wrong with a variable and what it takes; never its value, which may be secret."""
    if not error["loc"]:  # said of the settings together
        return f"{str(error['ctx']['error']).rstrip('.')}."
    name = str(error["loc"][0])
    takes = _TAKES.get(name) or error["msg"]
    return f"{name.upper()} cannot be used: {takes}."
