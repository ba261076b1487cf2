"""A consumer of Server-Sent Events, on a connection of its own."""

import json
from typing import Any, NamedTuple

import httpx


class Told(NamedTuple):
    """An event of a stream: its id, and what it says."""

    position: int
    data: dict[str, Any]


class Following:
    """Somebody who follows a stream."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.iter_lines()

    def next(self) -> Told | None:
        """The next event, None at the end of the stream."""
        fields: dict[str, str] = {}
        for line in self._lines:
            name, _, value = line.partition(": ")
            if name:
                fields[name] = value
            elif "id" in fields:  # else it was a sign of life
                return Told(int(fields["id"]), json.loads(fields["data"]))
        return None

    def take(self, count: int) -> list[Told]:
        """So many events."""
        told = [self.next() for _ in range(count)]
        return [one for one in told if one]

    def rest(self) -> list[Told]:
        """All events up to the end."""
        return list(iter(self.next, None))
