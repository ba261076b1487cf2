"""How often somebody may ask for something within a time, and what is left of it (spec 4.12)."""

from collections.abc import Sequence
from typing import Protocol

import msgspec


class Quota(msgspec.Struct, frozen=True):
    """At most `limit` times within `window_s` seconds, counted from the first time on."""

    name: str
    limit: int
    window_s: int


UPLOADS = Quota("uploads", 50, 3_600)
"""For a user, files to look at and files to import together, over the API and on pages."""


class Allowance(msgspec.Struct, frozen=True):
    """What is left: of `limit` times `remaining`, until the window ends in `resets_in_s`.

    `resets_at` is that instant in Unix seconds. `is_used_up` says that this time was one too many.
    """

    limit: int
    remaining: int
    resets_in_s: int
    resets_at: int
    is_used_up: bool


class Counters(Protocol):
    """Who asked how often, for one process or for all together."""

    async def count(self, subject: str, quotas: Sequence[Quota]) -> Sequence[Allowance]:
        """Count one more time for `subject`; what is left of each quota now.

        Nothing, where the counters cannot be reached: nobody is refused for that.
        """
        ...

    async def left(self, subject: str, quotas: Sequence[Quota]) -> Sequence[Allowance]:
        """What is left of each quota, and whether it is used up, without counting."""
        ...
