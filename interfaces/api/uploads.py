"""An uploaded file: what is sent beside it, how it is read, when it is refused (spec 3.2-3.7)."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Annotated, Literal

from fastapi import UploadFile
from pydantic import BaseModel, BeforeValidator, Field

from application.ports import Market
from domain.errors import DomainError
from domain.position import PositionTerms
from domain.position_import import ImportMode, ImportSource, Intake
from domain.text import has_control_characters
from interfaces.api.values import Text
from interfaces.bootstrap import Program
from interfaces.files.choices import Choices, Horizon
from interfaces.files.parsed_file import ERRORS_LISTED, FileError, ParsedFile
from interfaces.files.reading import SIZE_LIMIT_BYTES
from interfaces.files.recognition import parse
from interfaces.files.rejected_rows import left_out_rows, rejected_csv

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
        several = {"accounts": list(parsed.accounts)} if len(parsed.accounts) > 1 else {}
        super().__init__(
            f"The file has {told}; nothing was imported.",
            total_errors=count,
            errors=[asdict(error) for error in listed_errors(parsed)],
            **several,
        )


class FileTooLarge(DomainError):
    """The file is over 10 MB."""

    code = "ERR_CSV_001"


class FileNotCsv(DomainError):
    """The file is not CSV, by its name or its content."""

    code = "ERR_CSV_002"


_SPEAK_FOR_THEMSELVES = {kind.code: kind for kind in (FileTooLarge, FileNotCsv)}


def _trimmed(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value or ""


class FileForm(BaseModel):
    """A file with positions, and what the request says of what it lacks."""

    csv_file: UploadFile | None = Field(
        default=None, description="A broker's export as it is, or the template; up to 10 MB."
    )
    source_account: Text = Field(
        default="",
        description="Which account of the file, where it has several.",
        examples=["Individual ...632"],
    )
    default_entry_date: Text = Field(
        default="",
        description="The entry date, YYYY-MM-DD, of rows of a broker's file that have none.",
        examples=["2024-01-31"],
    )
    default_entry_price: Annotated[Literal["", "last"], BeforeValidator(_trimmed)] = Field(
        default="",
        description="`last`: rows without cost get the file's own last price, marked as assumed.",
    )
    accept_valid: bool = Field(
        default=False,
        description="Import the rows without errors and keep the others to be mended. Without "
        "effect where the file replaces what is held: a row left out would count as sold.",
    )


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was read, and the market whose days it may speak of."""

    file_name: str
    content: bytes
    market: Market
    parsed: ParsedFile

    def check(self) -> None:
        """Refuse the file if anything is wrong that keeps it out.

        Raises:
            FileHasErrors: ERR_PORT_008, with every error.
        """
        if self.parsed.total_errors and (self.parsed.refuses_file or not self.accepts_valid):
            raise FileHasErrors(self.parsed)
"""
"""
