"""Refusals that belong to use cases rather than to one aggregate."""

from domain.errors import DomainError


class VersionConflict(Exception):
    """Another command recorded first. Not a refusal: load again and decide again."""


class StoreUnavailable(DomainError):
    """The store did not answer in time, or too many commands were first; nothing was recorded."""

    code = "ERR_BUSY_001"

    def __init__(self) -> None:
        super().__init__(
            "The service is busy; nothing was changed. Wait a few seconds and send it again.",
            retry_after_s=2,
        )
