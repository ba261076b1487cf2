"""CSV is written in one place, which keeps cells from running as formulas (spec 9.3)."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import LAYERS, Module, modules

WRITERS = {"writer", "DictWriter", "to_csv", "write_csv"}


def writes(tree: ast.AST) -> Iterator[str]:
    """What of a module writes CSV by other means than ours."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name) if name in WRITERS:
                yield ast.unparse(node)
            case ast.ImportFrom(module="csv" | "pyarrow.csv", names=names):
                yield from (one.name for one in names if one.name in WRITERS)


@pytest.mark.parametrize("module", modules(*LAYERS), ids=lambda module: module.place)
def test_csv_is_written_in_one_place(module: Module) -> None:
    assert list(writes(module.tree)) == []


@pytest.mark.parametrize(
    "text", ["import csv\ncsv.writer(file)", "from csv import DictWriter", "frame.to_csv()"]
)
def test_the_rule_sees_what_it_is_for(text: str) -> None:
    assert list(writes(ast.parse(text))) != []
