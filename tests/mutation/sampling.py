"""Which changes are tried: a seeded sample of each group, shared out to its modules."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TypeVar

Drawn = TypeVar("Drawn")

SURE = 1.96
"""Standard deviations either way that hold the true score 19 times of 20."""

_MONEY = (
    *("arithmetic", "money", "valuation", "mark", "shares", "holdings", "snapshot"),
    *("share_of_nav", "flow", "portfolio_flows", "statement", "option_model", "daily_valuation"),
    *("corporate_action", "jump", "closing_price", "restatement", "reconstruction"),
)
_IMPORT_RULES = ("position_import", "portfolio_imports", "replacement", "instrument")
_AUTH = (
    *("domain/user.py", "domain/identity.py", "domain/email_claim.py", "domain/superusers.py"),
    *(f"application/{name}.py" for name in ("users", "sessions", "login_throttle", "access")),
    *("application/password_rule.py", "application/policy.py", "infrastructure/jwt_tokens.py"),
)
_ONLY_EXPORTED = ("measure_tables.py", "valuation_tables.py", "writing.py", "guide.py")
"""In `interfaces/files`, but no part of reading, converting and validating what is imported."""

GROUPS = ("money", "domain", "import rules", "auth")
_DOMAIN = ("tests/domain", "--ignore=tests/domain/risk")
TESTS = {
    "money": _DOMAIN,
    "domain": ("tests/domain",),
    "import rules": (
        "tests/interfaces/files",
        *(f"tests/domain/test_{name}.py" for name in ("imports", "replacement", "instrument")),
        *(f"tests/domain/test_{name}.py" for name in ("portfolio", "portfolio_machine")),
    ),
    "auth": (
        *(f"tests/domain/test_{name}.py" for name in ("user", "user_machine", "identity")),
        *(f"tests/domain/test_{name}.py" for name in ("email_claim", "superusers")),
        "tests/infrastructure/test_jwt_tokens.py",
        *(f"tests/application/test_{name}.py" for name in ("users", "sessions", "login_throttle")),
        *(f"tests/application/test_{name}.py" for name in ("administration", "policy")),
        "tests/application/test_password_rule.py",
        *(f"tests/application/test_{name}.py" for name in ("security_log", "forgetting")),
    ),
}
"""The tests that are to notice, by group."""


@dataclass(frozen=True, slots=True)
class Score:
    """How many of the changes that could be noticed were."""

    tried: int
    killed: int

    @property
    def share(self) -> float:
        """Of all that were tried; 1 where none was."""
        return self.killed / self.tried if self.tried else 1.0

    def interval(self) -> tuple[float, float]:
        """Wilson's interval of the share, 19 times of 20 (Wilson 1927)."""
        if not self.tried:
            return 0.0, 1.0
        n, square = self.tried, SURE**2
        centre = (self.share + square / (2 * n)) / (1 + square / n)
        spread = math.sqrt(self.share * (1 - self.share) / n + square / (4 * n * n))
        half = SURE / (1 + square / n) * spread
        return max(0.0, centre - half), min(1.0, centre + half)


def places(root: Path) -> dict[str, list[str]]:
    """The modules of each group."""
    domain = [path.relative_to(root).as_posix() for path in sorted(root.glob("domain/**/*.py"))]
    files = [path.relative_to(root) for path in sorted(root.glob("interfaces/files/**/*.py"))]
    money = [f"domain/{name}.py" for name in _MONEY]
    rules = [f"domain/{name}.py" for name in _IMPORT_RULES]
    rules += [path.as_posix() for path in files if path.name not in _ONLY_EXPORTED]
    apart = {*money, *rules, *_AUTH}
    rest = [place for place in domain if place not in apart]
    return dict(zip(GROUPS, (money, rest, rules, list(_AUTH)), strict=True))


def sample(by_place: Mapping[str, Sequence[Drawn]], most: int, seed: int) -> dict[str, list[Drawn]]:
    """At most `most`, from each module as many as its share is, at least one."""
    total = sum(map(len, by_place.values()))
    drawn = {}
    for place, every in by_place.items():
        share = len(every) if total <= most else math.ceil(len(every) * most / total)
        drawn[place] = Random(f"{seed} {place}").sample(list(every), min(share, len(every)))  # noqa: S311 - repeatable, not secret
    return drawn
