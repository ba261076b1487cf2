"""The documents that are written from the code say what the code says."""

from collections.abc import Callable

import pytest

from tests.support.write_documents import DOCS, DOCUMENTS


@pytest.mark.parametrize(("name", "write"), DOCUMENTS.items())
def test_a_written_document_is_current(name: str, write: Callable[[], str]) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == write(), "run `make docs`"
