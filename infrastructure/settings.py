"""The only reader of the environment: every setting with its unit and default."""

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from infrastructure.embedded_postgres import data_home

PUBLISHED_INVITE_CODE = "PRESCOTT-LINNAEAN-COWPERTHWAITE"
_SHORTEST_SECRET = 32


def _instant(text: object) -> object:
    """A pinned time: an instant with its zone, or a date, which means noon UTC of that day."""
    if isinstance(text, str) and len(text) == len("2020-11-07"):
        return datetime.fromisoformat(text).replace(hour=12, tzinfo=UTC)
    return text


class Settings(BaseSettings):
    """What the environment says. Names are those of the variables, without regard to case."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    sigmasight_home: str | None = None
    sigmasight_env: Literal["development", "production"] = "development"
    sigmasight_now: Annotated[datetime | None, BeforeValidator(_instant)] = None
    database_url: str | None = None
    secret_key: SecretStr | None = Field(default=None, min_length=_SHORTEST_SECRET)
    beta_invite_code: str = PUBLISHED_INVITE_CODE
    market_data: str = "yahoo"
    deterministic_uuids: bool | None = None
    token_lifetime_days: int = Field(default=30, ge=1, le=365)
    superuser_email: str | None = None
    superuser_password: SecretStr | None = None
    superuser_name: str | None = None

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

    def secret(self) -> str:
        """SECRET_KEY, or the one created and kept in the home on the first start."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        kept = self.home / "secret_key"
        self.home.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return kept.read_text(encoding="ascii")
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        return kept.read_text(encoding="ascii")
