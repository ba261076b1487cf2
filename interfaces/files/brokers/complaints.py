"""What is noted about one row of a broker's file: errors, and assumptions."""

from collections import defaultdict

from domain.position_import import Assumption
from interfaces.files.brokers.broker_file import Holding
from interfaces.files.parsed_file import FileError, shortened


class Notes:
    """Assumptions of a file, by their text, with the rows each is about."""

    def __init__(self) -> None:
        self._rows: dict[str, list[int]] = defaultdict(list)

    def assume(self, text: str, row: int | None = None) -> None:
        """Note what was concluded beyond the text of a row, or of the whole file."""
        rows = self._rows[text]
        if row is not None:
            rows.append(row)

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """All of them, in the order they came up."""
        return tuple(Assumption(text, tuple(rows)) for text, rows in self._rows.items())


class Complaints:
    """What is wrong with one row."""

    def __init__(self, holding: Holding) -> None:
        self._holding = holding
        self.errors: list[FileError] = []

    def complain(self, field: str, code: str, value: str, sentence: str) -> None:
        """Note an error of the template's column `field`, whose text in the file is `value`."""
        holding = self._holding
        self.errors.append(
            FileError(
                holding.row,
                shortened(holding.symbol or holding.description).upper() or None,
                field,
                code,
                shortened(value) or None,
                f"Row {holding.row}: {sentence}",
            )
        )
