"""E-mail addresses, compared and kept in lower case."""

import re
from dataclasses import dataclass
from typing import Self

from domain.errors import NotAllowedValue
from domain.text import has_control_characters

_SHAPE = re.compile(r"[^\s@<>()\[\]\\,;:\"]+@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
_LONGEST = 254  # RFC 5321, 4.5.3.1.3


class EmailAddressRefused(NotAllowedValue):
    """Not an address mail could be sent to."""

    code = "ERR_USER_002"

    def __init__(self) -> None:
        super().__init__("Enter an e-mail address such as name@example.com.")


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """An address in lower case, at most 254 characters."""

    text: str

    def __post_init__(self) -> None:
        if len(self.text) > _LONGEST or not _SHAPE.fullmatch(self.text):
            raise EmailAddressRefused
        if ".." in self.text or self.text != self.text.lower() or has_control_characters(self.text):
            raise EmailAddressRefused

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an address as typed; surrounding blanks and case do not matter.

        Raises:
            EmailAddressRefused: ERR_USER_002.
        """
        return cls(text.strip().lower())
