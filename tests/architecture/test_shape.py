"""Docstrings, sizes and names of what we write (spec 1.1, 1.7)."""

import ast
from collections.abc import Iterator

from tests.architecture.source import EVERYTHING, LAYERS, Function, Module, functions, modules

LONGEST_MODULE = 400
LONGEST_TEST_MODULE = 600
LONGEST_FUNCTION = 40
MOST_PARAMETERS = 6
EMPTY_WORDS = {
    *("util", "utils", "helper", "helpers", "common", "core", "misc"),
    *("base", "manager", "managers", "service", "services"),
}

# Exceptions, each with its reason: "place" or "place:function" -> why.
LONGER_MODULES: dict[str, str] = {}
LONGER_FUNCTIONS: dict[str, str] = {}
MORE_PARAMETERS: dict[str, str] = {
    "interfaces/cli/importing.py:import_file": "each is an option of the command line",
}


def test_the_first_line_of_each_file_says_what_it_is_for() -> None:
    silent = [m.place for m in modules(*EVERYTHING) if not _opens_with_a_docstring(m)]
    assert silent == []


def test_each_public_class_and_function_says_what_types_cannot() -> None:
    silent = [
        f"{module.place}: {name}"
        for module in modules(*LAYERS, "tests/support")
        for name, node in module.definitions
        if _is_public(module, name) and not ast.get_docstring(node) and not _is_overload(node)
    ]
    assert silent == []


def test_no_module_grows_over_its_stop() -> None:
    long = {m.place: len(m.text.splitlines()) for m in modules(*EVERYTHING)}
    assert {p: n for p, n in long.items() if n > _stop(p) and p not in LONGER_MODULES} == {}


def test_no_function_grows_over_its_stop() -> None:
    long = {f"{place}:{name}": _lines(node) for place, name, node in _all_functions(EVERYTHING)}
    over = {p: n for p, n in long.items() if n > LONGEST_FUNCTION}
    assert {p: n for p, n in over.items() if p not in LONGER_FUNCTIONS} == {}


def test_no_function_takes_too_many_parameters() -> None:
    many = {f"{place}:{name}": _parameters(node) for place, name, node in _all_functions(LAYERS)}
    over = {p: n for p, n in many.items() if n > MOST_PARAMETERS}
    assert {p: n for p, n in over.items() if p not in MORE_PARAMETERS} == {}


def test_every_exception_is_still_needed_and_says_why() -> None:
    exceptions = LONGER_MODULES | LONGER_FUNCTIONS | MORE_PARAMETERS
    there = {f"{place}:{name}" for place, name, _ in _all_functions(EVERYTHING)}
    there |= {m.place for m in modules(*EVERYTHING)}
    assert [place for place in exceptions if place not in there] == []
    assert [place for place, reason in exceptions.items() if not reason] == []


def test_no_module_hides_behind_an_empty_word() -> None:
    hiding = [
        m.place
        for m in modules(*EVERYTHING)
        for word in (*m.path.parent.parts[-1:], *m.path.stem.split("_"))
        if word.lower() in EMPTY_WORDS
    ]
    assert hiding == []


def _opens_with_a_docstring(module: Module) -> bool:
    return bool(ast.get_docstring(module.tree)) and module.tree.body[0].lineno == 1


def _is_public(module: Module, name: str) -> bool:
    """Whether a reader may use the name: no part is private, and it is not inside a function."""
    inside = {f"{outer}." for outer, _ in functions(module)}
    return not any(part.startswith("_") for part in name.split(".")) and not any(
        name.startswith(outer) for outer in inside
    )


def _is_overload(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    return any(isinstance(d, ast.Name) and d.id == "overload" for d in node.decorator_list)


def _stop(place: str) -> int:
    return LONGEST_TEST_MODULE if place.startswith("tests/") else LONGEST_MODULE


def _all_functions(folders: tuple[str, ...]) -> Iterator[tuple[str, str, Function]]:
    for module in modules(*folders):
        for name, node in functions(module):
            yield module.place, name, node


def _lines(function: Function) -> int:
    """Lines from `def` to the end, the docstring not counted."""
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function) is None:
        return total
    docstring = function.body[0]
    return total - ((docstring.end_lineno or docstring.lineno) - docstring.lineno + 1)


def _parameters(function: Function) -> int:
    """Parameters a caller thinks about: `self`, `cls`, `*args` and `**kwargs` are not counted."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return len([a for a in named if a.arg not in {"self", "cls"}])
