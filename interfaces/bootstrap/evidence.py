"""What reads the log as it was recorded, and what is recorded of who reads it."""

from typing import TypedDict

from application.audit import Audit
from application.markets import Markets
from application.security_log import SecurityLog
from application.time_travel import TimeTravel
from infrastructure.audit_chain import PostgresChain
from infrastructure.checkpoint_keys import CheckpointKeys
from infrastructure.price_records import PostgresPriceRecords
from infrastructure.settings import Settings
from interfaces.bootstrap.store import Store


class Evidence(TypedDict):
    """What reads the log as it was recorded, and what is recorded of who reads it."""

    audit: Audit
    time_travel: TimeTravel
    security_log: SecurityLog


def evidence_of(settings: Settings, store: Store, markets: Markets) -> Evidence:
    """Audit and time travel on a store; checkpoints are signed by the secret of the settings."""
    keys = CheckpointKeys.of_secret(settings.secret(), settings.trusted_keys)
    return Evidence(
        audit=Audit(PostgresChain(store.pool), keys, store.clock),
        time_travel=TimeTravel(store.history, PostgresPriceRecords(store.pool), markets),
        security_log=store.security_log,
    )
