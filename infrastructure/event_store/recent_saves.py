"""The last small saves of this process, as they are stored.

Whoever saved brings the rooms up to it at once. What the store has just been given need not be
asked for then: the rows here are the same bytes, at the positions that the store gave them.
"""

import threading
from collections.abc import Collection, Sequence

from eventsourcing.persistence import StoredEvent

from infrastructure.event_store.mapper import as_uuid
from infrastructure.event_store.recorder import StoredRow

_MOST_SAVES = 64
_MOST_BYTES = 16 * 1024
"""Of one save. Where there is more, asking is not what takes the time."""


class RecentSaves:
    """Saves that were recorded, by their first positions. Those with a `sealed` topic are left out.

    What is sealed is to be read together with its key, which may be gone.
    """

    def __init__(self, sealed: Collection[str] = ()) -> None:
        self._sealed = sealed
        self._saves: dict[int, Sequence[StoredRow]] = {}
        self._lock = threading.Lock()

    def note(self, positions: Sequence[int], events: Sequence[StoredEvent]) -> None:
        """Remember a save that was recorded at these positions, which follow each other."""
        size = sum(len(event.state) for event in events)
        if not events or size > _MOST_BYTES or any(event.topic in self._sealed for event in events):
            return
        rows = [
            (at, as_uuid(one.originator_id), one.originator_version, one.topic, one.state, None)
            for at, one in zip(positions, events, strict=True)
        ]
        with self._lock:
            self._saves[positions[0]] = rows
            if len(self._saves) > _MOST_SAVES:
                del self._saves[next(iter(self._saves))]

    def forget(self) -> None:
        """Empty: another database may answer from now on, which lacks the last commits."""
        with self._lock:
            self._saves.clear()

    def after(self, position: int) -> list[StoredRow]:
        """What follows a position without a gap; empty where that is not known here."""
        rows: list[StoredRow] = []
        with self._lock:
            while following := self._saves.get(position + len(rows) + 1):
                rows += following
        return rows
