"""Where time goes, told span by span to whoever watches (spec 9.4)."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

Facts = Mapping[str, str | int]
"""What is told of a span: words of ours, counts and ids, never what people typed."""

NOTHING: Facts = {}


class Span(Protocol):
    """Something that goes on."""

    def tell(self, name: str, facts: Facts) -> None:
        """Give it the name that it turned out to have, and say more of it."""
        ...


class Tracing(Protocol):
    """Tells how long things take and what goes on within them."""

    @property
    def is_on(self) -> bool:
        """Whether anybody is told."""
        ...

    def span(self, name: str, facts: Facts = NOTHING) -> AbstractContextManager[Span]:
        """A span that lasts as long as the context, within the one that goes on."""
        ...


class Untold:
    """Implements `Span` and `Tracing` where nobody watches."""

    is_on = False

    def tell(self, name: str, facts: Facts) -> None:
        """See `Span.tell`."""

    def span(self, _name: str, _facts: Facts = NOTHING) -> AbstractContextManager[Span]:
        """See `Tracing.span`."""
        return nullcontext(self)
