"""The environment is read once, refused in words, and its defaults are those of .env.example."""

import itertools
import multiprocessing
import os
import re
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from infrastructure.settings import PUBLISHED_INVITE_CODE, Settings, SettingsRefused, read_settings
from tests.support.key_pairs import key_pair
from tests.support.small_disk import no_file_over

SECRET = "s" * 32
Environment = Callable[..., Settings]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Environment:
    """Reads settings in an empty folder from an environment of nothing but the variables given."""
    monkeypatch.chdir(tmp_path)

    def read(**variables: str) -> Settings:
        for name in Settings.model_fields:
            monkeypatch.delenv(name.upper(), raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return read_settings()

    return read


def test_without_any_variable_there_are_defaults(read: Environment) -> None:
    assert read().model_dump() == {
        "sigmasight_home": None,
        "sigmasight_env": "development",
        "sigmasight_now": None,
        "host": "127.0.0.1",
        "port": 8000,
        "database_url": None,
        "database_read_url": "",
        "secret_key": None,
        "audit_trusted_keys": "",
        "token_key_file": None,
        "beta_invite_code": PUBLISHED_INVITE_CODE,
        "market_data": "yahoo",
        "risk_free_rate": Decimal("0.04"),
        "deterministic_uuids": None,
        "rate_limits": "on",
        "password_composition": True,
        "rate_limits_storage": "memory://",
        "forwarded_allow_ips": "",
        "cors_origins": "",
        "request_timeout_s": 30,
        "requests_at_once": 16,
        "skip_startup_validation": False,
        "metrics_token": None,
        "otel_exporter_otlp_endpoint": "",
        "token_lifetime_days": 30,
        "superuser_email": None,
        "superuser_password": None,
        "superuser_name": None,
    }


@pytest.mark.parametrize(
    ("variable", "text", "value"),
    [
        ("SIGMASIGHT_HOME", "data", "data"),
        ("HOST", "10.0.0.7", "10.0.0.7"),
        ("PORT", "8080", 8080),
        ("DATABASE_URL", "postgresql://o@h/d", "postgresql://o@h/d"),
        ("BETA_INVITE_CODE", "LET-ME-IN", "LET-ME-IN"),
        ("MARKET_DATA", "csv,yahoo", "csv,yahoo"),
        ("RISK_FREE_RATE", "0.0525", Decimal("0.0525")),
        ("RISK_FREE_RATE", "0", Decimal(0)),
        ("DETERMINISTIC_UUIDS", "false", False),
        ("TOKEN_LIFETIME_DAYS", "7", 7),
        ("RATE_LIMITS", "off", "off"),
        ("PASSWORD_COMPOSITION", "false", False),
        ("SKIP_STARTUP_VALIDATION", "true", True),
        ("RATE_LIMITS_STORAGE", "redis://host:6379/0", "redis://host:6379/0"),
        ("FORWARDED_ALLOW_IPS", "10.0.0.1", "10.0.0.1"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318", "http://localhost:4318"),
        ("CORS_ORIGINS", "https://a.example.com", "https://a.example.com"),
        ("REQUEST_TIMEOUT_S", "0.5", 0.5),
        ("REQUESTS_AT_ONCE", "40", 40),
        ("AUDIT_TRUSTED_KEYS", "0a" * 32, "0a" * 32),
        ("SUPERUSER_EMAIL", "root@example.com", "root@example.com"),
        ("SUPERUSER_NAME", "Root", "Root"),
    ],
)
def test_each_variable_is_read(read: Environment, variable: str, text: str, value: object) -> None:
    assert getattr(read(**{variable: text}), variable.lower()) == value


def test_secrets_are_read_and_never_shown(read: Environment) -> None:
    settings = read(SECRET_KEY=SECRET, SUPERUSER_PASSWORD="Hidden123")
    assert settings.secret() == SECRET
    assert settings.superuser_password is not None
    assert settings.superuser_password.get_secret_value() == "Hidden123"
    assert SECRET not in repr(settings)
    assert "Hidden123" not in repr(settings)


def test_addresses_of_replicas_are_read_one_by_one(read: Environment) -> None:
    assert read().read_urls == []
    told = "postgresql://o@h1,h2:5433/d , postgres:///d?host=/a,b"
    assert read(DATABASE_READ_URL=told).read_urls == told.split(" , ")


def test_trusted_keys_are_read_one_by_one(read: Environment) -> None:
    assert read().trusted_keys == []
    told = f"{'0a' * 32}, {'FF' * 32},"
    assert read(AUDIT_TRUSTED_KEYS=told).trusted_keys == [b"\x0a" * 32, b"\xff" * 32]


def test_a_key_pair_is_read_from_its_file(read: Environment, tmp_path: Path) -> None:
    file = tmp_path / "tokens.pem"
    file.write_text(key_pair())

    settings = read(TOKEN_KEY_FILE=str(file))
    assert settings.token_key == file.read_text()
    assert "PRIVATE" not in repr(settings)
    assert read().token_key == ""


@pytest.mark.parametrize("text", [None, "no key", "-----BEGIN PRIVATE KEY-----\nAAAA"])
def test_a_file_without_a_key_pair_is_refused(
    read: Environment, tmp_path: Path, text: str | None
) -> None:
    file = tmp_path / "tokens.pem"
    if text is not None:
        file.write_text(text)

    with pytest.raises(SettingsRefused, match="TOKEN_KEY_FILE cannot be used: it names a file"):
        read(TOKEN_KEY_FILE=str(file))


def test_a_file_in_the_folder_is_read_and_the_environment_wins(
    read: Environment, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("TOKEN_LIFETIME_DAYS=5\nMARKET_DATA=csv\nPATH_OF_OTHERS=x\n")
    settings = read(TOKEN_LIFETIME_DAYS="9")
    assert (settings.token_lifetime_days, settings.market_data) == (9, "csv")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2020-11-07", datetime(2020, 11, 7, 12, tzinfo=UTC)),
        ("2020-11-07T21:30:00Z", datetime(2020, 11, 7, 21, 30, tzinfo=UTC)),
        (
            "2020-11-07T16:30:00-05:00",
            datetime(2020, 11, 7, 16, 30, tzinfo=timezone(timedelta(hours=-5))),
        ),
    ],
)
def test_the_markets_time_is_pinned_to_a_date_or_an_instant(
    read: Environment, text: str, instant: datetime
) -> None:
    assert read(SIGMASIGHT_NOW=text).sigmasight_now == instant


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("SIGMASIGHT_NOW", "2020-11-07T16:30:00"),
        ("SIGMASIGHT_NOW", "2020-13-07"),
        ("SIGMASIGHT_NOW", "yesterday"),
        ("SIGMASIGHT_ENV", "staging"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "http"),
        ("DATABASE_READ_URL", "host=replica"),
        ("DATABASE_READ_URL", "postgresql://h/d, replica:5432"),
        ("DATABASE_READ_URL", "postgresql://h/d?unheard_of=1"),
        ("SECRET_KEY", "brief-secret"),
        ("DETERMINISTIC_UUIDS", "perhaps"),
        ("RISK_FREE_RATE", "4"),
        ("RISK_FREE_RATE", "-0.01"),
        ("RISK_FREE_RATE", "NaN"),
        ("RISK_FREE_RATE", "low"),
        ("RATE_LIMITS", "some"),
        ("PASSWORD_COMPOSITION", "some"),
        ("SKIP_STARTUP_VALIDATION", "perhaps"),
        ("METRICS_TOKEN", "brief-secret"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4318"),
        ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "https://*.example.com"),
        ("CORS_ORIGINS", "https://app.example.com, *"),
        ("CORS_ORIGINS", "https://app.example.com/"),
        ("CORS_ORIGINS", "https://app.example.com:443"),
        ("CORS_ORIGINS", "http://app.example.com:80"),
        ("CORS_ORIGINS", "https://App.example.com"),
        ("CORS_ORIGINS", "app.example.com"),
        ("CORS_ORIGINS", "null"),
        ("AUDIT_TRUSTED_KEYS", "brief-secret"),
        ("AUDIT_TRUSTED_KEYS", "0a" * 31),
        ("AUDIT_TRUSTED_KEYS", "0a" * 32 + ";" + "0b" * 32),
        ("AUDIT_TRUSTED_KEYS", "0a" * 32 + ", " + "0x" * 32),
        ("REQUEST_TIMEOUT_S", "0"),
        ("REQUEST_TIMEOUT_S", "601"),
        ("REQUEST_TIMEOUT_S", "inf"),
        ("REQUEST_TIMEOUT_S", "nan"),
        ("REQUESTS_AT_ONCE", "0"),
        ("REQUESTS_AT_ONCE", "1001"),
        ("TOKEN_LIFETIME_DAYS", "0"),
        ("TOKEN_LIFETIME_DAYS", "366"),
        ("TOKEN_LIFETIME_DAYS", "soon"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name_without_its_text(
    read: Environment, variable: str, text: str
) -> None:
    with pytest.raises(SettingsRefused, match=variable) as refusal:
        read(**{variable: text})
    assert "brief-secret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"BETA_INVITE_CODE": "OWN"}, "SECRET_KEY"),
        ({"SECRET_KEY": SECRET}, "BETA_INVITE_CODE"),
        ({"SECRET_KEY": SECRET, "BETA_INVITE_CODE": PUBLISHED_INVITE_CODE}, "BETA_INVITE_CODE"),
        ({"SECRET_KEY": SECRET, "BETA_INVITE_CODE": "prescott-linnaean-cowperthwaite "}, "INVITE"),
        ({"SECRET_KEY": SECRET, "BETA_INVITE_CODE": " "}, "BETA_INVITE_CODE"),
    ],
)
def test_production_refuses_what_everybody_knows(
    read: Environment, variables: dict[str, str], said: str
) -> None:
    with pytest.raises(SettingsRefused, match=said):
        read(SIGMASIGHT_ENV="production", **variables)


EXAMPLE = Path(__file__).parents[2] / ".env.example"


def test_every_setting_stands_in_the_example_with_its_default() -> None:
    told = dict(re.findall(r"^# ([A-Z_]+)=(.*)$", EXAMPLE.read_text("utf-8"), re.MULTILINE))
    fields = {name.upper(): field.default for name, field in Settings.model_fields.items()}
    assert set(told) == set(fields)
    spoken = {name: str(default).lower() for name, default in fields.items() if default is not None}
    assert {name: told[name].lower() for name in spoken} == spoken


def test_every_setting_in_the_example_has_words_before_it() -> None:
    lines = EXAMPLE.read_text("utf-8").splitlines()
    for before, line in itertools.pairwise(lines):
        if re.match(r"# [A-Z_]+=", line):
            assert before.startswith("# "), f"{line} is not explained"


def test_ids_are_deterministic_but_for_production_unless_said_otherwise(read: Environment) -> None:
    production: dict[str, Any] = {
        "SIGMASIGHT_ENV": "production",
        "SECRET_KEY": SECRET,
        "BETA_INVITE_CODE": "OWN",
    }
    assert read().uses_deterministic_ids
    assert not read(DETERMINISTIC_UUIDS="false").uses_deterministic_ids
    assert not read(**production).uses_deterministic_ids
    assert read(**production, DETERMINISTIC_UUIDS="true").uses_deterministic_ids


def test_a_secret_is_made_once_for_the_owners_eyes_only(read: Environment, tmp_path: Path) -> None:
    secret = read(SIGMASIGHT_HOME="home").secret()
    kept = tmp_path / "home" / "secret_key"
    assert len(secret) >= 32
    assert read(SIGMASIGHT_HOME="home").secret() == secret == kept.read_text("ascii")
    assert kept.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in kept.parent.iterdir()] == ["secret_key"]


def test_a_secret_that_a_disk_has_no_room_for_leaves_nothing_behind(
    read: Environment, tmp_path: Path
) -> None:
    settings = read(SIGMASIGHT_HOME="home")
    with no_file_over(0), pytest.raises(OSError, match="File too large"):
        settings.secret()
    assert list((tmp_path / "home").iterdir()) == []
    assert len(settings.secret()) >= 32


def test_two_homes_have_two_secrets(read: Environment) -> None:
    assert read(SIGMASIGHT_HOME="one").secret() != read(SIGMASIGHT_HOME="other").secret()


def test_eight_processes_that_start_together_agree_on_one_secret(tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["interfaces.bootstrap"])
    with ProcessPoolExecutor(8, mp_context=context) as processes:
        secrets = list(processes.map(secrets_of, [tmp_path] * 8))
    homes = [set(of_one_home) for of_one_home in zip(*secrets, strict=True)]
    assert [len(found) for found in homes] == [1] * 20
    assert all(len(secret) >= 32 for found in homes for secret in found)


def secrets_of(folder: Path) -> list[str]:
    """What a process takes for the secrets of twenty homes."""
    os.chdir(folder)
    return [Settings(sigmasight_home=f"home{n}").secret() for n in range(20)]
