"""Bad input for the parser: whatever bytes arrive, there is a complete answer (spec 3, 9.2).

Of the 10,000 mutants of a full run these are 7,700: 700 of each kind of file. The other 2,300 go
over HTTP (tests/faults/test_mutants).
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from domain.position import PositionTerms
from interfaces.error_catalogue import CATALOGUE
from interfaces.files.choices import Choices, Horizon
from interfaces.files.parsed_file import ERRORS_KEPT, ERRORS_LISTED, ParsedFile
from interfaces.files.recognition import GUIDES, parse
from interfaces.files.rejected_rows import left_out_rows, rejected_csv
from tests.support.mutants import Mutant, mutants
from tests.support.reliability import Asked, Note
from tests.support.rounds import rounds
from tests.support.valid_files import FILES, ValidFile

HORIZON = Horizon(today=date(2026, 1, 5))
FORMATS = {guide.name for guide in GUIDES}
LINE_END = re.compile(r"\r\n|\r|\n")
SYMBOL = re.compile(r"[A-Z0-9._/ -]{1,100}")
OF_PYTHON = ("Traceback", "Error:", "<class", "Decimal(", "datetime.", "\\x", "\\u")
LONGEST_SENTENCE = 3_000


def choices_of(mutant: Mutant) -> Choices:
    return Choices(
        horizon=HORIZON,
        source_account=mutant.source_account,
        default_entry_date=mutant.default_entry_date,
        uses_last_price=mutant.uses_last_price,
        accepts_valid=mutant.accepts_valid,
    )


def lines_in(content: bytes) -> int:
    """How many lines an editor shows."""
    is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return len(LINE_END.split(content.decode("utf-16" if is_wide else "latin-1", "replace")))


def sentences_of(file: ParsedFile) -> list[str]:
    """All that the file's reader says in its own words."""
    told = [error.message for error in file.errors]
    return [*told, *file.warnings, *(assumption.text for assumption in file.assumptions)]


def check_wording(sentences: Sequence[str], content: bytes) -> None:
    """Sentences for a person: whole, short, without control characters or Python of our own."""
    of_the_file = content.replace(b"\0", b"").decode("latin-1")  # of wide ones too
    of_python = [words for words in OF_PYTHON if words not in of_the_file]
    for sentence in sentences:
        assert sentence.endswith("."), sentence
        assert len(sentence) <= LONGEST_SENTENCE, sentence[:200]
        assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in sentence), sentence
        assert not any(words in sentence for words in of_python), sentence


def check_position(terms: PositionTerms) -> None:
    """What no file may bring into a portfolio is not among its positions."""
    assert SYMBOL.fullmatch(terms.symbol), terms
    assert 0 < abs(terms.quantity) <= 10**9, terms
    assert 0 < terms.entry_price <= 10**9, terms
    assert abs(terms.quantity) * terms.multiplier * terms.entry_price <= 10**12, terms
    for number, places in ((terms.quantity, 8), (terms.entry_price, 6)):
        assert number == round(number, places), terms
    assert HORIZON.first_day <= terms.entry_on <= HORIZON.today, terms
    assert all(terms.entry_on <= part.closed_on <= HORIZON.today for part in terms.closings), terms
    assert terms.open_quantity * terms.quantity >= 0, terms
    assert terms.open_quantity == 0 or terms.open_quantity.copy_abs() <= abs(terms.quantity), terms


def check_sound(file: ParsedFile, content: bytes, *, accepts_valid: bool) -> None:
    """Codes are catalogued, counts right, rows in the file, each with a position or an error."""
    assert {error.code for error in file.errors} <= set(CATALOGUE)
    most = ERRORS_KEPT if accepts_valid else ERRORS_LISTED
    assert len(file.errors) == min(file.total_errors, most)
    faulty = {error.row for error in file.errors if error.row is not None}
    good = {terms.row for terms in file.positions}
    assert not faulty & good
    last = lines_in(content)
    assert all(row is not None and 1 <= row <= last for row in faulty | good)
    check_wording(sentences_of(file), content)
    for terms in file.positions:
        check_position(terms)
    assert file.source_format in FORMATS | {None}
    assert file.positions or file.total_errors
    assert file.cash is None or isinstance(file.cash, Decimal)


def check_rejected_rows(mutant: Mutant, file: ParsedFile) -> None:
    """What is left out is a file of the same format; only duplicates are right without others."""
    assert {left.row for left in left_out_rows(file)} == {error.row for error in file.errors}
    left = rejected_csv(mutant.content, mutant.file_name, file).encode()
    again = parse(left, mutant.file_name, choices_of(mutant))
    check_sound(again, left, accepts_valid=True)
    assert again.source_format == file.source_format
    has_duplicates = "ERR_POS_022" in {error.code for error in file.errors}
    assert has_duplicates or again.positions == ()


@pytest.mark.parametrize("kind", FILES)
def test_an_unharmed_file_of_each_kind_is_read_completely(kind: str) -> None:
    @given(FILES[kind])
    @settings(max_examples=20, deadline=None)
    def check(valid: ValidFile) -> None:
        choices = Choices(
            horizon=HORIZON,
            source_account=valid.source_account,
            default_entry_date="2012-12-31",
            uses_last_price=True,
        )
        file = parse(valid.content, valid.file_name, choices)
        assert file.errors == ()
        assert file.source_format == valid.source_format
        assert len(file.positions) == valid.rows
        check_sound(file, valid.content, accepts_valid=False)

    check()


@pytest.mark.parametrize("kind", FILES)
@rounds(700)
def test_whatever_bytes_arrive_there_is_a_sound_answer(kind: str, rounds: int, note: Note) -> None:
    @given(mutants(kind))
    @settings(
        max_examples=rounds,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    def check(mutant: Mutant) -> None:
        file = parse(mutant.content, mutant.file_name, choices_of(mutant))
        check_sound(file, mutant.content, accepts_valid=mutant.accepts_valid)
        if mutant.accepts_valid and file.total_errors and not file.refuses_file:
            check_rejected_rows(mutant, file)

    check()
    note(Asked.FILES, "mutants of files, to the parser", rounds, "a sound answer, with its code")
