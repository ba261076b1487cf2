"""Habits of the tests themselves (spec 1.8)."""

import ast
import socket
from collections.abc import Iterator

import pytest

from tests.architecture.source import Function, Module, functions, modules
from tests.support.ports import HOST, port_of_its_own

SLEEPS: dict[str, str] = {
    "tests/journeys/typed_client/investor.py": "a program of a customer's, that polls as one does",
    "tests/support/flood.py": "requests that come when they are due, answered or not",
}
"""Where a test may sleep, and why: place -> reason."""

PATCHES: dict[str, str] = {}
"""Where a test may set an attribute of a library, never of our own code: place -> reason."""

CHECKS = ("assert", "then", "expect", "check", "fail", "raises", "refuse", "warns")

CHANCE = ("uuid1", "uuid4", "now", "today", "random", "token_hex", "urandom")
"""What answers otherwise in each process."""


def test_nothing_of_ours_is_mocked() -> None:
    mocking = [
        f"{module.place}:{line}: {name}"
        for module in modules("tests")
        for line, name in module.uses
        if name.startswith(("unittest.mock", "pytest_mock", "mock."))
    ]
    patching = [
        f"{module.place}:{node.lineno}"
        for module in modules("tests")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "monkeypatch.setattr"
        and module.place not in PATCHES
    ]
    assert mocking + patching == []


def test_no_test_sleeps() -> None:
    sleeping = [
        f"{module.place}:{line}"
        for module in modules("tests")
        for line, name in module.uses
        if name in {"time.sleep", "asyncio.sleep"} and module.place not in SLEEPS
    ]
    assert sleeping == []


def test_a_port_is_its_servers_before_it_starts_and_after_it_ended() -> None:
    with port_of_its_own() as port:
        for _ in ("started", "restarted"):
            with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
                stranger.bind((HOST, port))
            socket.create_server((HOST, port)).close()
    with socket.socket() as other:
        other.bind((HOST, port))


def test_every_test_can_fail() -> None:
    harmless = [
        f"{module.place}: {name}"
        for module in modules("tests")
        for name, function in _tests(module)
        if not _can_fail(function)
    ]
    assert harmless == []


def test_no_case_of_a_test_is_drawn_by_chance() -> None:
    """Each of the processes that share the tests must find the same ones."""
    drawing = [
        f"{module.place}:{decorator.lineno}"
        for module in modules("tests")
        for _, function in _tests(module)
        for decorator in function.decorator_list
        for node in ast.walk(decorator)
        if isinstance(node, ast.Call) and _called(node) in CHANCE
    ]
    assert drawing == []


def test_every_skip_prints_its_reason() -> None:
    silent = [
        f"{module.place}:{node.lineno}"
        for module in modules("tests")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and _is_skip(node.func) and not _says_why(node)
    ]
    assert silent == []


def _tests(module: Module) -> Iterator[tuple[str, Function]]:
    if module.path.name.startswith("test_"):
        for name, function in functions(module):
            if name.rpartition(".")[2].startswith("test_"):
                yield name, function


def _can_fail(function: Function) -> bool:
    """Whether it asserts, or calls something whose name says that it does."""
    return any(
        isinstance(node, ast.Assert)
        or (isinstance(node, ast.Call) and any(word in _called(node) for word in CHECKS))
        for node in ast.walk(function)
    )


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _is_skip(called: ast.expr) -> bool:
    return isinstance(called, ast.Attribute) and called.attr in {"skip", "skipif", "xfail"}


def _says_why(call: ast.Call) -> bool:
    named = any(keyword.arg == "reason" for keyword in call.keywords)
    return named or (bool(call.args) and _called(call) != "skipif")
