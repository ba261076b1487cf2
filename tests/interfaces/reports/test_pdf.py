"""Specification of reports as files: what people wrote is there as they wrote it (spec 4.7)."""

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from domain.risk.finding import Quality, ReasonCode, Skipped
from interfaces.reports.content import Report
from interfaces.reports.pdf import as_pdf
from interfaces.web.charts import Chart
from interfaces.web.measured import Part, Tile

HOSTILE = (
    *('#read("/etc/passwd")', "#read(sys.inputs.report)", "\\ #{ 1 + 1 }"),
    *('#panic("x")', '#import "/etc/passwd": *', "$x^2$ \\ $", "[#sys.inputs]", "*bold* _it_"),
    *("= Title", "- item", "@ref <label>", "`code` ```typ #1```", "// no comment /* */"),
    *("\\u{41} \\#", "~ -- --- ... 'single' \"double\"", "#set page(width: 1pt)", "{} () <b>&amp;"),
)
WRITTEN = st.text(
    st.characters(min_codepoint=33, max_codepoint=255, exclude_categories=["C"]), max_size=40
)
"""Letters and signs that the fonts of typst have."""

KNOWN_AT = datetime(2013, 3, 1, 22, 15, 7, tzinfo=UTC)
QUALITY = Quality(
    observations=3,
    positions_analyzed=1,
    positions_total=2,
    skipped=(Skipped("GONE", ReasonCode.NO_PRICES),),
)


def report(words: str) -> Report:
    """A report that has the same words wherever there can be any."""
    table = Chart("t", words, (words, "USD"), [(words, "-1234.50"), ("All", "2.00")], {})
    part = Part(
        name="part",
        title=words,
        method=words,
        quality=QUALITY,
        tiles=[Tile(words, words, words, "down")],
        charts=[table],
    )
    lacking = Part(name="lacking", title=words, reason=words)
    session = date(2013, 3, 1)
    return Report(
        title=words,
        subtitle=words,
        session=session,
        known_at=KNOWN_AT,
        facts=[("Session", words)],
        reason=words,
        parts=[part, lacking],
    )


def text_of(pdf: bytes) -> str:
    """The text of all pages, without blanks: lines are broken where the page ends."""
    pages = (page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return "".join("".join(pages).split())


@pytest.mark.parametrize("words", HOSTILE)
def test_no_name_is_read_as_markup(words: str) -> None:
    told = text_of(as_pdf(report(words)))
    assert told.count("".join(words.split())) >= 14


@settings(deadline=None, max_examples=40)
@given(WRITTEN)
def test_every_name_comes_out_as_it_was_written(words: str) -> None:
    assert "".join(words.split()) in text_of(as_pdf(report(words)))


@settings(deadline=None, max_examples=40)
@given(st.text(max_size=60))
def test_every_text_can_be_set(words: str) -> None:
    assert as_pdf(report(words)).startswith(b"%PDF-")


def test_the_same_report_is_the_same_bytes_made_when_its_valuation_was_known() -> None:
    first, again = as_pdf(report("Ada")), as_pdf(report("Ada"))
    assert first == again
    metadata = PdfReader(BytesIO(first)).metadata
    assert metadata is not None
    assert (metadata.title, metadata.creation_date) == ("Ada", KNOWN_AT)


def test_a_report_without_a_valuation_tells_no_time() -> None:
    metadata = PdfReader(BytesIO(as_pdf(replace(report("Ada"), known_at=None)))).metadata
    assert metadata is not None
    assert metadata.creation_date is None


def test_every_page_bears_its_number_the_name_and_the_day() -> None:
    long = replace(report("Ada"), facts=[("Session", "1 Mar 2013")])
    pages = PdfReader(BytesIO(as_pdf(replace(long, parts=[*long.parts] * 8)))).pages
    assert len(pages) > 2
    for place, page in enumerate(pages, 1):
        words = page.extract_text()
        assert f"{place} / {len(pages)}" in words
        assert "Ada" in words
        assert "1 Mar 2013" in words


def test_numbers_are_written_for_people_and_what_was_left_out_is_told() -> None:
    told = text_of(as_pdf(report("Ada")))
    assert "\N{MINUS SIGN}1,234.50" in told
    assert "Datapartial:3observations;1of2positionsentered.Leftout:GONE:nopricesareknown." in told


def test_of_a_long_table_the_first_and_the_last_rows_are_shown() -> None:
    rows = [(f"N{place:03}", "1.00") for place in range(100)]
    part = Part(name="p", title="P", charts=[Chart("t", "T", ("Name", "USD"), rows, {})])
    told = text_of(as_pdf(replace(report("A"), parts=[part])))
    assert "Thefirst30andthelast10of100." in told
    shown = [place for place in range(100) if f"N{place:03}" in told]
    assert shown == [*range(30), *range(90, 100)]
