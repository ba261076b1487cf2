"""Builds the program: the only place where ports meet adapters."""

from application.errors import RoomStopped, StoreUnavailable
from application.markets import Markets
from infrastructure import structured_logs
from infrastructure.embedded_postgres import EmbeddedPostgresError
from infrastructure.migrate import MigrationRefused
from infrastructure.price_providers import MarketDataUnknown
from infrastructure.rate_counters import RateStorageRefused
from infrastructure.settings import Settings, SettingsRefused, read_settings
from infrastructure.system_clock import SystemClock
from interfaces.bootstrap.building import build
from interfaces.bootstrap.market_data import markets_on
from interfaces.bootstrap.parts import Parts
from interfaces.bootstrap.program import Program

__all__ = [
    "START_REFUSALS",
    "Parts",
    "Program",
    "Settings",
    "build",
    "configure_logs",
    "markets_of",
    "read_settings",
]

START_REFUSALS = (
    *(EmbeddedPostgresError, MarketDataUnknown, MigrationRefused),
    *(RateStorageRefused, RoomStopped, SettingsRefused, StoreUnavailable),
)
"""What keeps the program from starting; each says in a sentence what to do."""


def configure_logs(settings: Settings) -> None:
    """Send logs to stderr, as lines in development and as JSON in production."""
    structured_logs.configure(as_json=settings.sigmasight_env == "production")


def markets_of(settings: Settings) -> Markets:
    """The markets by the clock of the settings: what day it is, without a database."""
    return markets_on(SystemClock(settings.sigmasight_now))
