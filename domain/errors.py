"""The root of all refusals. Each refusal is one class, named for the situation, with its code.

DomainError                  a rule said no
 |-- NotAllowedValue         to a text or number from outside: PortfolioNameBlank, ...
 `-- one class a situation   to a decision or a use case: AccountNameTaken, RunAlreadyLive, ...
"""

from typing import Any, ClassVar


class DomainError(Exception):
    """A rule said no. `code` is the catalogued code, `details` is data for the answer.

    The message is a sentence for the person who asked: what is wrong and what to do.
    """

    code: ClassVar[str]

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class NotAllowedValue(DomainError):
    """A text or number from outside that a value object refuses."""
