"""The project's own source as trees, for rules that import contracts cannot say."""

import ast
import builtins
import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

from domain.kernel import Aggregate, Event

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ("domain", "application", "infrastructure", "projections", "interfaces")
EVERYTHING = (*LAYERS, "tests")

Kind = TypeVar("Kind")
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One file: where it is, and what it says."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def place(self) -> str:
        """The path from the root of the repository, with forward slashes."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def imports(self) -> dict[str, str]:
        """What each imported name stands for, dotted: `dt` -> `datetime.datetime`."""
        names: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    bound = alias.asname or alias.name.partition(".")[0]
                    names[bound] = alias.name if alias.asname else bound
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                for alias in node.names:
                    names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        return names

    @property
    def imported_roots(self) -> set[str]:
        """The first word of each import, wherever in the file it stands."""
        roots: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                roots |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                roots.add(node.module.partition(".")[0])
        return roots

    @property
    def uses(self) -> Iterator[tuple[int, str]]:
        """Line and dotted meaning of each name that comes from an import or is a builtin."""
        imports = {name: name for name in dir(builtins)} | self.imports
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name | ast.Attribute):
                first, dot, rest = _dotted(node).partition(".")
                if first in imports:
                    yield node.lineno, imports[first] + dot + rest

    @property
    def definitions(self) -> Iterator[tuple[str, Definition]]:
        """Each class and function with its dotted name, inside others too."""
        yield from _definitions(self.tree, "")


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Every module under the folders, in order of path."""
    paths = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return tuple(_read(path) for path in sorted(paths))


def functions(module: Module) -> Iterator[tuple[str, Function]]:
    """Each function and method of a module with its dotted name."""
    for name, node in module.definitions:
        if not isinstance(node, ast.ClassDef):
            yield name, node


def event_classes() -> list[type[Event]]:
    """Every event of the domain, found by importing all of it."""
    return _found_in_domain(Event)


def aggregate_classes() -> list[type[Aggregate]]:
    """Every aggregate of the domain, found by importing all of it."""
    return _found_in_domain(Aggregate)


@cache
def _read(path: Path) -> Module:
    text = path.read_text("utf-8")
    return Module(path, text, ast.parse(text, str(path)))


def _found_in_domain(kind: type[Kind]) -> list[type[Kind]]:
    package = importlib.import_module("domain")
    for found in pkgutil.walk_packages(package.__path__, "domain."):
        importlib.import_module(found.name)
    classes = {sub for sub in _descendants(kind) if sub.__module__.partition(".")[0] == "domain"}
    return sorted(classes, key=lambda sub: (sub.__module__, sub.__qualname__))


def _descendants(kind: type[Kind]) -> Iterator[type[Kind]]:
    for sub in kind.__subclasses__():
        yield sub
        yield from _descendants(sub)


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = _dotted(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    return ""


def _definitions(parent: ast.AST, prefix: str) -> Iterator[tuple[str, Definition]]:
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, Definition):
            name = prefix + node.name
            yield name, node
            yield from _definitions(node, name + ".")
        elif isinstance(node, ast.stmt | ast.excepthandler):
            yield from _definitions(node, prefix)
