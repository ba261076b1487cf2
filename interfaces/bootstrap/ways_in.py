"""Who may come in, and under which terms."""

from datetime import timedelta

from application.identities import Identities
from application.invites import Invites
from application.login_throttle import LoginThrottle
from application.ports import Clock
from application.users import Users
from infrastructure.argon2_passwords import Argon2Passwords
from infrastructure.failed_logins import PostgresFailedLogins
from infrastructure.jwt_tokens import JwtTokens
from infrastructure.rate_counters import RateCounters
from infrastructure.settings import Settings
from interfaces.bootstrap.parts import Parts
from interfaces.bootstrap.store import Store
from interfaces.terms import Terms


def users_of(settings: Settings, parts: Parts, store: Store, identities: Identities) -> Users:
    """Users, with their passwords, tokens and invites."""
    lifetime = timedelta(days=settings.token_lifetime_days)
    throttle = LoginThrottle(
        failures=PostgresFailedLogins(store.pool, settings.secret()),
        clock=store.clock,
        security_log=store.security_log,
        refuses=settings.rate_limits == "on",
    )
    return Users(
        log=store.log,
        clock=store.clock,
        passwords=Argon2Passwords(
            store.pool, parts.password_cost, are_composed=settings.password_composition
        ),
        throttle=throttle,
        tokens=JwtTokens(settings.secret(), lifetime, store.clock, settings.token_key),
        identities=identities,
        invites=Invites(store.log, store.clock, settings.beta_invite_code),
    )


def terms_of(settings: Settings, clock: Clock) -> Terms:
    """What is asked of whoever calls."""
    return Terms(
        is_production=settings.sigmasight_env == "production",
        counters=_counters(settings, clock),
        origins=settings.origins,
        proxies=settings.forwarded_allow_ips,
        request_timeout_s=settings.request_timeout_s,
        requests_at_once=settings.requests_at_once,
        metrics_token=settings.secret_for_metrics,
    )


def _counters(settings: Settings, clock: Clock) -> RateCounters | None:
    """Who counts requests; nobody where limits are off."""
    if settings.rate_limits == "off":
        return None
    return RateCounters(settings.rate_limits_storage, clock)
