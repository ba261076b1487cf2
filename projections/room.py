"""What a room is: a question, the events that feed it, and the fold that answers."""

from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any, Generic
from uuid import UUID

from application.ports import Recorded
from domain.kernel import Event
from projections.row_table import Excerpt, Key, Row, RowTable

Keys = Callable[[Recorded], Iterable[Key]]
"""Which rows an event touches."""

Fold = Callable[[MutableMapping[Key, Any], Recorded], None]
"""Changes the rows an event touches; never refuses a recorded event."""


@dataclass(frozen=True)
class Brief:
    """The columns that the fold of some events reads and changes, for pages of nothing but them.

    `portfolio_of` tells whose rows such an event changes.
    """

    fed_by: frozenset[type[Event]]
    columns: Excerpt[Any]
    portfolio_of: Callable[[Recorded], UUID]


@dataclass(frozen=True)
class Room(Generic[Row]):
    """One read model. Another `version` than the database's makes it build itself anew.

    With a `brief` the fold is given rows of the brief's type where no other event is on the page.
    Of a room that `forgets` rows have a portfolio_id: where one changes, the answers about that
    portfolio that were kept of these rooms, itself perhaps among them, are forgotten
    (`kept_answers`). No command waits for a room that is not `is_awaited`: it is kept current
    behind the others, and whoever asks it has it caught up with by name. Fields `as_stored` the
    fold does not look into, at most it moves them into json columns: a rebuild hands them on as the
    log has them, unread.
    """

    name: str
    version: int
    fed_by: frozenset[type[Event]]
    table: RowTable[Row]
    keys: Keys
    fold: Fold
    forgets: tuple[str, ...] = ()
    brief: Brief | None = None
    is_awaited: bool = True
    as_stored: tuple[str, ...] = ()
