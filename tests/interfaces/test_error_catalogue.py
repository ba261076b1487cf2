"""Specification of the error catalogue: each code is explained completely (spec 4.1)."""

import re
from http import HTTPStatus
from typing import Any

import pytest

from interfaces.error_catalogue import CATALOGUE, Entry


def test_the_row_and_file_codes_have_the_statuses_of_the_specification() -> None:
    own_statuses = {"ERR_CSV_001": 413, "ERR_CSV_002": 415, "ERR_POS_029": 409, "ERR_POS_404": 404}
    of_files = {code for code in CATALOGUE if code.startswith(("ERR_CSV", "ERR_POS"))}
    assert {code: CATALOGUE[code].status for code in of_files} == {
        code: own_statuses.get(code, 400) for code in of_files
    }


@pytest.mark.parametrize(("code", "entry"), CATALOGUE.items())
def test_every_entry_explains_itself_in_sentences(code: str, entry: Entry) -> None:
    assert re.fullmatch(r"ERR_[A-Z]+_[0-9]{3}", code)
    assert HTTPStatus(entry.status) >= 400
    assert entry.title
    assert not entry.title.endswith(".")
    for sentence in (entry.meaning, entry.cure):
        assert re.fullmatch(r"[A-Z/].*\.", sentence)


def test_no_two_codes_have_one_title() -> None:
    titles = [entry.title for entry in CATALOGUE.values()]
    assert len(set(titles)) == len(titles)


def test_an_entry_that_lacks_a_field_does_not_load() -> None:
    fields: dict[str, Any] = {"status": 400, "title": "A title", "meaning": "It happens."}
    with pytest.raises(TypeError, match="cure"):
        Entry(**fields)
