"""An uploaded file: what is sent beside it, how it is read, when it is refused (spec 3.2-3.7)."""

from typing import Annotated, Literal

from fastapi import UploadFile
from pydantic import BaseModel, Field, WithJsonSchema

from application.ports import Market
from domain.errors import DomainError
from domain.position_import import ImportMode
from interfaces.bootstrap import Program
from interfaces.files.choices import Choices
from interfaces.files.reading import SIZE_LIMIT_BYTES
from interfaces.importing import FileHasErrors, FileToImport, horizon_of
from interfaces.values import Text


class FileMissing(DomainError):
    """The request has no file."""

    code = "ERR_PORT_007"

    def __init__(self) -> None:
        super().__init__("Choose the CSV file with your positions, in the field csv_file.")


class FileTooLarge(DomainError):
    """The file is over 10 MB."""

    code = "ERR_CSV_001"


class FileNotCsv(DomainError):
    """The file is not CSV, by its name or its content."""

    code = "ERR_CSV_002"


_SPEAK_FOR_THEMSELVES = {kind.code: kind for kind in (FileTooLarge, FileNotCsv)}


class FileForm(BaseModel):
    """A file with positions, and what the request says of what it lacks."""

    csv_file: Annotated[
        UploadFile | None, WithJsonSchema({"type": "string", "format": "binary"})
    ] = Field(default=None, description="A broker's export as it is, or the template; up to 10 MB.")
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
    default_entry_price: Literal["", "last"] = Field(
        default="",
        description="`last`: rows without cost get the file's own last price, marked as assumed.",
    )
    accept_valid: bool = Field(
        default=False,
        description="Import the rows without errors and keep the others to be mended. Without "
        "effect where the file replaces what is held: a row left out would count as sold.",
    )


def read_upload(
    program: Program, form: FileForm, market: Market, mode: ImportMode = ImportMode.ADD
) -> FileToImport:
    """Read the file of a form completely, by the market's own today.

    Raises:
        FileMissing: ERR_PORT_007. FileTooLarge: ERR_CSV_001. FileNotCsv: ERR_CSV_002.
    """
    if form.csv_file is None:
        raise FileMissing
    choices = Choices(
        horizon=horizon_of(program.markets, market),
        source_account=form.source_account,
        default_entry_date=form.default_entry_date,
        uses_last_price=form.default_entry_price == "last",
        accepts_valid=form.accept_valid,
    )
    content = form.csv_file.file.read(SIZE_LIMIT_BYTES + 1)
    file = FileToImport.read(content, form.csv_file.filename or "", choices, mode)
    for error in file.parsed.errors:
        if error.code in _SPEAK_FOR_THEMSELVES:
            raise _SPEAK_FOR_THEMSELVES[error.code](error.message)
    return file


def check(file: FileToImport) -> None:
    """Refuse a file whose errors keep it out.

    Raises:
        FileHasErrors: ERR_PORT_008, with every error.
    """
    if file.is_refused:
        raise FileHasErrors(file.parsed)
