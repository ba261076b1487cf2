"""Files that somebody looks at before importing them, kept until then."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from application.ports import Statement

KEPT_FOR = timedelta(hours=1)
MOST_KEPT = 5
"""Of one owner; another one takes the place of the oldest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptUpload:
    """An uploaded file, and what was typed beside it."""

    upload_id: UUID
    owner_id: UUID
    file_name: str
    content: bytes = field(repr=False)
    form: Mapping[str, str]


class Uploads(Protocol):
    """Keeps uploads for `KEPT_FOR`, the latest `MOST_KEPT` of each owner. They are no truth."""

    def keep(self, upload: KeptUpload) -> None:
        """Keep an upload, or what was typed anew beside one that is kept."""
        ...

    def of(self, owner_id: UUID, upload_id: UUID) -> KeptUpload | None:
        """The owner's upload, None where it is gone."""
        ...

    def forget(self, upload_id: UUID) -> None:
        """Keep it no longer."""
        ...

    def destroy(self, owner_id: UUID) -> Statement:
        """The write after which nothing of the owner's is kept, for `EventLog.save(also=...)`."""
        ...

    def sweep(self) -> None:
        """Keep nothing any longer whose time is over."""
        ...
