"""Writes docs/events.md, errors.md, rooms.md, alerts.yml and import/ (`make docs`)."""

import importlib
import inspect
from collections.abc import Callable, Iterator
from enum import Enum
from functools import partial
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import get_args

import msgspec

from domain.kernel import Event
from infrastructure.event_store.topics import event_classes
from interfaces.error_catalogue import CATALOGUE
from interfaces.files.recognition import GUIDES
from interfaces.monitoring import RULES
from interfaces.rooms import ROOMS

DOCS = Path(__file__).parents[2] / "docs"
Shape = type[msgspec.Struct] | type[Enum]
_WRITTEN = "Written by `make docs` from the code; a test compares.\n"


def events() -> str:
    """Every event: its topic, what it says and its fields; then what fields are made of."""
    parts = ["# Events\n", _WRITTEN]
    shapes: dict[str, Shape] = {}
    for topic, event in sorted(event_classes().items()):
        heading = f"## `{topic}` (version {event.VERSION})\n"
        parts += [heading, f"{_sentence(event)}\n", *_fields(event)]
        shapes |= {shape.__name__: shape for shape in _shapes(event)}
    parts.append("## Shapes\n\nWhat fields of events are made of.\n")
    for name, shape in sorted(shapes.items()):
        summary = (inspect.getdoc(shape) or "").partition("\n\n")[0]
        parts += [f"### {name}\n", " ".join(summary.split()) + "\n", *_made_of(shape)]
    return "\n".join(parts)


def errors() -> str:
    """Every code: status, what it means and what to do."""
    parts = [
        "# Errors\n",
        _WRITTEN,
        "| Code | Status | Meaning | What to do |",
        "|---|---|---|---|",
    ]
    for code, entry in sorted(CATALOGUE.items()):
        meaning = f"**{entry.title}.** {entry.meaning}".replace("|", "\\|")
        parts.append(
            f"| {code} | {entry.status} | {meaning} | {entry.cure.replace('|', chr(92) + '|')} |"
        )
    return "\n".join(parts) + "\n"


def rooms() -> str:
    """Every room: its sign."""
    parts = ["# Rooms\n", "Read models: one question each. " + _WRITTEN]
    for room in ROOMS:
        sign = inspect.getdoc(importlib.import_module(f"projections.{room.name}")) or ""
        question, *rest = sign.split("\n\n")
        parts += [f"## {room.name} (version {room.version})\n", f"{question}\n"]
        parts += [f"- {line}" for line in _joined("\n".join(rest))]
        parts.append("")
    return "\n".join(parts)


def alerts() -> str:
    """The rules of monitoring as Prometheus takes them."""
    lines = [f"# {_WRITTEN}", "groups:", "  - name: sigmasight", "    rules:"]
    for rule in RULES:
        lines += [
            f"      - alert: {rule.name}",
            f"        expr: '{rule.expression}'",
            f"        for: {rule.lasting}",
            "        annotations:",
            f"          summary: '{rule.meaning}'",
            f"          runbook: 'docs/operations.md#{rule.name.lower()}'",
        ]
    return "\n".join([*lines, ""]).replace("\n\n", "\n")


def guide(name: str) -> str:
    """What the help says of a file format."""
    return files("interfaces.files").joinpath("guides", name).read_text("utf-8")


GUIDE_FILES = sorted(PurePosixPath(known.documentation).name for known in GUIDES)
DOCUMENTS: dict[str, Callable[[], str]] = {
    "events.md": events,
    "errors.md": errors,
    "rooms.md": rooms,
    "alerts.yml": alerts,
    **{f"import/{name}": partial(guide, name) for name in GUIDE_FILES},
}


def _fields(shape: type[msgspec.Struct]) -> list[str]:
    fields = msgspec.structs.fields(shape)
    rows = [f"| {field.name} | `{_type_name(field.type)}` |" for field in fields]
    return ["| Field | Type |\n|---|---|", *rows, ""] if rows else []


def _made_of(shape: Shape) -> list[str]:
    if issubclass(shape, Enum):
        return [f"One of {', '.join(f'`{member.value}`' for member in shape)}.\n"]
    return _fields(shape)


def _shapes(annotation: object) -> Iterator[Shape]:
    """The structs and enumerations that the fields of one are made of, however deep."""
    within = get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        within = tuple(field.type for field in msgspec.structs.fields(annotation))
    for each in within:
        if isinstance(each, type) and issubclass(each, msgspec.Struct | Enum):
            yield each
        yield from _shapes(each)


def _sentence(event: type[Event]) -> str:
    return " ".join((inspect.getdoc(event) or "").split())


def _joined(lines: str) -> list[str]:
    """Lines of a sign, with indented continuations joined to the line they continue."""
    joined: list[str] = []
    for line in lines.splitlines():
        if line.startswith(" "):
            joined[-1] += " " + line.strip()
        elif line:
            joined.append(line)
    return joined


def _type_name(annotation: object) -> str:
    if isinstance(annotation, type) and not hasattr(annotation, "__args__"):
        return annotation.__name__
    text = str(annotation).replace("typing.", "")
    return text.replace("|", "or") if "." not in text else _without_modules(text)


def _without_modules(text: str) -> str:
    words, word = [], ""
    for character in text.replace("...", "…"):
        if character.isalnum() or character in "._":
            word += character
        else:
            words += [word.rpartition(".")[2], character]
            word = ""
    return "".join([*words, word.rpartition(".")[2]]).replace("|", "or").replace("…", "...")


def main() -> None:
    """Write them all."""
    for name, write in DOCUMENTS.items():
        (DOCS / name).write_text(write(), encoding="utf-8")


if __name__ == "__main__":
    main()
