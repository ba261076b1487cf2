"""Long lists a page at a time, with the ways on and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Paging:
    """Which entries of a list are shown, `size` at most; `query` is what it was asked for by."""

    url: str
    query: Mapping[str, str]
    offset: int
    total: int
    size: int = A_PAGE

    @property
    def goes_on(self) -> bool:
        """Whether there are more entries than are shown at once."""
        return self.total > self.size

    @property
    def told(self) -> str:
        """Which of how many, such as `51 to 100 of 230`."""
        last = min(self.offset + self.size, self.total)
        return f"{min(self.offset + 1, last):,} to {last:,} of {self.total:,}"

    @property
    def back(self) -> str:
        """Where the entries before are; blank where there are none."""
        return self._at(max(self.offset - self.size, 0)) if self.offset else ""

    @property
    def on(self) -> str:
        """Where the next entries are; blank where there are none."""
        following = self.offset + self.size
        return self._at(following) if following < self.total else ""

    def _at(self, offset: int) -> str:
        return f"{self.url}?{urlencode({**self.query, 'offset': str(offset)})}"
