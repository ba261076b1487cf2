"""Who may know whom, where import contracts cannot say it (spec 1.1, 1.2)."""

import ast
import importlib
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.source import EVERYTHING, LAYERS, ROOT, modules

ALLOWED_LIBRARIES = {"msgspec", "numpy"}


@pytest.mark.parametrize("name", EVERYTHING)
def test_each_package_is_the_one_of_this_repository(name: str) -> None:
    found = importlib.import_module(name).__file__
    assert found is not None
    assert Path(found).resolve().parent == ROOT / name


@pytest.mark.parametrize(
    ("layer", "below"), [("domain", {"domain"}), ("application", {"domain", "application"})]
)
def test_domain_and_application_import_nothing_else(layer: str, below: set[str]) -> None:
    allowed = sys.stdlib_module_names | ALLOWED_LIBRARIES | below
    strangers = {m.place: m.imported_roots - allowed for m in modules(layer)}
    assert {place: roots for place, roots in strangers.items() if roots} == {}


def test_eventsourcing_is_known_in_the_event_store_alone() -> None:
    knowing = {m.place for m in modules(*EVERYTHING) if "eventsourcing" in m.imported_roots}
    store = "infrastructure/event_store/"
    assert {place for place in knowing if not _in_the_store(place)} == set()
    assert {place for place in knowing if place.startswith(store)}


def _in_the_store(place: str) -> bool:
    return place.startswith(("infrastructure/event_store/", "tests/infrastructure/"))


def test_no_layer_imports_the_tests() -> None:
    assert [m.place for m in modules(*LAYERS) if "tests" in m.imported_roots] == []


def test_imports_are_absolute() -> None:
    relative = [
        f"{m.place}:{node.lineno}"
        for m in modules(*EVERYTHING)
        for node in ast.walk(m.tree)
        if isinstance(node, ast.ImportFrom) and node.level > 0
    ]
    assert relative == []


def test_the_contract_of_the_rooms_names_every_room() -> None:
    contracts = _project()["tool"]["importlinter"]["contracts"]
    (rooms,) = [c["modules"] for c in contracts if c["name"].startswith("Rooms")]
    folders = [path.parent.name for path in (ROOT / "projections").glob("*/__init__.py")]
    assert {f"projections.{name}" for name in folders} - set(rooms) == set()


def test_the_layers_packaged_and_checked_are_the_layers_there_are() -> None:
    project = _project()
    assert sorted(project["tool"]["importlinter"]["root_packages"]) == sorted(LAYERS)
    packaged = project["tool"]["setuptools"]["packages"]["find"]["include"]
    assert sorted(packaged) == sorted(f"{layer}*" for layer in LAYERS)


def _project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
