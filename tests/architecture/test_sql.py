"""No SQL from strings: statements are constants, names in them quoted, values beside them (9.3)."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.source import Module, modules

SPEAKS_SQL = re.compile(
    r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|MERGE INTO|TRUNCATE|WHERE|VALUES|ORDER BY|RETURNING"
    r"|COPY|SET|(CREATE|DROP|ALTER|LOCK) [A-Z]{2,})\b"
)
ASKS = {"execute", "executemany", "copy", "stream"}
MADE_OF_CONSTANTS = {
    "infrastructure/postgres_cluster.py: f'CREATE DATABASE {DATABASE}'": "DATABASE is a constant",
    "projections/row_table.py: column.sql_type": "the type of a column stands in its room's code",
    "projections/row_table.py: '%b::' + sql_type": "likewise",
    "projections/row_table.py: '%b::' + sql_type + '[]'": "likewise",
}
"""Texts that are put together all the same, each with its reason."""


def put_together(module: Module) -> Iterator[str]:
    """Each text with a statement in it that holds more than constants, and each that is asked."""
    for node in ast.walk(module.tree):
        if _is_made(node) and any(map(SPEAKS_SQL.search, _constants(node))):
            yield f"{module.place}: {ast.unparse(node)}"
        if isinstance(node, ast.Call) and node.args and _takes_sql(node):
            [asked, *_] = node.args
            if _is_made(asked) or (_is_quoted(node) and not _is_constant(asked, module)):
                yield f"{module.place}: {ast.unparse(asked)}"


def _is_made(node: ast.AST) -> bool:
    """Whether it is an f-string, a sum, a `%` of a text, a `format` or a `join` of one."""
    match node:
        case ast.JoinedStr():
            return True
        case ast.BinOp(left=left, op=ast.Add() | ast.Mod(), right=right):
            return _is_text(left) or _is_text(right)
        case ast.Call(func=ast.Attribute(value=text, attr="format" | "join" | "replace")):
            return _is_text(text)
    return False


def _is_text(node: ast.AST) -> bool:
    return (isinstance(node, ast.Constant) and isinstance(node.value, str)) or _is_made(node)


def _constants(node: ast.AST) -> list[str]:
    texts = (one.value for one in ast.walk(node) if isinstance(one, ast.Constant))
    return [text for text in texts if isinstance(text, str)]


def _takes_sql(call: ast.Call) -> bool:
    return _is_quoted(call) or (isinstance(call.func, ast.Attribute) and call.func.attr in ASKS)


def _is_quoted(call: ast.Call) -> bool:
    """Whether it says of a text that it is SQL."""
    return ast.unparse(call.func) in {"sql.SQL", "SQL"}


def _is_constant(node: ast.AST, module: Module) -> bool:
    """Whether it is a text as it stands, or the name that one has in this module."""
    if isinstance(node, ast.IfExp):
        return _is_constant(node.body, module) and _is_constant(node.orelse, module)
    if isinstance(node, ast.Name):
        values = [
            one.value
            for one in ast.walk(module.tree)
            if isinstance(one, ast.Assign) and any(_names(one, node.id))
        ]
        return len(values) == 1 and _is_constant(values[0], module)
    return isinstance(node, ast.Constant)


def _names(assignment: ast.Assign, name: str) -> Iterator[bool]:
    return (isinstance(t, ast.Name) and t.id == name for t in assignment.targets)


def test_statements_are_not_put_together() -> None:
    found = {made for m in modules("infrastructure", "projections") for made in put_together(m)}
    assert found == set(MADE_OF_CONSTANTS)


def test_nobody_else_speaks_sql() -> None:
    found = {
        made for m in modules("domain", "application", "interfaces") for made in put_together(m)
    }
    assert found == set()


@pytest.mark.parametrize(
    "line",
    [
        "c.execute(f'SELECT {name}')",
        "c.execute(f'{statement}')",
        "c.execute('SELECT ' + name)",
        "c.execute('SELECT %s' % name)",
        "c.execute('SELECT {}'.format(name))",
        "c.execute('a' + name)",
        "query = f'DELETE FROM {table}'",
        "query = 'SELECT a ' + 'FROM ' + table",
        "query = sql.SQL(text)",
        "query = sql.SQL(text + 'x')",
    ],
)
def test_the_rule_sees_what_it_is_for(line: str) -> None:
    here = modules("tests/architecture")[0]
    assert list(put_together(Module(here.path, line, ast.parse(line))))
