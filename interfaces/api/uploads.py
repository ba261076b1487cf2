"""What an uploaded file must be before anything is opened with it (spec 3.2, 3.5)."""

from dataclasses import asdict

from fastapi import UploadFile

from application.ports import Market
from domain.errors import DomainError
from domain.position_import import ImportSource, Intake
from interfaces.bootstrap import Program
from interfaces.files.choices import Choices, Horizon
from interfaces.files.parsed_file import ParsedFile
from interfaces.files.recognition import parse

_LONGEST_FILE_NAME = 255


class FileMissing(DomainError):
    """The request has no file."""

    code = "ERR_PORT_007"

    def __init__(self) -> None:
        super().__init__("Choose the CSV file with your positions, in the field csv_file.")


class FileHasErrors(DomainError):
    """Something in the file is wrong, so nothing of it was imported."""

    code = "ERR_PORT_008"

    def __init__(self, parsed: ParsedFile) -> None:
        count = parsed.total_errors
        told = "1 error" if count == 1 else f"{count:,} errors"
        super().__init__(
            f"The file has {told}; nothing was imported.",
            total_errors=count,
            errors=[asdict(error) for error in parsed.errors],
        )


class FileTooLarge(DomainError):
    """The file is over 10 MB."""

    code = "ERR_CSV_001"


class FileNotCsv(DomainError):
    """The file is not CSV, by its name or its content."""

    code = "ERR_CSV_002"


_SPEAK_FOR_THEMSELVES = {kind.code: kind for kind in (FileTooLarge, FileNotCsv)}


def read_positions(program: Program, market: Market, file: UploadFile | None) -> ParsedFile:
    """The positions of an uploaded file without errors, by the market's own today.

    Raises:
        FileMissing: ERR_PORT_007. FileTooLarge: ERR_CSV_001. FileNotCsv: ERR_CSV_002.
        FileHasErrors: ERR_PORT_008, with every error.
    """
    if file is None:
        raise FileMissing
    choices = Choices(horizon=horizon_of(program, market))
    parsed = parse(file.file.read(), file.filename or "", choices)
    for error in parsed.errors:
        if error.code in _SPEAK_FOR_THEMSELVES:
            raise _SPEAK_FOR_THEMSELVES[error.code](error.message)
    if parsed.total_errors:
        raise FileHasErrors(parsed)
    return parsed


def intake_of(program: Program, market: Market, parsed: ParsedFile, file_name: str) -> Intake:
    """What the file brings, for the event."""
    source = ImportSource(
        format=parsed.source_format or "",
        file_name=file_name[-_LONGEST_FILE_NAME:],
        sha256=parsed.sha256,
        account=parsed.account,
        assumptions=parsed.assumptions,
    )
    today = program.markets[market].today()
    is_brokers = bool(parsed.accounts)
    return Intake(
        source=source,
        terms=parsed.positions,
        stated_on=parsed.as_of or today,
        quantities_as_of=(parsed.as_of or today) if is_brokers else None,
        prices=parsed.last_prices,
    )


def horizon_of(program: Program, market: Market) -> Horizon:
    """New York's today, and the last day of a market that has ended."""
    ends = program.markets[market].today()
    today = program.markets["live"].today()
    return Horizon(today=today, market_end=None if market == "live" else ends)
