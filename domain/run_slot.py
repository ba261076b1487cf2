"""The slot of a portfolio that its one live run holds."""

from uuid import UUID

from domain.errors import DomainError
from domain.kernel import Aggregate, Event


class RunAlreadyLive(DomainError):
    """A run of this portfolio is queued or running."""

    code = "ERR_BATCH_005"

    def __init__(self, run_id: UUID) -> None:
        super().__init__(
            "A calculation of this portfolio is already under way; follow that one.",
            batch_run_id=str(run_id),
        )


class RunSlot(Aggregate):
    """Claimed with the request of a run, released with its end, in the same saves."""

    TOPIC = "run_slot"

    class Claimed(Event, frozen=True):
        """A run took the slot."""

        TOPIC = "run_slot.claimed"
        run_id: UUID

        def apply(self, slot: "RunSlot") -> None:
            """The run holds the slot."""
            slot.run_id = self.run_id

    class Released(Event, frozen=True):
        """The run that held the slot ended."""

        TOPIC = "run_slot.released"
        run_id: UUID

        def apply(self, slot: "RunSlot") -> None:
            """The slot is free."""
            slot.run_id = None

    def __init__(self, aggregate_id: UUID) -> None:
        super().__init__(aggregate_id)
        self.run_id: UUID | None = None

    def claim(self, run_id: UUID) -> None:
        """Take the slot for a run; nothing to do if that run holds it.

        Raises:
            RunAlreadyLive: ERR_BATCH_005, with the id of the run that holds it.
        """
        if self.run_id == run_id:
            return
        if self.run_id is not None:
            raise RunAlreadyLive(self.run_id)
        self.record(self.Claimed(run_id=run_id))

    def release(self, run_id: UUID) -> None:
        """Free the slot; nothing to do if another run holds it or none does."""
        if self.run_id == run_id:
            self.record(self.Released(run_id=run_id))
