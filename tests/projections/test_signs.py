"""The sign at the door of each room says what is inside (spec 1.5)."""

import importlib
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from infrastructure.event_store.topics import event_classes
from infrastructure.postgres import Pool
from interfaces.bootstrap import Program
from interfaces.rooms import ROOMS
from projections.room import Room

FOLDER = Path(__file__).parents[2] / "projections"
NAMES = sorted(path.parent.name for path in FOLDER.glob("*/__init__.py"))


def test_every_folder_is_a_room_of_the_program() -> None:
    assert sorted(room.name for room in ROOMS) == NAMES


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_one_name_in_folder_table_and_room(room: Room[Any]) -> None:
    assert room.name == room.table.name
    assert package(room).__name__ == f"projections.{room.name}"
    assert room.table.row_type.__module__ == f"projections.{room.name}.view"


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_the_sign_asks_a_question_and_names_what_feeds_the_room(room: Room[Any]) -> None:
    sign = sign_of(room)
    assert sign["question"].endswith("?")
    fed_by = sign["Fed by"]
    expected = listed(fed_by) if fed_by != "every event" else event_classes()
    assert sorted(expected) == sorted(kind.TOPIC for kind in room.fed_by)


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_the_sign_says_by_what_rows_are_found_and_how_the_room_is_rebuilt(room: Room[Any]) -> None:
    sign = sign_of(room)
    assert tuple(listed(sign["Keyed by"])) == room.table.key
    assert sign["Rebuild"]
    for route in listed(sign["Served at"]):
        assert re.fullmatch(r"(GET|POST) (/[\w{}.-]+)+", route)


def test_progress_and_tables_bear_the_names_of_the_rooms(program: Program, pool: Pool) -> None:
    with pool.connection() as connection:
        kept = connection.execute("SELECT room FROM rooms.progress").fetchall()
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'rooms'"
        ).fetchall()
    assert sorted(name for (name,) in kept) == NAMES
    assert sorted(name for (name,) in tables) == sorted([*NAMES, "progress", "kept_answers"])
    assert sorted(program.rooms.positions()) == NAMES


def package(room: Room[Any]) -> ModuleType:
    """The package that a room's fold is in."""
    return importlib.import_module(room.fold.__module__.rpartition(".")[0])


def sign_of(room: Room[Any]) -> dict[str, str]:
    """The parts of the sign by their headings, the first as `question`."""
    text = re.sub(r"\n +", " ", (package(room).__doc__ or "").strip())
    question, _, rest = text.partition("\n\n")
    parts = dict(line.split(": ", 1) for line in rest.splitlines())
    assert list(parts) == ["Fed by", "Keyed by", "Served at", "Rebuild"]
    return {"question": question, **parts}


def listed(text: str) -> list[str]:
    """The items of a list with commas."""
    return [item.strip() for item in text.split(",")]
