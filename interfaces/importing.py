"""A file on its way in: read, compared with what is held, handed on; by HTTP or at a terminal."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import PureWindowsPath
from typing import Self
from uuid import UUID

from application.imports import AlreadyThere, Imports
from application.markets import Markets
from application.ports import Cause, Market
from domain.errors import DomainError
from domain.position import PositionTerms
from domain.position_import import ImportMode, ImportSource, Intake
from interfaces.files.choices import Choices, Horizon
from interfaces.files.parsed_file import ERRORS_LISTED, FileError, ParsedFile
from interfaces.files.recognition import parse
from interfaces.files.rejected_rows import left_out_rows, rejected_csv

_LONGEST_FILE_NAME = 255
_CENT = Decimal("0.01")
_NONE_LEFT = FileError(
    *(None, None, None, "ERR_CSV_007", None),
    "Every row of the file has an error or is held already, so nothing can be imported.",
)


class FileHasErrors(DomainError):
    """Something in the file is wrong, so nothing of it was imported."""

    code = "ERR_PORT_008"

    def __init__(self, parsed: ParsedFile) -> None:
        count = parsed.total_errors
        told = "1 error" if count == 1 else f"{count:,} errors"
        several = {"accounts": list(parsed.accounts)} if len(parsed.accounts) > 1 else {}
        super().__init__(
            f"The file has {told}; nothing was imported.",
            total_errors=count,
            errors=[asdict(error) for error in parsed.errors[:ERRORS_LISTED]],
            **several,
        )


def horizon_of(markets: Markets, market: Market) -> Horizon:
    """New York's today, and the last day of a market that has ended."""
    ends = markets[market].today()
    return Horizon(today=markets["live"].today(), market_end=None if market == "live" else ends)


def cost_of(stated: PositionTerms) -> Decimal:
    """What a position cost, in USD to the cent, half-even; negative where it is short."""
    cost = stated.quantity * stated.multiplier * stated.entry_price
    return cost.quantize(_CENT, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileToImport:
    """A file that was read, for a portfolio that it adds to or whose holdings it replaces."""

    file_name: str
    content: bytes = field(repr=False)
    choices: Choices
    mode: ImportMode
    parsed: ParsedFile

    @classmethod
    def read(
        cls, content: bytes, file_name: str, choices: Choices, mode: ImportMode = ImportMode.ADD
    ) -> Self:
        """The file, read completely.

        A replacing file needs all its rows, whatever `choices` accept: one that is left out would
        count as sold.
        """
        if mode is ImportMode.REPLACE:
            choices = replace(choices, accepts_valid=False)
        name = _plain_name(file_name)
        return cls(
            file_name=name,
            content=content,
            choices=choices,
            mode=mode,
            parsed=parse(content, name, choices),
        )

    @property
    def is_refused(self) -> bool:
        """Whether something is wrong that keeps all of the file out."""
        parsed = self.parsed
        has_errors = parsed.total_errors > 0
        return has_errors and (parsed.refuses_file or not self.choices.accepts_valid)

    @property
    def rejected_rows(self) -> str | None:
        """The rows with errors as CSV, to be mended; None where there are none."""
        if not self.parsed.total_errors:
            return None
        return rejected_csv(self.content, self.file_name, self.parsed)

    def beside(self, imports: Imports, portfolio_id: UUID, cause: Cause) -> AlreadyThere:
        """What the portfolio has of the file; a replacing one may bring what is held.

        Raises:
            PortfolioUnknown: ERR_PORT_404. PortfolioForbidden: ERR_PORT_403.
        """
        terms = self.parsed.positions if self.mode is ImportMode.ADD else ()
        return imports.already_there(portfolio_id, self.source, terms, cause)

    def without(self, held: Sequence[PositionTerms]) -> Self:
        """The file with its rows of `held`, lots that the portfolio has, among the errors."""
        if not held:
            return self
        rows = {stated.row for stated in held}
        kept = tuple(stated for stated in self.parsed.positions if stated.row not in rows)
        errors = sorted((*self.parsed.errors, *map(_held_already, held)), key=_place)
        total = self.parsed.total_errors + len(held)
        if self.choices.accepts_valid and not kept and not self.parsed.refuses_file:
            errors.append(_NONE_LEFT)
            total += 1
        parsed = replace(self.parsed, positions=kept, errors=tuple(errors), total_errors=total)
        return replace(self, parsed=parsed)

    def intake(self, *, is_forced: bool = False) -> Intake:
        """What the good rows bring, for the event.

        A file that names no day speaks of the last one of its market.
        """
        parsed = self.parsed
        stated_on = parsed.as_of or self.choices.horizon.last_day
        is_brokers = bool(parsed.accounts)
        return Intake(
            source=self.source,
            terms=parsed.positions,
            stated_on=stated_on,
            quantities_as_of=stated_on if is_brokers else None,
            mode=self.mode,
            prices=parsed.last_prices,
            is_forced=is_forced,
        )

    @property
    def source(self) -> ImportSource:
        """Where the positions come from, for the event."""
        parsed = self.parsed
        return ImportSource(
            format=parsed.source_format or "",
            file_name=self.file_name,
            sha256=parsed.sha256,
            account=parsed.account,
            assumptions=parsed.assumptions,
            left_out=left_out_rows(parsed),
        )


def _plain_name(file_name: str) -> str:
    """The last part of a path of any machine's; blanks for what no screen can show."""
    last = PureWindowsPath(file_name).name
    shown = "".join(character if character.isprintable() else " " for character in last)
    return shown[-_LONGEST_FILE_NAME:]


def _held_already(stated: PositionTerms) -> FileError:
    return FileError(
        stated.row,
        stated.symbol,
        "row",
        "ERR_POS_022",
        None,
        f"Row {stated.row}: the portfolio holds {stated.symbol} of {stated.entry_on} already. "
        "Delete the row, import with mode=replace, or send force=true to hold it twice.",
    )


def _place(error: FileError) -> int:
    return error.row or 0
