"""What a process holds, looked at again and again: whether it takes more and more."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from statistics import median
from typing import Self

import psutil

_MB = 1024 * 1024


@dataclass(frozen=True)
class Vitals:
    """Resident memory in MB, and how many threads, descriptors and connections there are."""

    memory: float
    threads: int
    descriptors: int
    connections: int

    @classmethod
    def of(cls, process: psutil.Process) -> Self:
        """Those of a process, as the system counts them."""
        return cls(
            memory=process.memory_info().rss / _MB,
            threads=process.num_threads(),
            descriptors=process.num_fds(),
            connections=len(process.net_connections(kind="all")),
        )

    def __str__(self) -> str:
        counts = f"{self.threads} threads, {self.descriptors} descriptors"
        return f"{self.memory:.0f} MB, {counts}, {self.connections} connections"


def at_rest(taken: Sequence[Vitals]) -> Vitals:
    """Usual memory of a stretch, and the least of what comes and goes in it."""
    return Vitals(
        memory=median(one.memory for one in taken),
        threads=min(one.threads for one in taken),
        descriptors=min(one.descriptors for one in taken),
        connections=min(one.connections for one in taken),
    )


def at_most(taken: Sequence[Vitals]) -> Vitals:
    """Usual memory of a stretch, and the most of what comes and goes in it."""
    return Vitals(
        memory=median(one.memory for one in taken),
        threads=max(one.threads for one in taken),
        descriptors=max(one.descriptors for one in taken),
        connections=max(one.connections for one in taken),
    )


def grown(taken: Sequence[Vitals], memory_by: float) -> list[str]:
    """What grew from the first fifth of a series to its last, none if nothing did.

    Memory by more than the share `memory_by`; of all else more is there at any time in the end
    than ever was in the beginning.
    """
    fifth = max(1, len(taken) // 5)
    before, after = at_most(taken[:fifth]), at_rest(taken[-fifth:])
    allowed = {"memory": before.memory * (1 + memory_by)}
    return [
        f"{name}: {getattr(before, name):.0f}, then {getattr(after, name):.0f}"
        for name in (field.name for field in fields(Vitals))
        if getattr(after, name) > allowed.get(name, getattr(before, name))
    ]
