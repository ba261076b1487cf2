"""The front door: a file's bytes into positions and everything that is wrong with them (spec 3).

Pure: no clock, no files, no HTTP. Every way in (API, web page, command line, demo) calls `parse`.
"""

from hashlib import sha256
from itertools import islice

from interfaces.files import export
from interfaces.files.brokers import conversion, etrade, fidelity, schwab, vanguard
from interfaces.files.brokers.broker_file import BrokerFormat
from interfaces.files.choices import Choices
from interfaces.files.guide import Guide
from interfaces.files.parsed_file import ERRORS_KEPT, ERRORS_LISTED, ErrorList, Findings, ParsedFile
from interfaces.files.reading import Problem, Record, Text, open_text, records
from interfaces.files.template import template

BROKERS: tuple[BrokerFormat, ...] = (
    schwab.FORMAT,
    fidelity.FORMAT,
    vanguard.FORMAT,
    etrade.FORMAT,
)
GUIDES: tuple[Guide, ...] = (
    template.GUIDE,
    export.GUIDE,
    *(broker.guide for broker in BROKERS),
)
"""All formats that are recognised, in the order they are listed."""

_HEAD = 100
_HEAD_CELLS = 10_000


def parse(content: bytes, file_name: str, choices: Choices) -> ParsedFile:
    """Read a file completely; never raises, whatever the bytes.

    Args:
        content: the file; over 10 MB is ERR_CSV_001.
        file_name: as the user's machine calls it; must end in .csv.
        choices: what the request says beside the file.
    """
    found = Findings(ErrorList(ERRORS_KEPT if choices.accepts_valid else ERRORS_LISTED))
    text = open_text(content, file_name)
    if isinstance(text, Problem):
        found.errors.add_for_file(text.code, text.message)
    elif recognised := _recognised(text):
        broker, delimiter = recognised
        conversion.read(broker, text, delimiter, file_name, choices, found)
    else:
        template.read(text, choices, found)
    if found.errors.total > ERRORS_KEPT and choices.accepts_valid:
        _say_that_too_many_are_wrong(found)
    elif choices.accepts_valid and found.errors.total and not found.positions:
        _say_that_none_is_valid(found)
    return found.parsed(sha256(content).hexdigest())


def _recognised(text: Text) -> tuple[BrokerFormat, str] | None:
    """The broker whose file it is, and the delimiter; None for our own formats and unknown ones."""
    for delimiter in text.delimiters:
        head = _head(text, delimiter)
        for broker in BROKERS:
            if broker.recognises(head):
                return broker, delimiter
    return None


def _head(text: Text, delimiter: str) -> list[Record]:
    """The first records; few of a file whose rows are so wide that they would fill the memory."""
    head: list[Record] = []
    cells = 0
    for record in islice(records(text, delimiter), _HEAD):
        if isinstance(record, Record):
            head.append(record)
            cells += len(record.cells)
        if cells > _HEAD_CELLS:
            break
    return head


def _say_that_too_many_are_wrong(found: Findings) -> None:
    """Refuse the file, since the errors of the rows to be left out are not all known any more."""
    errors = found.errors
    listed, errors.listed = errors.listed[:ERRORS_LISTED], []
    errors.add_for_file(
        "ERR_CSV_006",
        f"The file has over {ERRORS_KEPT:,} errors, too many to import its other rows without "
        "them. Correct what most of them have in common, or split the file.",
    )
    errors.listed += listed


def _say_that_none_is_valid(found: Findings) -> None:
    if all(error.row is not None for error in found.errors.listed):
        found.errors.add_for_file(
            "ERR_CSV_007", "No row of the file is without errors, so nothing can be imported."
        )
