"""Specification of the error catalogue: each code in use is explained, completely (spec 4.1)."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest

from domain.errors import DomainError
from interfaces.error_catalogue import CATALOGUE, Entry
from tests.architecture.source import LAYERS, modules

CODE = re.compile(r"ERR_[A-Z]+_[0-9]{3}")


def refusals_of(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    """Every refusal below `kind`, with a code of its own or not."""
    for sub in kind.__subclasses__():
        yield sub
        yield from refusals_of(sub)


def every_refusal() -> list[type[DomainError]]:
    """Every refusal of the program, found by importing all of it."""
    for layer in LAYERS:
        package = importlib.import_module(layer)
        for found in pkgutil.walk_packages(package.__path__, f"{layer}."):
            importlib.import_module(found.name)
    return [kind for kind in refusals_of(DomainError) if kind.__module__.split(".")[0] in LAYERS]


def codes_in_use() -> set[str]:
    """Every code that stands as a text of its own in the source."""
    return {
        node.value
        for module in modules(*LAYERS)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and CODE.fullmatch(node.value)
    }


def test_every_code_in_use_is_explained_and_none_besides() -> None:
    assert codes_in_use() == set(CATALOGUE)


def test_every_refusal_has_a_code_that_is_explained() -> None:
    kinds = every_refusal()
    without = [kind for kind in kinds if getattr(kind, "code", None) not in CATALOGUE]
    assert len(kinds) > 30
    assert [kind.__name__ for kind in without] == ["NotAllowedValue"]  # a branch of the tree


def test_the_row_and_file_codes_have_the_statuses_of_the_specification() -> None:
    own_statuses = {"ERR_CSV_001": 413, "ERR_CSV_002": 415, "ERR_POS_404": 404}
    own_statuses |= dict.fromkeys(("ERR_POS_028", "ERR_POS_029", "ERR_POS_030"), 409)
    of_files = {code for code in CATALOGUE if code.startswith(("ERR_CSV", "ERR_POS"))}
    assert {code: CATALOGUE[code].status for code in of_files} == {
        code: own_statuses.get(code, 400) for code in of_files
    }


@pytest.mark.parametrize(("code", "entry"), CATALOGUE.items())
def test_every_entry_explains_itself_in_sentences(code: str, entry: Entry) -> None:
    assert CODE.fullmatch(code)
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
